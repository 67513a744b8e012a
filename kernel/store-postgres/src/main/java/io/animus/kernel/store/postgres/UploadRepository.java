package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.UPLOAD;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.data.Column;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.Upload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Table {@code upload}. */
public final class UploadRepository {
    private final DSLContext sql;

    UploadRepository(DSLContext sql) {
        this.sql = sql;
    }

    public void insert(Upload upload) {
        sql.insertInto(UPLOAD)
                .set(UPLOAD.ID, upload.id())
                .set(UPLOAD.PROJECT_ID, upload.project())
                .set(UPLOAD.DATASET_ID, upload.dataset())
                .set(UPLOAD.DIGEST, upload.content().digest())
                .set(UPLOAD.SIZE, upload.content().size())
                .set(UPLOAD.STORE, upload.store())
                .set(UPLOAD.DECLARATION, declaration(upload.content()))
                .set(UPLOAD.EXPIRES_AT, upload.expires())
                .set(UPLOAD.CREATED_AT, upload.made().at())
                .set(UPLOAD.CREATED_BY, upload.made().by())
                .execute();
    }

    public Optional<Upload> find(TypeId dataset, TypeId id) {
        return sql.select(UPLOAD.fields())
                .from(UPLOAD)
                .where(UPLOAD.DATASET_ID.eq(dataset).and(UPLOAD.ID.eq(id)))
                .fetchOptional(UploadRepository::upload);
    }

    /** Notes what an upload became; returns false if it has become something, or is noted as expired, already. */
    public boolean complete(TypeId id, TypeId datasetVersion) {
        return sql.update(UPLOAD)
                        .set(UPLOAD.DATASET_VERSION_ID, datasetVersion)
                        .where(UPLOAD.ID
                                .eq(id)
                                .and(UPLOAD.DATASET_VERSION_ID.isNull())
                                .and(UPLOAD.EXPIRED_AT.isNull()))
                        .execute()
                == 1;
    }

    /** Notes that nothing became of uploads whose time was over before {@code now}: the oldest, at most {@code limit}. */
    public List<Upload> expire(Instant now, int limit) {
        var late = sql.select(UPLOAD.ID)
                .from(UPLOAD)
                .where(UPLOAD.EXPIRES_AT.le(now))
                .and(UPLOAD.DATASET_VERSION_ID.isNull())
                .and(UPLOAD.EXPIRED_AT.isNull())
                .orderBy(UPLOAD.EXPIRES_AT, UPLOAD.ID)
                .limit(limit)
                .forUpdate()
                .skipLocked();
        return sql.update(UPLOAD)
                .set(UPLOAD.EXPIRED_AT, now)
                .where(UPLOAD.ID.in(late))
                .returning(UPLOAD.fields())
                .fetch(UploadRepository::upload);
    }

    private static Json declaration(Content content) {
        return Json.object()
                .put("mediaType", content.mediaType())
                .putIfPresent("sourceUri", content.sourceUri())
                .put(
                        "schema",
                        Json.array(
                                content.columns().stream().map(Column::toJson).toList()))
                .putIfPresent("statistics", content.statistics())
                .put(
                        "lineageParents",
                        Json.texts(content.parents().stream().map(TypeId::value).toList()))
                .put("retentionClass", content.retentionClass().value())
                .build();
    }

    private static Upload upload(Record row) {
        var declaration = new JsonMembers(row.get(UPLOAD.DECLARATION));
        var content = new Content(
                row.get(UPLOAD.DIGEST),
                row.get(UPLOAD.SIZE),
                declaration.text("mediaType"),
                declaration.findText("sourceUri").orElse(null),
                declaration.list("schema", Column::of),
                declaration.object().find("statistics").orElse(null),
                declaration.list("lineageParents", parent -> new TypeId(((Json.Text) parent).value())),
                new Name(declaration.text("retentionClass")));
        return new Upload(
                row.get(UPLOAD.ID),
                row.get(UPLOAD.PROJECT_ID),
                row.get(UPLOAD.DATASET_ID),
                content,
                row.get(UPLOAD.STORE),
                row.get(UPLOAD.DATASET_VERSION_ID),
                row.get(UPLOAD.EXPIRES_AT),
                new Made(row.get(UPLOAD.CREATED_AT), row.get(UPLOAD.CREATED_BY)));
    }
}
