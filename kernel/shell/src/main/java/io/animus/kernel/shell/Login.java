package io.animus.kernel.shell;

import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;

/** The API key that a session was given. It is looked up for each command, so that a revoked key ends at once. */
final class Login {
    private static final String VARIABLE = "animus.login";
    private static final String PROMPT = "PROMPT";
    private static final String NOBODY = "animus> ";

    private final String key;

    private Login(String key) {
        this.key = key;
    }

    /** The key of this session, or null. */
    static @Nullable String keyOf(Session session) {
        return session.get(VARIABLE) instanceof Login login ? login.key : null;
    }

    /** From now on commands are of whoever has this key. */
    static void in(Session session, String key, String name) {
        session.put(VARIABLE, new Login(key));
        session.put(PROMPT, name + "@" + NOBODY);
    }

    /** Forgets the key, if there is one. */
    static void out(Session session) {
        session.put(VARIABLE, null);
        session.put(PROMPT, NOBODY);
    }

    /** What the shell shows of this variable. */
    @Override
    public String toString() {
        return "logged in";
    }
}
