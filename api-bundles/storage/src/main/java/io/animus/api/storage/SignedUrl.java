package io.animus.api.storage;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/**
 * A URL that carries its own permission. It is a secret until it expires: never logged, never audited.
 *
 * @param expires after this moment the store refuses it
 */
public record SignedUrl(URI url, Instant expires) {
    /** The longest that a signed URL may live. */
    public static final Duration MAX_VALIDITY = Duration.ofHours(12);

    /** Without the URL, so that it can't reach a log by accident. */
    @Override
    public String toString() {
        return "SignedUrl[expires=" + expires + "]";
    }
}
