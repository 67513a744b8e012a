package io.animus.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How and with what to measure.
 *
 * @param only the names of the benchmarks to run; all if empty
 * @param rounds of each side
 * @param isQuick whether only to see that the benchmarks work; the figures mean nothing then
 * @param module where this module was built: its {@code target} holds the archives, and gets the results
 */
record Setting(List<String> only, int rounds, boolean isQuick, Path module) {
    private static final int ROUNDS = 5;

    Setting {
        only = List.copyOf(only);
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds is at least 1");
        }
    }

    /** @throws IllegalArgumentException if they say something unknown */
    static Setting of(List<String> arguments) {
        var only = new ArrayList<String>();
        var rounds = 0;
        var quick = false;
        var left = arguments.iterator();
        while (left.hasNext()) {
            var option = left.next();
            switch (option) {
                case "--only" -> only.addAll(List.of(next(option, left).split(",")));
                case "--rounds" -> rounds = Integer.parseInt(next(option, left));
                case "--quick" -> quick = true;
                default -> throw new IllegalArgumentException("there is no option " + option);
            }
        }
        return new Setting(only, rounds > 0 ? rounds : quick ? 1 : ROUNDS, quick, Path.of(""));
    }

    private static String next(String option, java.util.Iterator<String> left) {
        if (!left.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return left.next();
    }

    /** Rounds that don't count, for the compilers and caches of both sides. */
    int warmUps() {
        return isQuick ? 0 : 4;
    }

    /** One number for real and one to see that it works. */
    int pick(int real, int quick) {
        return isQuick ? quick : real;
    }

    Path target() {
        return module.toAbsolutePath().resolve("target");
    }

    /** What is built by this module, or found for it. */
    Path archive(String name) {
        return target().resolve("archives").resolve(name);
    }
}
