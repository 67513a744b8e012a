package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.lineage.LineageEdge;
import java.util.Collection;
import java.util.Set;

/** Table {@code lineage_edge}. */
public final class LineageRepository {
    private final Transaction tx;

    LineageRepository(Transaction tx) {
        this.tx = tx;
    }

    /** Stores edges; one that is there already stays. */
    public void insert(TypeId project, Collection<LineageEdge> edges) {
        for (var edge : edges) {
            tx.late()
                    .add(
                            LateTable.LINEAGE_EDGE,
                            project,
                            edge.from(),
                            edge.relation().word(),
                            edge.to());
        }
    }

    /** Those of {@code candidates} that are {@code ancestor} or were derived from it, over any number of steps. */
    public Set<TypeId> derivedFrom(TypeId project, TypeId ancestor, Collection<TypeId> candidates) {
        return Set.copyOf(tx.sql()
                .fetch(
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
