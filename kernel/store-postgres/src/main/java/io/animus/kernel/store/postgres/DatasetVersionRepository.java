package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.DATASET_VERSION;
import static org.jooq.impl.DSL.field;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.data.Column;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.DatasetVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;

/** Table {@code dataset_version}. */
public final class DatasetVersionRepository {
    private static final int MOST_TEXT = 1 << 20;
    private static final Field<Long> LENGTH = field(
            "octet_length({0}::text)::bigint + coalesce(octet_length({1}::text), 0)",
            Long.class, DATASET_VERSION.COLUMNS, DATASET_VERSION.STATISTICS);

    private static final Columns COLUMNS = Columns.of(
            ListFields.DATASET_VERSIONS,
            Map.of(
                    "number", DATASET_VERSION.NUMBER,
                    "digest", DATASET_VERSION.DIGEST,
                    "size", DATASET_VERSION.SIZE,
                    "mediaType", DATASET_VERSION.MEDIA_TYPE,
                    "retentionClass", DATASET_VERSION.RETENTION_CLASS,
                    "createdBy.id", Columns.idOf(DATASET_VERSION.CREATED_BY),
                    "createdAt", DATASET_VERSION.CREATED_AT),
            Key.id(DATASET_VERSION.ID));

    private final DSLContext sql;

    /** @param length of schema and statistics, in bytes */
    private record Head(TypeId id, long length) {}

    DatasetVersionRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** The number of the next version; whoever else asks for it waits until this transaction ends. */
    public int nextNumber(TypeId dataset) {
        return Numbering.next(sql, DATASET_VERSION, DATASET_VERSION.DATASET_ID, DATASET_VERSION.NUMBER, dataset);
    }

    /** Stores a new version, whose number and digest must be new to the dataset. */
    public void insert(DatasetVersion version) {
        var content = version.content();
        sql.insertInto(DATASET_VERSION)
                .set(DATASET_VERSION.ID, version.id())
                .set(DATASET_VERSION.PROJECT_ID, version.project())
                .set(DATASET_VERSION.DATASET_ID, version.dataset())
                .set(DATASET_VERSION.NUMBER, version.number())
                .set(DATASET_VERSION.DIGEST, content.digest())
                .set(DATASET_VERSION.SIZE, content.size())
                .set(DATASET_VERSION.MEDIA_TYPE, content.mediaType())
                .set(DATASET_VERSION.SOURCE_URI, content.sourceUri())
                .set(
                        DATASET_VERSION.COLUMNS,
                        Json.array(
                                content.columns().stream().map(Column::toJson).toList()))
                .set(DATASET_VERSION.STATISTICS, content.statistics())
                .set(
                        DATASET_VERSION.LINEAGE_PARENTS,
                        content.parents().stream().map(TypeId::value).toArray(String[]::new))
                .set(DATASET_VERSION.RETENTION_CLASS, content.retentionClass())
                .set(DATASET_VERSION.CREATED_AT, version.made().at())
                .set(DATASET_VERSION.CREATED_BY, version.made().by())
                .execute();
    }

    public Optional<DatasetVersion> find(TypeId project, TypeId id) {
        return find(DATASET_VERSION.PROJECT_ID.eq(project).and(DATASET_VERSION.ID.eq(id)));
    }

    /** The version of the dataset with this id or number. */
    public Optional<DatasetVersion> find(TypeId dataset, String idOrNumber) {
        var ofDataset = DATASET_VERSION.DATASET_ID.eq(dataset);
        if (TypeId.isForm(DatasetVersion.PREFIX, idOrNumber)) {
            return find(ofDataset.and(DATASET_VERSION.ID.eq(new TypeId(idOrNumber))));
        }
        var number = Numbering.parse(idOrNumber);
        return number.isPresent()
                ? find(ofDataset.and(DATASET_VERSION.NUMBER.eq(number.getAsInt())))
                : Optional.empty();
    }

    /** The version of the dataset that holds this content. */
    public Optional<DatasetVersion> findByDigest(TypeId dataset, Digest digest) {
        return find(DATASET_VERSION.DATASET_ID.eq(dataset).and(DATASET_VERSION.DIGEST.eq(digest)));
    }

    /** Those of the versions with these ids that are in the project and reached. */
    public Map<TypeId, DatasetVersion> findAll(TypeId project, Collection<TypeId> ids, Reach reach) {
        return sql.select(DATASET_VERSION.fields())
                .from(DATASET_VERSION)
                .where(DATASET_VERSION.PROJECT_ID.eq(project).and(DATASET_VERSION.ID.in(ids)))
                .and(Guard.reached(DATASET_VERSION.ID, reach))
                .fetchMap(DATASET_VERSION.ID, DatasetVersionRepository::version);
    }

    /** A page of versions; it ends early where their schemas and statistics are so long that more could fill the memory. */
    public Page<DatasetVersion> page(TypeId dataset, PageRequest request) {
        var where = DATASET_VERSION.DATASET_ID.eq(dataset);
        var heads = Paging.page(
                sql.select(DATASET_VERSION.ID, LENGTH).from(DATASET_VERSION),
                new Scan(sql, DATASET_VERSION, where, COLUMNS),
                request,
                row -> new Head(row.get(DATASET_VERSION.ID), row.get(LENGTH)));
        var ids = new ArrayList<TypeId>();
        var length = 0L;
        for (var head : heads.items()) {
            length += head.length();
            if (!ids.isEmpty() && length > MOST_TEXT) {
                break;
            }
            ids.add(head.id());
        }
        var found = sql.select(DATASET_VERSION.fields())
                .from(DATASET_VERSION)
                .where(DATASET_VERSION.ID.in(ids))
                .fetchMap(DATASET_VERSION.ID, DatasetVersionRepository::version);
        var next = ids.size() < heads.items().size() ? ids.get(ids.size() - 1).value() : heads.next();
        return new Page<>(ids.stream().map(found::get).toList(), next);
    }

    private Optional<DatasetVersion> find(Condition condition) {
        return sql.select(DATASET_VERSION.fields())
                .from(DATASET_VERSION)
                .where(condition)
                .fetchOptional(DatasetVersionRepository::version);
    }

    private static DatasetVersion version(Record row) {
        return new DatasetVersion(
                row.get(DATASET_VERSION.ID),
                row.get(DATASET_VERSION.PROJECT_ID),
                row.get(DATASET_VERSION.DATASET_ID),
                row.get(DATASET_VERSION.NUMBER),
                new Content(
                        row.get(DATASET_VERSION.DIGEST),
                        row.get(DATASET_VERSION.SIZE),
                        row.get(DATASET_VERSION.MEDIA_TYPE),
                        row.get(DATASET_VERSION.SOURCE_URI),
                        columns(row.get(DATASET_VERSION.COLUMNS)),
                        row.get(DATASET_VERSION.STATISTICS),
                        Arrays.stream(row.get(DATASET_VERSION.LINEAGE_PARENTS))
                                .map(TypeId::new)
                                .toList(),
                        row.get(DATASET_VERSION.RETENTION_CLASS)),
                new Made(row.get(DATASET_VERSION.CREATED_AT), row.get(DATASET_VERSION.CREATED_BY)));
    }

    private static List<Column> columns(Json columns) {
        return ((Json.Sequence) columns).items().stream().map(Column::of).toList();
    }
}
