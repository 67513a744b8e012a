package io.animus.examples.demo;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param mode what to do
 * @param json whether standard output is the summary as JSON and nothing else
 * @param project name of the project to make; null for one of the demo's choice
 * @param checkout the folder with the hub's sources
 */
record Options(Mode mode, boolean json, @Nullable String project, Path checkout) {
    /** What a call is for. */
    enum Mode {
        /** Show the main job and leave everything running. */
        RUN,
        /** Show the main job, then stop everything. */
        RUN_AND_STOP,
        /** Update a plugin under load and leave everything running. */
        SWAP,
        /** Stop everything. */
        DOWN,
        /** Explain the command line. */
        HELP
    }

    static final String USAGE =
            """
            usage: ./animus demo [--stop] [--json] [--project NAME]
                   ./animus demo --swap [--json] [--project NAME]
                   ./animus demo --down
                   ./animus demo --help

            Shows the main job: a model is trained from a git commit in an isolated container and approved by a second
            person, with every step on record. Uses the hub's public REST API only. Takes under two minutes when warm.

              --stop          stop the hub, the registry and podman's service at the end
              --swap          update a plugin, five times, while requests need it, and show what they notice
              --down          stop what an earlier demo left running, and nothing else
              --json          print the summary as JSON on standard output; progress goes to standard error
              --project NAME  name of the project to make; it must be new
              --checkout DIR  the checkout of Animus Hub; default: the current folder
              --help          print this

            Everything is kept in .animus/ of the checkout; delete it after --down to start over.
            Exit codes: 0 all went well, 1 something failed, 2 bad usage, 3 something is missing on this machine,
            4 the hub refused what it should not have.""";

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    Options {
        if (project != null && !NAME.matcher(project).matches()) {
            throw DemoException.badUsage("a project name is 1 to 63 of a-z 0-9 -, not " + project);
        }
    }

    static Options parse(String... arguments) {
        var rest = new ArrayDeque<>(List.of(arguments));
        var mode = Mode.RUN;
        var json = false;
        String project = null;
        var checkout = Path.of("");
        while (!rest.isEmpty()) {
            var option = rest.remove();
            switch (option) {
                case "--stop" -> mode = Mode.RUN_AND_STOP;
                case "--swap" -> mode = Mode.SWAP;
                case "--down" -> mode = Mode.DOWN;
                case "--help", "-h" -> mode = Mode.HELP;
                case "--json" -> json = true;
                case "--project" -> project = value(option, rest);
                case "--checkout" -> checkout = Path.of(value(option, rest));
                default -> throw DemoException.badUsage("unknown option: " + option);
            }
        }
        return new Options(mode, json, project, checkout);
    }

    private static String value(String option, ArrayDeque<String> rest) {
        var value = rest.poll();
        if (value == null) {
            throw DemoException.badUsage(option + " needs a value");
        }
        return value;
    }
}
