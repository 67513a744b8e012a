package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ARTIFACT;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.Artifact;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    private final Transaction tx;

    ArtifactRepository(Transaction tx) {
        this.tx = tx;
    }

    /** Stores artifacts, each with the edge that says which run produced it. */
    public void insertProduced(List<Artifact> artifacts) {
        var rows = tx.late();
        for (var artifact : artifacts) {
            rows.add(
                    LateTable.ARTIFACT,
                    artifact.id(),
                    artifact.project(),
                    artifact.run(),
                    artifact.attempt(),
                    artifact.name(),
                    artifact.kind().word(),
                    artifact.mediaType(),
                    artifact.digest(),
                    artifact.size(),
                    artifact.retentionClass(),
                    artifact.created());
            rows.add(LateTable.LINEAGE_EDGE, artifact.project(), artifact.run(), "produced", artifact.id());
        }
    }

    public Optional<Artifact> find(TypeId run, TypeId id) {
        return tx.sql()
                .select(ARTIFACT.fields())
                .from(ARTIFACT)
                .where(ARTIFACT.RUN_ID.eq(run).and(ARTIFACT.ID.eq(id)))
                .fetchOptional(ArtifactRepository::artifact);
    }

    /** The log that an attempt left, if any. */
    public Optional<Artifact> findLog(TypeId run, int attempt) {
        return tx.sql()
                .select(ARTIFACT.fields())
                .from(ARTIFACT)
                .where(ARTIFACT.RUN_ID.eq(run))
                .and(ARTIFACT.ATTEMPT.eq(attempt))
                .and(ARTIFACT.KIND.eq(Artifact.Kind.LOG.word()))
                .fetchOptional(ArtifactRepository::artifact);
    }

    public Page<Artifact> page(TypeId run, PageRequest request) {
        var where = ARTIFACT.RUN_ID.eq(run);
        return Paging.page(
                tx.sql().select(ARTIFACT.fields()).from(ARTIFACT),
                new Scan(tx.sql(), ARTIFACT, where, COLUMNS),
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
