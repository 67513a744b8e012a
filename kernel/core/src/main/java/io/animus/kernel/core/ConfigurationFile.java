package io.animus.kernel.core;

import io.animus.api.types.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code configurations.json}: what was configured over the API. A crash leaves the old one or the new one. */
final class ConfigurationFile {
    private final Path file;

    ConfigurationFile(Path folder) {
        this.file = folder.resolve("configurations.json");
    }

    /** How an instance of a plugin is to be configured. */
    record Wish(String plugin, Json.Members values) {}

    /** By PID. */
    SortedMap<String, Wish> read() throws IOException {
        var wishes = new TreeMap<String, Wish>();
        if (!Files.exists(file)) {
            return wishes;
        }
        if (!(Json.read(Files.readAllBytes(file)) instanceof Json.Members all)) {
            throw new IOException(file + " is no JSON object");
        }
        for (var entry : all.members().entrySet()) {
            if (entry.getValue() instanceof Json.Members wish
                    && wish.find("plugin").orElse(Json.NULL) instanceof Json.Text plugin
                    && wish.find("values").orElse(Json.NULL) instanceof Json.Members values) {
                wishes.put(entry.getKey(), new Wish(plugin.value(), values));
            } else {
                throw new IOException(file + " does not say how " + entry.getKey() + " is configured");
            }
        }
        return wishes;
    }

    void write(SortedMap<String, Wish> wishes) throws IOException {
        var all = Json.object();
        wishes.forEach((pid, wish) -> all.put(
                pid,
                Json.object()
                        .put("plugin", wish.plugin())
                        .put("values", wish.values())
                        .build()));
        PluginFolder.replace(file, all.build().canonical());
    }
}
