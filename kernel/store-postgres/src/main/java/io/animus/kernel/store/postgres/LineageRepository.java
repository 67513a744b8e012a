package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.LINEAGE_EDGE;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.lineage.LineageEdge;
import java.util.Collection;
import java.util.Set;
import org.jooq.DSLContext;

/** Table {@code lineage_edge}. */
public final class LineageRepository {
    private final DSLContext sql;

    LineageRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores edges, in one statement; one that is there already stays. */
    public void insert(TypeId project, Collection<LineageEdge> edges) {
        if (edges.isEmpty()) {
            return;
        }
        var insert = sql.insertInto(
                LINEAGE_EDGE, LINEAGE_EDGE.PROJECT_ID, LINEAGE_EDGE.FROM_ID, LINEAGE_EDGE.RELATION, LINEAGE_EDGE.TO_ID);
        for (var edge : edges) {
            insert = insert.values(project, edge.from(), edge.relation().word(), edge.to());
        }
        insert.onConflictDoNothing().execute();
    }

    /** Those of {@code candidates} that are {@code ancestor} or were derived from it, over any number of steps. */
    public Set<TypeId> derivedFrom(TypeId project, TypeId ancestor, Collection<TypeId> candidates) {
        return Set.copyOf(sql.fetch(
                        """
                        with recursive derived (id) as (
                            select cast({0} as text) collate "C"
                            union
                            select edge.from_id from lineage_edge edge join derived on edge.to_id = derived.id
                            where edge.project_id = {1} and edge.relation = 'derived_from')
                        select id from derived where id = any ({2})""",
                        val(ancestor.value()),
                        val(project.value()),
                        val(candidates.stream().map(TypeId::value).toArray(String[]::new)))
                .map(row -> new TypeId(row.get(0, String.class))));
    }
}
