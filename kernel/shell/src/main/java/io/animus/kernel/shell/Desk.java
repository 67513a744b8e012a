package io.animus.kernel.shell;

import io.animus.kernel.core.Answer;
import io.animus.kernel.core.Caller;
import io.animus.kernel.core.Configurations;
import io.animus.kernel.core.Plugins;
import java.io.PrintStream;
import java.util.List;
import org.apache.karaf.shell.api.console.Session;

/** Where a command meets the kernel: who asks, what can be done, and where to write. */
record Desk(Session session, Caller caller, Plugins plugins, Configurations configurations) {
    private static final String EMPTY = "";

    PrintStream out() {
        return session.getConsole();
    }

    /** What became of a change. */
    <T> T done(Answer<T> answer) {
        if (answer instanceof Answer.Done<T> done) {
            return done.value();
        }
        throw new IllegalStateException("nobody asked for a first answer");
    }

    /** Words that come from elsewhere, with nothing in them that a terminal would obey. */
    static String shown(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    static String shown(List<String> texts) {
        return texts.isEmpty() ? EMPTY : shown(String.join(", ", texts));
    }
}
