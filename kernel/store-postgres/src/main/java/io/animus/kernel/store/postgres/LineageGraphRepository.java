package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.LINEAGE_EDGE;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.LineageNode;
import io.animus.kernel.domain.lineage.Relation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Param;
import org.jooq.Record;

/** Reads the graph of table {@code lineage_edge}, and what its nodes are called. */
public final class LineageGraphRepository {
    private static final String UPSTREAM =
            """
            select distinct id from (
                select to_id as id from lineage_edge
                    where project_id = {0} and from_id = any ({1}) and relation <> 'produced'
                union all
                select from_id from lineage_edge
                    where project_id = {0} and to_id = any ({1}) and relation = 'produced') as next
            where next.id <> all ({2}) and {4} order by id limit {3}""";

    private static final String DOWNSTREAM =
            """
            select distinct id from (
                select from_id as id from lineage_edge
                    where project_id = {0} and to_id = any ({1}) and relation <> 'produced'
                union all
                select to_id from lineage_edge
                    where project_id = {0} and from_id = any ({1}) and relation = 'produced') as next
            where next.id <> all ({2}) and {4} order by id limit {3}""";

    private static final String NODES =
            """
            select * from (
            select id, 'dataset' as type, name as label, null as digest
                from dataset where project_id = {0} and id = any ({1})
            union all
            select version.id, 'datasetVersion', dataset.name || ' ' || version.number, version.digest
                from dataset_version version join dataset on dataset.id = version.dataset_id
                where version.project_id = {0} and version.id = any ({1})
            union all
            select version.id, 'environmentVersion', environment.name || ' ' || version.number, null
                from environment_version version join environment on environment.id = version.environment_id
                where version.project_id = {0} and version.id = any ({1})
            union all
            select lock.id, 'environmentLock', environment.name || ' ' || version.number, lock.digest
                from environment_lock lock join environment on environment.id = lock.environment_id
                join environment_version version on version.id = lock.environment_version_id
                where lock.project_id = {0} and lock.id = any ({1})
            union all
            select id, 'run', coalesce(experiment, id), spec_digest
                from run where project_id = {0} and id = any ({1})
            union all
            select id, 'artifact', name, digest
                from artifact where project_id = {0} and id = any ({1})
            union all
            select id, 'model', name, null
                from model where project_id = {0} and id = any ({1})
            union all
            select version.id, 'modelVersion', model.name || ' ' || version.number, null
                from model_version version join model on model.id = version.model_id
                where version.project_id = {0} and version.id = any ({1})) as node
            where {2}""";

    private static final String ANCESTRY =
            """
            with recursive ancestry (id) as (
                select unnest({1}) collate "C"
                union
                select edge.to_id from lineage_edge edge join ancestry on edge.from_id = ancestry.id
                where edge.project_id = {0} and edge.relation = 'derived_from')
            select id from ancestry""";

    private final DSLContext sql;

    LineageGraphRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** What these came from, in one step, by id; what isn't reached, {@code known} and more than {@code limit} left out. */
    public List<String> upstream(
            TypeId project, Reach reach, Collection<String> of, Collection<String> known, int limit) {
        return next(UPSTREAM, project, reach, of, known, limit);
    }

    /** What came from these, in one step, by id; what isn't reached, {@code known} and more than {@code limit} left out. */
    public List<String> downstream(
            TypeId project, Reach reach, Collection<String> of, Collection<String> known, int limit) {
        return next(DOWNSTREAM, project, reach, of, known, limit);
    }

    /** These dataset versions and all that they were derived from, over any number of steps. */
    public List<TypeId> ancestry(TypeId project, Collection<TypeId> datasetVersions) {
        var ids = datasetVersions.stream().map(TypeId::value).toList();
        return sql.fetch(ANCESTRY, val(project.value()), array(ids)).map(row -> new TypeId(row.get(0, String.class)));
    }

    /** The edges of the project that begin and end at these. */
    public List<LineageEdge> edgesBetween(TypeId project, Collection<String> ids) {
        return sql.select(LINEAGE_EDGE.FROM_ID, LINEAGE_EDGE.RELATION, LINEAGE_EDGE.TO_ID)
                .from(LINEAGE_EDGE)
                .where(LINEAGE_EDGE.PROJECT_ID.eq(project))
                .and(LINEAGE_EDGE.FROM_ID.in(ids))
                .and(LINEAGE_EDGE.TO_ID.in(ids))
                .orderBy(LINEAGE_EDGE.FROM_ID, LINEAGE_EDGE.RELATION, LINEAGE_EDGE.TO_ID)
                .fetch(row -> new LineageEdge(row.value1(), Relation.of(row.value2()), row.value3()));
    }

    /** What is known of those of these entities that are in the project and reached, by id. */
    public Map<String, LineageNode> nodes(TypeId project, Reach reach, Collection<String> ids) {
        return sql.fetch(NODES, val(project.value()), array(ids), Guard.reached(field("node.id"), reach)).stream()
                .map(LineageGraphRepository::node)
                .collect(Collectors.toMap(LineageNode::id, Function.identity()));
    }

    private List<String> next(
            String statement, TypeId project, Reach reach, Collection<String> of, Collection<String> known, int limit) {
        return sql.fetch(
                        statement,
                        val(project.value()),
                        array(of),
                        array(known),
                        val(limit),
                        Guard.reached(field("next.id"), reach))
                .map(row -> row.get(0, String.class));
    }

    private static Param<String[]> array(Collection<String> ids) {
        return val(ids.toArray(String[]::new));
    }

    private static LineageNode node(Record row) {
        var digest = row.get("digest", String.class);
        return new LineageNode(
                row.get("id", String.class),
                row.get("type", String.class),
                row.get("label", String.class),
                digest == null ? null : new Digest(digest));
    }
}
