package io.animus.examples.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What the reader sees while the demo works. Lines may come from several threads. */
final class Terminal {
    private static final String BOLD = "\u001b[1m";
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean coloured;
    private int step;

    Terminal(PrintStream out, boolean coloured) {
        this.out = out;
        this.coloured = coloured;
    }

    /** Standard output, or standard error when that is needed for JSON; coloured for people only. */
    static Terminal of(boolean json) {
        var people =
                System.console() != null && System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(json ? System.err : System.out, people && !json);
    }

    /** A piece of work that the reader waits for. */
    interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Does a piece of work under a heading, and says how long it took. */
    <T> T step(String title, Work<T> work) throws IOException, InterruptedException {
        step++;
        print("", BOLD, "%2d  %s".formatted(step, title));
        var begun = System.nanoTime();
        var result = work.run();
        print("    ", GREEN, "done in " + seconds(Duration.ofNanos(System.nanoTime() - begun)));
        return result;
    }

    void say(String line) {
        print("    ", "", line);
    }

    /** Something that came from elsewhere, such as a line of a log. */
    void quote(String line) {
        print("    | ", DIM, line);
    }

    /** What a judge says, in its colour. */
    void verdict(String text, boolean good) {
        text.strip().lines().forEach(line -> print("    | ", good ? GREEN : RED, line));
    }

    void say(List<String> lines) {
        lines.forEach(this::say);
    }

    void heading(String title) {
        print("", BOLD, System.lineSeparator() + title);
    }

    void failure(String problem, String remedy) {
        print("", RED, "error: " + problem);
        print("       ", "", remedy);
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private synchronized void print(String indent, String colour, String text) {
        // What a run prints must not steer the reader's terminal.
        var harmless = text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
        out.println(indent + (coloured && !colour.isEmpty() ? colour + harmless + PLAIN : harmless));
        out.flush();
    }
}
