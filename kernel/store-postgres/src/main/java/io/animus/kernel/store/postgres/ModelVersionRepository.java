package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ARTIFACT;
import static io.animus.kernel.store.postgres.generated.Tables.MODEL_VERSION;
import static io.animus.kernel.store.postgres.generated.Tables.MODEL_VERSION_ARTIFACT;
import static io.animus.kernel.store.postgres.generated.Tables.RUN;
import static io.animus.kernel.store.postgres.generated.Tables.STAGE_CHANGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.jooq.impl.DSL.castNull;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.model.ModelArtifact;
import io.animus.kernel.domain.model.ModelOrigin;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.model.Stage;
import io.animus.kernel.domain.model.StageChange;
import io.animus.kernel.domain.run.CodeRef;
import io.animus.kernel.domain.run.RunKind;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;

/** Tables {@code model_version}, {@code model_version_artifact} and {@code stage_change}. */
public final class ModelVersionRepository {
    private static final Field<String> NO_CARD =
            castNull(MODEL_VERSION.MODEL_CARD).as(MODEL_VERSION.MODEL_CARD);

    private static final Field<List<ModelArtifact>> ARTIFACTS = multiset(
                    select(ARTIFACT.ID, ARTIFACT.NAME, ARTIFACT.DIGEST)
                            .from(MODEL_VERSION_ARTIFACT)
                            .join(ARTIFACT)
                            .on(ARTIFACT.ID.eq(MODEL_VERSION_ARTIFACT.ARTIFACT_ID))
                            .where(MODEL_VERSION_ARTIFACT.MODEL_VERSION_ID.eq(MODEL_VERSION.ID))
                            .orderBy(MODEL_VERSION_ARTIFACT.POSITION))
            .as("artifacts")
            .convertFrom(rows -> rows.map(ModelVersionRepository::artifact));

    private static final Field<List<StageChange>> CHANGES = multiset(select(
                            STAGE_CHANGE.FROM_STAGE,
                            STAGE_CHANGE.TO_STAGE,
                            STAGE_CHANGE.CHANGED_AT,
                            STAGE_CHANGE.CHANGED_BY,
                            STAGE_CHANGE.REASON,
                            STAGE_CHANGE.AUDIT_EVENT_ID)
                    .from(STAGE_CHANGE)
                    .where(STAGE_CHANGE.MODEL_VERSION_ID.eq(MODEL_VERSION.ID))
                    .orderBy(STAGE_CHANGE.NUMBER))
            .as("changes")
            .convertFrom(rows -> rows.map(ModelVersionRepository::change));

    // Of the run's spec, only what is shown leaves the database.
    private static final String SPEC = "convert_from({0}, 'UTF8')::json";
    private static final Field<String> CODE =
            field("(" + SPEC + " -> 'code')::text", String.class, RUN.SPEC).as("code");
    private static final Field<String> LOCK = field(
                    SPEC + " -> 'environment' ->> 'environmentLock'", String.class, RUN.SPEC)
            .as("lock");
    private static final Field<String[]> INPUTS = field(
                    "array(select input ->> 'datasetVersion' from json_array_elements(" + SPEC
                            + " -> 'inputs') with ordinality as inputs (input, place) order by place)",
                    String[].class,
                    RUN.SPEC)
            .as("inputs");

    private static final Field<String> STAGE = coalesce(
            field(select(STAGE_CHANGE.TO_STAGE)
                    .from(STAGE_CHANGE)
                    .where(STAGE_CHANGE.MODEL_VERSION_ID.eq(MODEL_VERSION.ID))
                    .orderBy(STAGE_CHANGE.NUMBER.desc())
                    .limit(inline(1))),
            inline(Stage.DRAFT.word()));

    private static final Columns COLUMNS = Columns.of(
            ListFields.MODEL_VERSIONS,
            Map.of(
                    "number", MODEL_VERSION.NUMBER,
                    "stage", STAGE,
                    "run", MODEL_VERSION.RUN_ID,
                    "createdBy.id", Columns.idOf(MODEL_VERSION.CREATED_BY),
                    "createdAt", MODEL_VERSION.CREATED_AT),
            Key.id(MODEL_VERSION.ID));

    private final DSLContext sql;

    ModelVersionRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** The number of the next version; whoever else asks for it waits until this transaction ends. */
    public int nextNumber(TypeId model) {
        return Numbering.next(sql, MODEL_VERSION, MODEL_VERSION.MODEL_ID, MODEL_VERSION.NUMBER, model);
    }

    /** Stores a new version, which has no stage change yet. */
    public void insert(ModelVersion version) {
        sql.insertInto(MODEL_VERSION)
                .set(MODEL_VERSION.ID, version.id())
                .set(MODEL_VERSION.PROJECT_ID, version.project())
                .set(MODEL_VERSION.MODEL_ID, version.model())
                .set(MODEL_VERSION.NUMBER, version.number())
                .set(MODEL_VERSION.RUN_ID, version.run())
                .set(MODEL_VERSION.MODEL_CARD, version.modelCard())
                .set(MODEL_VERSION.CREATED_AT, version.made().at())
                .set(MODEL_VERSION.CREATED_BY, version.made().by())
                .execute();
        var rows = sql.insertInto(
                MODEL_VERSION_ARTIFACT,
                MODEL_VERSION_ARTIFACT.MODEL_VERSION_ID,
                MODEL_VERSION_ARTIFACT.PROJECT_ID,
                MODEL_VERSION_ARTIFACT.ARTIFACT_ID,
                MODEL_VERSION_ARTIFACT.POSITION);
        var position = 0;
        for (var artifact : version.artifacts()) {
            rows = rows.values(version.id(), version.project(), artifact.id(), position++);
        }
        rows.execute();
    }

