package io.animus.kernel.shell;

import java.io.IOException;
import java.util.Optional;
import org.apache.karaf.shell.api.console.Session;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jspecify.annotations.Nullable;

/** What a command asks whoever sits at the terminal. */
final class Questions {
    private static final char NOTHING = 0;

    private Questions() {}

    /** A line that is neither shown nor remembered; nothing if the input ended, or was broken off. */
    static Optional<String> secret(Session session, String prompt) throws IOException {
        return ask(session, prompt, NOTHING);
    }

    /** Whether the answer was yes, and nothing else. */
    static boolean agree(Session session, String prompt) throws IOException {
        return ask(session, prompt + " [y/N] ", null)
                .filter(answer -> answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"))
                .isPresent();
    }

    private static Optional<String> ask(Session session, String prompt, @Nullable Character mask) throws IOException {
        try {
            return Optional.ofNullable(session.readLine(prompt, mask)).map(String::strip);
        } catch (EndOfFileException | UserInterruptException e) {
            return Optional.empty();
        }
    }
}
