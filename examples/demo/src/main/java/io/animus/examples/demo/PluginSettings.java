package io.animus.examples.demo;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The configuration of one plugin as a file in {@code etc/}.
 *
 * @param pid with {@code -name} for one of several instances
 */
record PluginSettings(String pid, Map<String, String> values) {
    PluginSettings {
        values = Map.copyOf(values);
    }

    String fileName() {
        return pid + ".cfg";
    }

    /** In the form of Java properties, ordered by key. */
    String content() {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + " = " + entry.getValue().replace("\\", "\\\\") + "\n")
                        .collect(Collectors.joining());
    }
}
