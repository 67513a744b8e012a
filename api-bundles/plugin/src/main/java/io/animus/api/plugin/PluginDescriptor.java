package io.animus.api.plugin;

import java.util.regex.Pattern;

/**
 * Names an instance of a plugin in health, metrics, logs and audit.
 *
 * @param port the port it implements: {@code scm}, {@code registry}, {@code storage}, {@code executor} …
 * @param technology what it speaks to: {@code git}, {@code oci}, {@code filesystem}, {@code container} …
 * @param instance unique per port: 1 to 63 of {@code a-z 0-9 -}; {@code default} where there is one
 */
public record PluginDescriptor(String port, String technology, String instance) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public PluginDescriptor {
        for (var name : new String[] {port, technology, instance}) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("a plugin's names are 1 to 63 of a-z 0-9 -, not " + name);
            }
        }
    }

    @Override
    public String toString() {
        return port + "/" + technology + "/" + instance;
    }
}
