package io.animus.kernel.domain.project;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What people write about a project; nothing reads it but people. */
public record About(@Nullable String title, @Nullable String description, Map<String, String> labels) {
    public About {
        labels = Map.copyOf(labels);
    }
}
