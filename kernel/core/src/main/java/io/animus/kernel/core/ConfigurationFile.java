package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.core.PluginRuntime.Decision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code configurations.json}: what was configured over the API. A crash leaves the old one or the new one. Safe for many threads. */
final class ConfigurationFile {
    private final Path file;
    private State state;

    /** Reads what is there. */
    ConfigurationFile(Path folder) throws IOException {
        this.file = folder.resolve("configurations.json");
        this.state = read();
    }

    /** How an instance of a plugin is to be configured. */
    record Wish(String plugin, Json.Members values) {}

    /**
     * What the file says.
     *
     * @param wishes by PID
     * @param unrecorded what was decided last, if nobody has seen yet that it is in the log
     */
    record State(SortedMap<String, Wish> wishes, @Nullable Decision unrecorded) {
        State {
            wishes = Collections.unmodifiableSortedMap(new TreeMap<>(wishes));
        }
    }

    /** By PID. */
    synchronized SortedMap<String, Wish> wishes() {
        return state.wishes();
    }

    synchronized Optional<Decision> unrecorded() {
        return Optional.ofNullable(state.unrecorded());
    }

    /**
     * From here on this is wished for.
     *
     * @return how it was before
     */
    synchronized State decide(SortedMap<String, Wish> wishes, Decision decision) throws IOException {
        var before = state;
        write(new State(wishes, decision));
        return before;
    }

    /** Only what is wished for changes. */
    synchronized void keep(SortedMap<String, Wish> wishes) throws IOException {
        write(new State(wishes, state.unrecorded()));
    }

    synchronized void remember(@Nullable Decision unrecorded) throws IOException {
        write(new State(state.wishes(), unrecorded));
    }

    /** From here on everything is wished for as it was. */
    synchronized void restore(State before) throws IOException {
        write(before);
    }

    private State read() throws IOException {
        var wishes = new TreeMap<String, Wish>();
        if (!Files.exists(file)) {
            return new State(wishes, null);
        }
        if (!(Json.read(Files.readAllBytes(file)) instanceof Json.Members all)
                || !(all.members().get("configurations") instanceof Json.Members configurations)) {
            throw new IOException(file + " is no list of configurations");
        }
        for (var entry : configurations.members().entrySet()) {
            if (entry.getValue() instanceof Json.Members wish
                    && wish.find("plugin").orElse(Json.NULL) instanceof Json.Text plugin
                    && wish.find("values").orElse(Json.NULL) instanceof Json.Members values) {
                wishes.put(entry.getKey(), new Wish(plugin.value(), values));
            } else {
                throw new IOException(file + " does not say how " + entry.getKey() + " is configured");
            }
        }
        var unrecorded = all.members().get("unrecorded") instanceof Json.Members left ? Decision.of(left) : null;
        return new State(wishes, unrecorded);
    }

    private void write(State next) throws IOException {
        var configurations = Json.object();
        next.wishes()
                .forEach((pid, wish) -> configurations.put(
                        pid,
                        Json.object()
                                .put("plugin", wish.plugin())
                                .put("values", wish.values())
                                .build()));
        var unrecorded = next.unrecorded();
        var content = Json.object()
                .put("configurations", configurations.build())
                .putIfPresent("unrecorded", unrecorded == null ? null : unrecorded.json())
                .build();
        PluginFolder.replace(file, content.canonical());
        state = next;
    }
}
