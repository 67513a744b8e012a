package io.animus.kernel.domain.data;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dataset version holds, as it is declared before the content is there.
 *
 * @param size in bytes, from 1
 * @param sourceUri where the content comes from, without user information; null where that isn't told
 * @param columns in order, of distinct names; empty where the content isn't tabular
 * @param statistics an object, as it was given; null where none was
 * @param parents dataset versions of the same project that it was derived from
 * @param retentionClass how long it is kept
 */
public record Content(
        Digest digest,
        long size,
        String mediaType,
        @Nullable String sourceUri,
        List<Column> columns,
        @Nullable Json statistics,
        List<TypeId> parents,
        Name retentionClass) {
    /** What is kept where nobody says otherwise. */
    public static final Name DEFAULT_RETENTION = new Name("standard");

    public Content {
        columns = List.copyOf(columns);
        parents = List.copyOf(parents);
        if (size < 1) {
            throw new IllegalArgumentException("content has at least one byte");
        }
        if (sourceUri != null && namesUser(sourceUri)) {
            throw new IllegalArgumentException("a source URI holds no user information");
        }
        if (new HashSet<>(parents).size() != parents.size()) {
            throw new IllegalArgumentException("a parent is named twice");
        }
        if (columns.stream().map(Column::name).distinct().count() != columns.size()) {
            throw new IllegalArgumentException("two columns have the same name");
        }
    }

    /** Whether user information, which may hold a password, stands before the host; also where Java sees no host. */
    private static boolean namesUser(String uri) {
        var authority = URI.create(uri).getRawAuthority();
        return authority != null && authority.contains("@");
    }
}
