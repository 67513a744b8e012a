package io.animus.kernel.core;

import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import java.io.Serial;

/** A package that nobody waits for came while another plugin was being changed: it is to be brought again, and not refused. */
final class BusyException extends UnavailableException {
    @Serial
    private static final long serialVersionUID = 1L;

    BusyException(RefusedException cause) {
        super(ProblemCode.STATE_CONFLICT, String.valueOf(cause.getMessage()), cause);
    }
}
