package io.animus.kernel.domain.access;

/**
 * Somebody or something that acts.
 *
 * @param id of a service account its TypeID; of a user or group what the identity provider calls it
 */
public record Principal(Kind kind, String id) {
    /** The hub itself. */
    public static final Principal HUB = new Principal(Kind.SYSTEM, "hub");

    /** Whoever sends no valid credentials. */
    public static final Principal ANONYMOUS = new Principal(Kind.ANONYMOUS, "anonymous");

    /** What kind of thing acts. */
    public enum Kind {
        USER("user"),
        GROUP("group"),
        SERVICE_ACCOUNT("serviceAccount"),
        SYSTEM("system"),
        ANONYMOUS("anonymous");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As tables, audit and the API write it. */
        public String word() {
            return word;
        }

        /** @throws IllegalArgumentException if no kind has this word */
        public static Kind of(String word) {
            for (var kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of principal: " + word);
        }
    }

    public Principal {
        if (id.isEmpty() || id.length() > 255) {
            throw new IllegalArgumentException("a principal's id has 1 to 255 characters");
        }
    }

    /** Reads {@code kind:id}. */
    public static Principal parse(String text) {
        var colon = text.indexOf(':');
        return new Principal(Kind.of(text.substring(0, Math.max(colon, 0))), text.substring(colon + 1));
    }

    /** {@code kind:id}. */
    @Override
    public String toString() {
        return kind.word + ":" + id;
    }
}
