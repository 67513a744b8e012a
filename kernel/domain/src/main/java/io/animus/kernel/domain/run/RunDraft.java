package io.animus.kernel.domain.run;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to run, as it was asked for; a {@link RunSpec} is made of it.
 *
 * @param commit full name of a commit; null if {@code ref} is given
 * @param ref a branch or tag; null if {@code commit} is given
 * @param networkClass {@code none} for no network
 */
public record RunDraft(
        RunKind kind,
        Code code,
        TypeId environmentLock,
        List<Input> inputs,
        List<String> command,
        Map<String, String> parameters,
        long seed,
        Wishes resources,
        String networkClass,
        Retry retry,
        int timeoutSeconds,
        int priority,
        List<String> tags,
        @Nullable Name experiment) {
    public RunDraft {
        inputs = List.copyOf(inputs);
        command = List.copyOf(command);
        parameters = Map.copyOf(parameters);
        tags = List.copyOf(tags);
    }

    /**
     * Where the code is.
     *
     * @param path a folder in the tree, or null
     */
    public record Code(String repository, @Nullable String commit, @Nullable String ref, @Nullable String path) {}

    /** A dataset version by id, and the name under which the program finds it. */
    public record Input(Name name, TypeId datasetVersion) {}

    /** What the run is to get; what is absent is filled in from the environment. */
    public record Wishes(
            Optional<Quantity> cpu,
            Optional<Quantity> memory,
            Optional<Quantity> ephemeralStorage,
            Optional<Integer> pids,
            Optional<Integer> gpu) {}
}
