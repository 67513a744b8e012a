package io.animus.kernel.domain.lineage;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import org.jspecify.annotations.Nullable;

/**
 * Something that came from something or that something came from.
 *
 * @param id of an entity, or {@code <repository>@<commit>} for code
 * @param type in {@code lowerCamelCase}: {@code dataset}, {@code modelVersion}, {@code code} …
 * @param label for people: a name, a name with a version number, a short commit
 * @param digest of the content; of a run, of its spec; null where there is none
 */
public record LineageNode(String id, String type, String label, @Nullable Digest digest) {
    private static final int SHORT_COMMIT = 12;

    /** Code, whose id says all that there is to say of it. */
    public static LineageNode code(String id) {
        var repository = id.substring(0, Math.max(id.lastIndexOf('@'), 0));
        var commit = id.substring(id.lastIndexOf('@') + 1);
        var name = repository.substring(repository.lastIndexOf('/') + 1);
        return new LineageNode(
                id, "code", name + "@" + commit.substring(0, Math.min(SHORT_COMMIT, commit.length())), null);
    }

    /** Whether {@code id} names an entity of the hub, not code. */
    public static boolean isEntity(String id) {
        var underscore = id.lastIndexOf('_');
        return underscore > 0 && TypeId.isForm(id.substring(0, underscore), id);
    }
}
