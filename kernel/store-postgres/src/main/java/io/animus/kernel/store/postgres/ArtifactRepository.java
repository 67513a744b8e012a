package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ARTIFACT;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.Artifact;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Table {@code artifact}: only ever inserted into. */
public final class ArtifactRepository {
    private final DSLContext sql;

    ArtifactRepository(DSLContext sql) {
        this.sql = sql;
    }

    public void insert(List<Artifact> artifacts) {
        if (artifacts.isEmpty()) {
            return;
        }
        var insert = sql.insertInto(
                ARTIFACT,
                ARTIFACT.ID,
                ARTIFACT.PROJECT_ID,
                ARTIFACT.RUN_ID,
                ARTIFACT.ATTEMPT,
                ARTIFACT.NAME,
                ARTIFACT.KIND,
                ARTIFACT.MEDIA_TYPE,
                ARTIFACT.DIGEST,
                ARTIFACT.SIZE,
                ARTIFACT.RETENTION_CLASS,
                ARTIFACT.CREATED_AT);
        for (var artifact : artifacts) {
            insert = insert.values(
                    artifact.id(),
                    artifact.project(),
                    artifact.run(),
                    artifact.attempt(),
                    artifact.name(),
                    artifact.kind().word(),
                    artifact.mediaType(),
                    artifact.digest(),
                    artifact.size(),
                    new Name(artifact.retentionClass()),
                    artifact.created());
        }
        insert.execute();
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
        return Paging.page(
                sql.select(ARTIFACT.fields()).from(ARTIFACT).where(ARTIFACT.RUN_ID.eq(run)),
                ARTIFACT.ID,
                request,
                ArtifactRepository::artifact,
                Artifact::id);
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
