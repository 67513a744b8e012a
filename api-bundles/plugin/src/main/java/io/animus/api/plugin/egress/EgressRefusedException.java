package io.animus.api.plugin.egress;

import java.io.IOException;
import java.io.Serial;

/** The hub doesn't go there. The message is fit for whoever asked for it. */
public final class EgressRefusedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    public EgressRefusedException(String message) {
        super(message);
    }
}
