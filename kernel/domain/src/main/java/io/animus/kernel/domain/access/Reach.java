package io.animus.kernel.domain.access;

import io.animus.api.types.TypeId;
import java.util.List;

/**
 * Which restricted datasets of a project somebody reaches, and so what was made from them.
 *
 * @param datasets ids; of no meaning if {@code isAll}
 */
public record Reach(boolean isAll, List<TypeId> datasets) {
    /** Nothing is kept from whoever has this. */
    public static final Reach ALL = new Reach(true, List.of());

    public Reach {
        datasets = List.copyOf(datasets);
    }
}
