package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.MODEL;
import static io.animus.kernel.store.postgres.generated.Tables.MODEL_VERSION;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.model.Model;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectJoinStep;

/** Table {@code model}. */
public final class ModelRepository {
    private static final Field<Integer> LATEST_VERSION =
            field(select(max(MODEL_VERSION.NUMBER)).from(MODEL_VERSION).where(MODEL_VERSION.MODEL_ID.eq(MODEL.ID)));

    private static final Columns COLUMNS = Columns.of(
            ListFields.MODELS,
            Map.of(
                    "name", MODEL.NAME,
                    "tags", MODEL.TAGS,
                    "createdBy.id", Columns.idOf(MODEL.CREATED_BY),
                    "createdAt", MODEL.CREATED_AT),
            Key.id(MODEL.ID),
            Key.name(MODEL.NAME));

    private final DSLContext sql;

    ModelRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores a new model; returns false if the name is taken. */
    public boolean insert(Model model) {
        return sql.insertInto(MODEL)
                        .set(MODEL.ID, model.id())
                        .set(MODEL.PROJECT_ID, model.project())
                        .set(MODEL.NAME, model.name())
                        .set(MODEL.DESCRIPTION, model.description())
                        .set(MODEL.TAGS, model.tags().toArray(String[]::new))
                        .set(MODEL.CREATED_AT, model.made().at())
                        .set(MODEL.CREATED_BY, model.made().by())
                        .onConflict(MODEL.PROJECT_ID, MODEL.NAME)
                        .doNothing()
                        .execute()
                == 1;
    }

    /** The model of the project with this id or name. */
    public Optional<Model> find(TypeId project, String idOrName) {
        var isId = TypeId.isForm(Model.PREFIX, idOrName);
        if (!isId && !Name.isForm(idOrName)) {
            return Optional.empty();
        }
        return selectModels()
                .where(MODEL.PROJECT_ID.eq(project))
                .and(isId ? MODEL.ID.eq(new TypeId(idOrName)) : MODEL.NAME.eq(new Name(idOrName)))
                .fetchOptional(ModelRepository::model);
    }

    public Page<Model> page(TypeId project, PageRequest request) {
        var where = MODEL.PROJECT_ID.eq(project);
        return Paging.page(selectModels(), new Scan(sql, MODEL, where, COLUMNS), request, ModelRepository::model);
    }

    private SelectJoinStep<Record> selectModels() {
        return sql.select(MODEL.fields()).select(LATEST_VERSION).from(MODEL);
    }

    private static Model model(Record row) {
        return new Model(
                row.get(MODEL.ID),
                row.get(MODEL.PROJECT_ID),
                row.get(MODEL.NAME),
                row.get(MODEL.DESCRIPTION),
                Arrays.asList(row.get(MODEL.TAGS)),
                row.get(LATEST_VERSION),
                new Made(row.get(MODEL.CREATED_AT), row.get(MODEL.CREATED_BY)));
    }
}
