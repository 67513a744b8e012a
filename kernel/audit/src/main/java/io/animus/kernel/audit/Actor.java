package io.animus.kernel.audit;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who acted. Personal data: the leaf holds only commitments to it.
 *
 * @param subject what the identity provider calls the actor; 1 to 255 bytes of UTF-8 without control characters
 * @param onBehalfOf subject for whom the actor acted, or null
 */
public record Actor(String subject, Kind kind, @Nullable String onBehalfOf) {
    /** The hub itself. */
    public static final Actor HUB = new Actor("hub", Kind.SYSTEM, null);

    /** Whoever sends no valid credentials. */
    public static final Actor ANONYMOUS = new Actor("anonymous", Kind.ANONYMOUS, null);

    private static final int MAX = 255;

    /** What kind of thing acts. */
    public enum Kind {
        USER("user"),
        SERVICE_ACCOUNT("serviceAccount"),
        SYSTEM("system"),
        ANONYMOUS("anonymous");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As the log, tables and the API write it. */
        public String word() {
            return word;
        }

        /** The kind that is written so. */
        public static Optional<Kind> find(String word) {
            return Stream.of(values()).filter(kind -> kind.word.equals(word)).findFirst();
        }
    }

    public Actor {
        AuditText.check("subject", subject, MAX);
        AuditText.checkIfPresent("onBehalfOf", onBehalfOf, MAX);
    }
}
