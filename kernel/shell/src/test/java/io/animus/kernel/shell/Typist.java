package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.CommandsCompleter;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;

/** Somebody at a terminal of a real session of Karaf's shell. */
final class Typist implements AutoCloseable {
    private static final int CTRL_C = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

    /** From now on takes commands from the keys, as whoever came over the socket has it. */
    void sits() {
        var seat = new Thread(session, "typist");
        seat.setDaemon(true);
        seat.start();
    }

    /** Waits until commands have printed this since {@link #runs} was last called. */
    void reads(String words) throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!printed.toString(UTF_8).contains(words)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("nobody said " + words + ", but: " + printed.toString(UTF_8));
            }
            Thread.sleep(5);
        }
    }

    void pressesCtrlC() throws IOException {
        keys.write(CTRL_C);
        keys.flush();
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
