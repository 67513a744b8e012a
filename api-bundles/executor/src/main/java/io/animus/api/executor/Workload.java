package io.animus.api.executor;

import io.animus.api.types.ImageReference;
import java.util.List;
import java.util.Map;

/**
 * The program of a job. The root file system is read-only, {@code /tmp} is
 * small scratch space, {@code /in} holds the inputs, and only what it leaves in {@code /out} is kept.
 *
 * @param image by digest; an image without one is refused
 * @param command arguments to the image's entry point, or the whole command where it has none
 * @param environment variables added to those of the image
 */
public record Workload(ImageReference image, List<String> command, Map<String, String> environment) {
    public Workload {
        if (image.pinned().isEmpty()) {
            throw new IllegalArgumentException("a job's image is named by digest: " + image);
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
