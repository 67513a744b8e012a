package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ARTIFACT;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.Artifact;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Table {@code artifact}, and the edges of {@code lineage_edge} that come with it: only ever inserted into. */
public final class ArtifactRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.ARTIFACTS,
            Map.of(
                    "name", ARTIFACT.NAME,
                    "kind", ARTIFACT.KIND,
                    "mediaType", ARTIFACT.MEDIA_TYPE,
                    "digest", ARTIFACT.DIGEST,
                    "size", ARTIFACT.SIZE,
                    "attempt", ARTIFACT.ATTEMPT,
                    "createdAt", ARTIFACT.CREATED_AT),
            Key.id(ARTIFACT.ID));

    private final DSLContext sql;

    ArtifactRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores artifacts, each with the edge that says which run produced it; in one statement. */
    public void insertProduced(List<Artifact> artifacts) {
        if (artifacts.isEmpty()) {
            return;
        }
        sql.execute(
                """
                with kept as (
                    insert into artifact (id, project_id, run_id, attempt, name, kind, media_type, digest, size,
                        retention_class, created_at)
                    select * from unnest({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}, {10})
                    returning id, project_id, run_id)
                insert into lineage_edge (project_id, from_id, relation, to_id)
                select project_id, run_id, 'produced', id from kept""",
                Column.of(artifacts, String[]::new, artifact -> artifact.id().value()),
                Column.of(
                        artifacts, String[]::new, artifact -> artifact.project().value()),
                Column.of(artifacts, String[]::new, artifact -> artifact.run().value()),
                Column.of(artifacts, Integer[]::new, Artifact::attempt),
                Column.of(artifacts, String[]::new, Artifact::name),
                Column.of(artifacts, String[]::new, artifact -> artifact.kind().word()),
                Column.of(artifacts, String[]::new, Artifact::mediaType),
                Column.of(
                        artifacts, String[]::new, artifact -> artifact.digest().value()),
                Column.of(artifacts, Long[]::new, Artifact::size),
                Column.of(artifacts, String[]::new, Artifact::retentionClass),
                Column.of(artifacts, Instant[]::new, Artifact::created));
    }

    public Optional<Artifact> find(TypeId run, TypeId id) {
        return sql.select(ARTIFACT.fields())
                .from(ARTIFACT)
                .where(ARTIFACT.RUN_ID.eq(run).and(ARTIFACT.ID.eq(id)))
                .fetchOptional(ArtifactRepository::artifact);
    }

    /** The log that an attempt left, if any. */
    public Optional<Artifact> findLog(TypeId run, int attempt) {
        return sql.select(ARTIFACT.fields())
                .from(ARTIFACT)
                .where(ARTIFACT.RUN_ID.eq(run))
                .and(ARTIFACT.ATTEMPT.eq(attempt))
                .and(ARTIFACT.KIND.eq(Artifact.Kind.LOG.word()))
                .fetchOptional(ArtifactRepository::artifact);
    }

    public Page<Artifact> page(TypeId run, PageRequest request) {
        var where = ARTIFACT.RUN_ID.eq(run);
        return Paging.page(
                sql.select(ARTIFACT.fields()).from(ARTIFACT),
                new Scan(sql, ARTIFACT, where, COLUMNS),
                request,
                ArtifactRepository::artifact);
    }

    static Artifact artifact(Record row) {
        return new Artifact(
                row.get(ARTIFACT.ID),
                row.get(ARTIFACT.PROJECT_ID),
                row.get(ARTIFACT.RUN_ID),
                row.get(ARTIFACT.ATTEMPT),
                row.get(ARTIFACT.NAME),
                Artifact.Kind.of(row.get(ARTIFACT.KIND)),
                row.get(ARTIFACT.MEDIA_TYPE),
                row.get(ARTIFACT.DIGEST),
                row.get(ARTIFACT.SIZE),
                row.get(ARTIFACT.RETENTION_CLASS).value(),
                row.get(ARTIFACT.CREATED_AT));
    }
}
