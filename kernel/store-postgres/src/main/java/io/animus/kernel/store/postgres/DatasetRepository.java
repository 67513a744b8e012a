package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.DATASET;
import static io.animus.kernel.store.postgres.generated.Tables.DATASET_VERSION;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.data.Dataset;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectJoinStep;

/** Table {@code dataset}. */
public final class DatasetRepository {
    private static final Field<Integer> LATEST_VERSION = field(
            select(max(DATASET_VERSION.NUMBER)).from(DATASET_VERSION).where(DATASET_VERSION.DATASET_ID.eq(DATASET.ID)));

    private static final Columns COLUMNS = Columns.of(
            ListFields.DATASETS,
            Map.of(
                    "name", DATASET.NAME,
                    "access", DATASET.ACCESS,
                    "tags", DATASET.TAGS,
                    "createdBy.id", Columns.idOf(DATASET.CREATED_BY),
                    "createdAt", DATASET.CREATED_AT),
            Key.id(DATASET.ID),
            Key.name(DATASET.NAME));

    private final DSLContext sql;

    DatasetRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores a new dataset; returns false if the name is taken. */
    public boolean insert(Dataset dataset) {
        return sql.insertInto(DATASET)
                        .set(DATASET.ID, dataset.id())
                        .set(DATASET.PROJECT_ID, dataset.project())
                        .set(DATASET.NAME, dataset.name())
                        .set(DATASET.DESCRIPTION, dataset.description())
                        .set(DATASET.TAGS, dataset.tags().toArray(String[]::new))
                        .set(DATASET.ACCESS, dataset.access().word())
                        .set(DATASET.CREATED_AT, dataset.made().at())
                        .set(DATASET.CREATED_BY, dataset.made().by())
                        .set(DATASET.VERSION, dataset.version())
                        .onConflict(DATASET.PROJECT_ID, DATASET.NAME)
                        .doNothing()
                        .execute()
                == 1;
    }

    /** Stores a changed access policy; returns false if the dataset was changed by somebody else since it was read. */
    public boolean update(Dataset dataset) {
        return sql.update(DATASET)
                        .set(DATASET.ACCESS, dataset.access().word())
                        .set(DATASET.VERSION, dataset.version())
                        .where(DATASET.ID.eq(dataset.id()).and(DATASET.VERSION.eq(dataset.version() - 1)))
                        .execute()
                == 1;
    }

    /** The dataset of the project with this id or name. */
    public Optional<Dataset> find(TypeId project, String idOrName) {
        if (TypeId.isForm(Dataset.PREFIX, idOrName)) {
            return find(project, DATASET.ID.eq(new TypeId(idOrName)));
        }
        return Name.isForm(idOrName) ? find(project, DATASET.NAME.eq(new Name(idOrName))) : Optional.empty();
    }

    public Page<Dataset> page(TypeId project, Reach reach, PageRequest request) {
        var where = DATASET.PROJECT_ID.eq(project).and(Guard.reached(DATASET.ID, reach));
        return Paging.page(
                selectDatasets(), new Scan(sql, DATASET, where, COLUMNS), request, DatasetRepository::dataset);
    }

    private Optional<Dataset> find(TypeId project, Condition condition) {
        return selectDatasets()
                .where(DATASET.PROJECT_ID.eq(project))
                .and(condition)
                .fetchOptional(DatasetRepository::dataset);
    }

    private SelectJoinStep<Record> selectDatasets() {
        return sql.select(DATASET.fields()).select(LATEST_VERSION).from(DATASET);
    }

    private static Dataset dataset(Record row) {
        return new Dataset(
                row.get(DATASET.ID),
                row.get(DATASET.PROJECT_ID),
                row.get(DATASET.NAME),
                row.get(DATASET.DESCRIPTION),
                Arrays.asList(row.get(DATASET.TAGS)),
                Dataset.Access.of(row.get(DATASET.ACCESS)),
                row.get(LATEST_VERSION),
                new Made(row.get(DATASET.CREATED_AT), row.get(DATASET.CREATED_BY)),
                row.get(DATASET.VERSION));
    }
}