    /**
     * Stores a stage change of {@code version}, which is as it was read; returns false if somebody else has changed its
     * stage since. Waits for a transaction that is just doing so.
     */
    public boolean insert(ModelVersion version, StageChange change) {
        return sql.insertInto(STAGE_CHANGE)
                        .set(STAGE_CHANGE.MODEL_VERSION_ID, version.id())
                        .set(STAGE_CHANGE.NUMBER, version.stageChanges().size() + 1)
                        .set(STAGE_CHANGE.FROM_STAGE, change.from().word())
                        .set(STAGE_CHANGE.TO_STAGE, change.to().word())
                        .set(STAGE_CHANGE.CHANGED_AT, change.made().at())
                        .set(STAGE_CHANGE.CHANGED_BY, change.made().by())
                        .set(STAGE_CHANGE.REASON, change.reason())
                        .set(STAGE_CHANGE.AUDIT_EVENT_ID, change.auditEvent())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /** The version of the model with this id or number. */
    public Optional<ModelVersion> find(TypeId model, String idOrNumber, Reach reach) {
        var number = Numbering.parse(idOrNumber);
        var isId = TypeId.isForm(ModelVersion.PREFIX, idOrNumber);
        if (!isId && number.isEmpty()) {
            return Optional.empty();
        }
        return selectVersions(MODEL_VERSION.MODEL_CARD)
                .where(MODEL_VERSION.MODEL_ID.eq(model))
                .and(isId ? MODEL_VERSION.ID.eq(new TypeId(idOrNumber)) : MODEL_VERSION.NUMBER.eq(number.getAsInt()))
                .and(Guard.reached(MODEL_VERSION.ID, reach))
                .fetchOptional(ModelVersionRepository::version);
    }

    /** A page of versions without their cards, which could fill the memory. */
    public Page<ModelVersion> page(TypeId model, Reach reach, PageRequest request) {
        var where = MODEL_VERSION.MODEL_ID.eq(model).and(Guard.reached(MODEL_VERSION.ID, reach));
        return Paging.page(
                selectVersions(NO_CARD),
                new Scan(sql, MODEL_VERSION, where, COLUMNS),
                request,
                ModelVersionRepository::version);
    }

    /** Those of the artifacts with these ids that {@code run} has left. */
    public Map<TypeId, ModelArtifact> findArtifacts(TypeId run, Collection<TypeId> ids) {
        return sql.select(ARTIFACT.ID, ARTIFACT.NAME, ARTIFACT.DIGEST)
                .from(ARTIFACT)
                .where(ARTIFACT.RUN_ID.eq(run).and(ARTIFACT.ID.in(ids)))
                .fetchMap(ARTIFACT.ID, ModelVersionRepository::artifact);
    }

    private SelectOnConditionStep<Record> selectVersions(Field<String> card) {
        return sql.select(
                        MODEL_VERSION.ID,
                        MODEL_VERSION.PROJECT_ID,
                        MODEL_VERSION.MODEL_ID,
                        MODEL_VERSION.NUMBER,
                        MODEL_VERSION.RUN_ID,
                        MODEL_VERSION.CREATED_AT,
                        MODEL_VERSION.CREATED_BY)
                .select(card, RUN.KIND, CODE, LOCK, INPUTS, ARTIFACTS, CHANGES)
                .from(MODEL_VERSION)
                .join(RUN)
                .on(RUN.ID.eq(MODEL_VERSION.RUN_ID));
    }

    private static ModelVersion version(Record row) {
        return new ModelVersion(
                row.get(MODEL_VERSION.ID),
                row.get(MODEL_VERSION.PROJECT_ID),
                row.get(MODEL_VERSION.MODEL_ID),
                row.get(MODEL_VERSION.NUMBER),
                row.get(MODEL_VERSION.RUN_ID),
                origin(row),
                row.get(ARTIFACTS),
                row.get(MODEL_VERSION.MODEL_CARD),
                new Made(row.get(MODEL_VERSION.CREATED_AT), row.get(MODEL_VERSION.CREATED_BY)),
                row.get(CHANGES));
    }

    private static ModelOrigin origin(Record row) {
        return new ModelOrigin(
                RunKind.of(row.get(RUN.KIND)),
                CodeRef.of(Json.read(row.get(CODE).getBytes(UTF_8))),
                new TypeId(row.get(LOCK)),
                Arrays.stream(row.get(INPUTS)).map(TypeId::new).toList());
    }

    private static ModelArtifact artifact(Record row) {
        return new ModelArtifact(row.get(ARTIFACT.ID), row.get(ARTIFACT.NAME), row.get(ARTIFACT.DIGEST));
    }

    private static StageChange change(Record row) {
        return new StageChange(
                Stage.of(row.get(STAGE_CHANGE.FROM_STAGE)),
                Stage.of(row.get(STAGE_CHANGE.TO_STAGE)),
                new Made(row.get(STAGE_CHANGE.CHANGED_AT), row.get(STAGE_CHANGE.CHANGED_BY)),
                row.get(STAGE_CHANGE.REASON),
                row.get(STAGE_CHANGE.AUDIT_EVENT_ID));
    }
}
