package io.animus.examples.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.animus.examples.demo.Options.Mode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The command line of {@code ./animus demo}. */
public final class Demo {
    private static final int INTERRUPTED = 130;
    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private Demo() {}

    /** Runs the demo and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Clock.systemUTC(), arguments));
    }

    static int run(Clock clock, String... arguments) {
        var terminal = Terminal.of(false);
        try {
            var options = Options.parse(arguments);
            terminal = Terminal.of(options.json());
            if (options.mode() == Mode.HELP) {
                System.out.println(Options.USAGE);
                return 0;
            }
            run(clock, options, new Folders(options.checkout()), terminal);
            return 0;
        } catch (DemoException e) {
            terminal.failure(e.problem(), e.remedy());
            return e.exitCode();
        } catch (IOException e) {
            terminal.failure(e.toString(), "try again; ./animus demo --down stops what runs");
            return DemoException.FAILED;
        } catch (InterruptedException e) {
            terminal.failure("interrupted", "./animus demo --down stops what runs");
            return INTERRUPTED;
        }
    }

    private static void run(Clock clock, Options options, Folders folders, Terminal terminal)
            throws IOException, InterruptedException {
        Files.createDirectories(folders.state());
        try (var file = FileChannel.open(
                        folders.state().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = file.tryLock()) {
            if (lock == null) {
                throw DemoException.failed("another demo is at work in this checkout", "wait for it to end");
            }
            if (options.mode() != Mode.DOWN) {
                show(clock, options, folders, terminal);
            }
            if ((options.mode() == Mode.DOWN || options.mode() == Mode.RUN_AND_STOP)
                    && !Surroundings.stop(folders, terminal)) {
                terminal.say("nothing was running");
            }
        }
    }

    private static void show(Clock clock, Options options, Folders folders, Terminal terminal)
            throws IOException, InterruptedException {
        var begun = clock.instant();
        var project = options.project() == null
                ? "penguins-" + SUFFIX.format(begun.atOffset(ZoneOffset.UTC))
                : options.project();
        var surroundings = Surroundings.prepare(folders, terminal);
        var made = options.mode() == Mode.SWAP
                ? new SwapShow(folders, surroundings, terminal, project).show()
                : showMainJob(options, folders, surroundings, terminal, project);
        terminal.heading("Done in " + Terminal.seconds(Duration.between(begun, clock.instant())));
        if (options.json()) {
            System.out.println(made.toPrettyString());
        }
    }

    private static ObjectNode showMainJob(
            Options options, Folders folders, Surroundings surroundings, Terminal terminal, String project)
            throws IOException, InterruptedException {
        var summary = new MainJob(folders, surroundings, terminal, project).show();
        terminal.heading("What was made");
        terminal.say(summary.table());
        if (options.mode() == Mode.RUN) {
            terminal.heading("How to look at it");
            terminal.say(summary.commands());
            terminal.say("./animus demo --down    stops everything");
        }
        return summary.json();
    }
}
