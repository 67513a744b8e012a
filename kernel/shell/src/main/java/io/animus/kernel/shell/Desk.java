package io.animus.kernel.shell;

import io.animus.api.types.Json;
import io.animus.kernel.core.Answer;
import io.animus.kernel.core.Caller;
import io.animus.kernel.trust.Shown;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Function;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** Where a command meets the kernel: who asks, what can be done, and where to write. */
record Desk(Session session, Caller caller, UseCases cases) {
    private static final String EMPTY = "";

    PrintStream out() {
        return session.getConsole();
    }

    /** Refuses whoever may not change plugins, or this one. */
    void admit(@Nullable String plugin) {
        read(hub -> {
            hub.plugins().admit(caller, plugin);
            return caller;
        });
    }

    /** What a use case that changes nothing says. */
    <T> T read(Function<UseCases, T> useCase) {
        return Undisturbed.done(() -> useCase.apply(cases));
    }

    /**
     * What becomes of a change. Once it has begun it goes on to its end.
     *
     * @throws CommandException if whoever sits at the terminal broke the command off before
     */
    <T> T change(Function<UseCases, Answer<T>> useCase) throws CommandException {
        if (Thread.currentThread().isInterrupted()) {
            throw brokenOff();
        }
        var answer = Undisturbed.done(() -> useCase.apply(cases), () -> out().println(
                        "The change goes on to its end. Look what became of it: animus:plugin-list."));
        if (answer instanceof Answer.Done<T> done) {
            return done.value();
        }
        throw new IllegalStateException("nobody asked for a first answer");
    }

    static CommandException brokenOff() {
        return Door.failure("Nothing was done: it was broken off.");
    }

    /** Words that come from elsewhere, with nothing in them that a terminal would obey. */
    static String shown(String text) {
        return Shown.text(text);
    }

    static String shown(Json value) {
        return Shown.json(value);
    }

    static String shown(List<String> texts) {
        return texts.isEmpty() ? EMPTY : shown(String.join(", ", texts));
    }
}
