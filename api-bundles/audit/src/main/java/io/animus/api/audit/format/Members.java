package io.animus.api.audit.format;

import io.animus.api.types.Json;
import org.jspecify.annotations.Nullable;

/** Reads texts out of an event, any of which may be absent or erased. */
public final class Members {
    private Members() {}

    /** The text at this path; null if there is none. */
    public static @Nullable String text(Json.Members event, String... path) {
        Json found = event;
        for (var name : path) {
            var inside =
                    found instanceof Json.Members members ? members.members().get(name) : null;
            if (inside == null) {
                return null;
            }
            found = inside;
        }
        return found instanceof Json.Text text ? text.value() : null;
    }

    /** The text at this path, or {@code otherwise}. */
    public static String textOr(Json.Members event, String otherwise, String... path) {
        var found = text(event, path);
        return found == null ? otherwise : found;
    }
}
