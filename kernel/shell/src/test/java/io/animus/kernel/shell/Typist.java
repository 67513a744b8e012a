package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.CommandsCompleter;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;

/** Somebody at a terminal of a real session of Karaf's shell. */
final class Typist implements AutoCloseable {
    private final PipedOutputStream keys = new PipedOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Session session;

    Typist(RealShell shell, Path folder) throws IOException {
        var terminal = new SocketTerminal(new Greeting("dumb", 200, 50, folder), new PipedInputStream(keys), screen);
        var out = new PrintStream(printed, true, UTF_8);
        session = shell.factory().create(terminal.input(), out, out, terminal, "UTF-8", () -> {});
        session.currentDir(folder);
    }

    /** Types what a command is going to ask for. */
    Typist types(String answer) throws IOException {
        keys.write((answer + "\n").getBytes(UTF_8));
        keys.flush();
        return this;
    }

    /** Runs a command, and answers what the shell then shows. */
    String runs(String command) throws Exception {
        printed.reset();
        try {
            session.execute(command);
        } catch (CommandException e) {
            printed.writeBytes(e.getNiceHelp().getBytes(UTF_8));
        }
        return printed.toString(UTF_8);
    }

    /** What the tabulator offers at the end of a line. */
    List<String> completes(String line) {
        var words = line.split(" ", -1);
        var last = words.length - 1;
        var offers = new ArrayList<String>();
        session.getRegistry()
                .getService(CommandsCompleter.class)
                .complete(session, new CommandLineImpl(words, last, words[last].length(), line.length(), line), offers);
        return offers;
    }

    /** All that was ever drawn on the terminal: prompts, and what is typed where it may be seen. */
    String screen() {
        return screen.toString(UTF_8);
    }

    Session session() {
        return session;
    }

    @Override
    public void close() throws IOException {
        keys.close();
        session.close();
    }
}
