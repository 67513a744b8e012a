package io.animus.kernel.trust;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words of a command line: options with values, switches, and the rest. */
public final class Arguments {
    private final Map<String, List<String>> values = new HashMap<>();
    private final Set<String> switches = new HashSet<>();
    private final List<String> files = new ArrayList<>();

    /** @throws IllegalArgumentException if an option is unknown or lacks its value; the message says which */
    public static Arguments parse(List<String> words, Set<String> options, Set<String> flags) {
        var arguments = new Arguments();
        Deque<String> left = new ArrayDeque<>(words);
        while (!left.isEmpty()) {
            var word = left.remove();
            if (flags.contains(word)) {
                arguments.switches.add(word);
            } else if (options.contains(word)) {
                if (left.isEmpty()) {
                    throw new IllegalArgumentException(word + " needs a value");
                }
                arguments
                        .values
                        .computeIfAbsent(word, name -> new ArrayList<>())
                        .add(left.remove());
            } else if (word.startsWith("-")) {
                throw new IllegalArgumentException("there is no option " + word);
            } else {
                arguments.files.add(word);
            }
        }
        return arguments;
    }

    public boolean has(String flag) {
        return switches.contains(flag);
    }

    public List<String> all(String option) {
        return values.getOrDefault(option, List.of());
    }

    public String one(String option) {
        var given = all(option);
        if (given.size() != 1) {
            throw new IllegalArgumentException("say " + option + " once");
        }
        return given.get(0);
    }

    public Path path(String option, Path otherwise) {
        return all(option).isEmpty() ? otherwise : Path.of(one(option));
    }

    /** The one file that is not behind an option. */
    public Path file() {
        if (files.size() != 1) {
            throw new IllegalArgumentException("name one package");
        }
        return Path.of(files.get(0));
    }

    public void noFiles() {
        if (!files.isEmpty()) {
            throw new IllegalArgumentException("what is " + Forms.shown(files.get(0)) + "?");
        }
    }
}
