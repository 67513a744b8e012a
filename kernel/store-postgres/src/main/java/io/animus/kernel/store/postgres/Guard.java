package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.access.Reach;
import org.jooq.Condition;
import org.jooq.Field;

/** Keeps what restricted datasets guard from whoever doesn't reach them, inside the statement that looks for it. */
final class Guard {
    // The offset keeps the planner from joining with all that is guarded in the hub: it looks up one row after the
    // other,
    // so that a page costs what its items cost.
    private static final String KEPT =
            "not exists (select from guarded where guarded.id = %s and guarded.dataset_id <> all (%s) offset 0)";

    private Guard() {}

    /** The same for a constant text, as it goes on after its other conditions; it takes the ids of the datasets. */
    static String and(String id) {
        return " and " + KEPT.formatted(id, "?");
    }

    /** @param id of a dataset, dataset version, run, artifact or model version; anything else is not guarded */
    static Condition reached(Field<?> id, Reach reach) {
        if (reach.isAll()) {
            return noCondition();
        }
        var datasets = reach.datasets().stream().map(TypeId::value).toArray(String[]::new);
        return condition(KEPT.formatted("{0}", "{1}"), id, val(datasets));
    }
}
