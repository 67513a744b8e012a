package io.animus.kernel.audit;

import io.animus.api.types.TypeId;
import org.jspecify.annotations.Nullable;

/**
 * What was acted on; of a refusal, what was asked for.
 *
 * @param type the entity in {@code lowerCamelCase}, such as {@code run} or {@code datasetVersion}; at most 63 characters
 * @param id null where nothing was identified; else 1 to 255 bytes of UTF-8 without control characters. It stands in the
 *     leaf in the clear and for ever, so it is never personal data
 * @param project null for what belongs to no project
 */
public record Resource(String type, @Nullable String id, @Nullable TypeId project) {
    private static final int MAX_ID = 255;

    public Resource {
        if (!AuditText.isName(type, 0, type.length())) {
            throw new IllegalArgumentException("a resource type is 1 to 63 letters and digits in lowerCamelCase");
        }
        AuditText.checkIfPresent("resource id", id, MAX_ID);
    }

    /** The entity with this id. */
    public static Resource of(String type, TypeId id, @Nullable TypeId project) {
        return new Resource(type, id.value(), project);
    }
}
