package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ENVIRONMENT;
import static io.animus.kernel.store.postgres.generated.Tables.ENVIRONMENT_VERSION;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.environment.Definition;
import io.animus.kernel.domain.environment.Environment;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectJoinStep;

/** Tables {@code environment} and {@code environment_version}. */
public final class EnvironmentRepository {
    private static final Field<Integer> LATEST_VERSION = field(select(max(ENVIRONMENT_VERSION.NUMBER))
            .from(ENVIRONMENT_VERSION)
            .where(ENVIRONMENT_VERSION.ENVIRONMENT_ID.eq(ENVIRONMENT.ID)));

    private static final Columns COLUMNS = Columns.of(
            ListFields.ENVIRONMENTS,
            Map.of(
                    "name", ENVIRONMENT.NAME,
                    "createdBy.id", Columns.idOf(ENVIRONMENT.CREATED_BY),
                    "createdAt", ENVIRONMENT.CREATED_AT),
            Key.id(ENVIRONMENT.ID),
            Key.name(ENVIRONMENT.NAME));

    private static final Columns VERSION_COLUMNS = Columns.of(
            ListFields.ENVIRONMENT_VERSIONS,
            Map.of(
                    "number", ENVIRONMENT_VERSION.NUMBER,
                    "createdBy.id", Columns.idOf(ENVIRONMENT_VERSION.CREATED_BY),
                    "createdAt", ENVIRONMENT_VERSION.CREATED_AT),
            Key.id(ENVIRONMENT_VERSION.ID));

    private final DSLContext sql;

    EnvironmentRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores a new environment; returns false if the name is taken. */
    public boolean insert(Environment environment) {
        return sql.insertInto(ENVIRONMENT)
                        .set(ENVIRONMENT.ID, environment.id())
                        .set(ENVIRONMENT.PROJECT_ID, environment.project())
                        .set(ENVIRONMENT.NAME, environment.name())
                        .set(ENVIRONMENT.DESCRIPTION, environment.description())
                        .set(ENVIRONMENT.CREATED_AT, environment.made().at())
                        .set(ENVIRONMENT.CREATED_BY, environment.made().by())
                        .onConflict(ENVIRONMENT.PROJECT_ID, ENVIRONMENT.NAME)
                        .doNothing()
                        .execute()
                == 1;
    }

    /** The environment of the project with this id or name. */
    public Optional<Environment> find(TypeId project, String idOrName) {
        if (TypeId.isForm(Environment.PREFIX, idOrName)) {
            return find(project, ENVIRONMENT.ID.eq(new TypeId(idOrName)));
        }
        return Name.isForm(idOrName) ? find(project, ENVIRONMENT.NAME.eq(new Name(idOrName))) : Optional.empty();
    }

    public Page<Environment> page(TypeId project, PageRequest request) {
        return Paging.page(
                selectEnvironments(),
                new Scan(sql, ENVIRONMENT, ENVIRONMENT.PROJECT_ID.eq(project), COLUMNS),
                request,
                EnvironmentRepository::environment);
    }

    /** The number of the next version; whoever else asks for it waits until this transaction ends. */
    public int nextNumber(TypeId environment) {
        return Numbering.next(
                sql, ENVIRONMENT_VERSION, ENVIRONMENT_VERSION.ENVIRONMENT_ID, ENVIRONMENT_VERSION.NUMBER, environment);
    }

    /** Stores a new version, whose number must be new to the environment. */
    public void insert(EnvironmentVersion version) {
        sql.insertInto(ENVIRONMENT_VERSION)
                .set(ENVIRONMENT_VERSION.ID, version.id())
                .set(ENVIRONMENT_VERSION.PROJECT_ID, version.project())
                .set(ENVIRONMENT_VERSION.ENVIRONMENT_ID, version.environment())
                .set(ENVIRONMENT_VERSION.NUMBER, version.number())
                .set(ENVIRONMENT_VERSION.DEFINITION, version.definition().toJson())
                .set(ENVIRONMENT_VERSION.CREATED_AT, version.made().at())
                .set(ENVIRONMENT_VERSION.CREATED_BY, version.made().by())
                .execute();
    }

    /** The version of the environment with this id or number. */
    public Optional<EnvironmentVersion> findVersion(TypeId environment, String idOrNumber) {
        if (TypeId.isForm(EnvironmentVersion.PREFIX, idOrNumber)) {
            return findVersion(environment, ENVIRONMENT_VERSION.ID.eq(new TypeId(idOrNumber)));
        }
        var number = Numbering.parse(idOrNumber);
        return number.isPresent()
                ? findVersion(environment, ENVIRONMENT_VERSION.NUMBER.eq(number.getAsInt()))
                : Optional.empty();
    }

    public Page<EnvironmentVersion> pageOfVersions(TypeId environment, PageRequest request) {
        return Paging.page(
                sql.select(ENVIRONMENT_VERSION.fields()).from(ENVIRONMENT_VERSION),
                new Scan(sql, ENVIRONMENT_VERSION, ENVIRONMENT_VERSION.ENVIRONMENT_ID.eq(environment), VERSION_COLUMNS),
                request,
                EnvironmentRepository::version);
    }

    private Optional<Environment> find(TypeId project, Condition condition) {
        return selectEnvironments()
                .where(ENVIRONMENT.PROJECT_ID.eq(project))
                .and(condition)
                .fetchOptional(EnvironmentRepository::environment);
    }

    private Optional<EnvironmentVersion> findVersion(TypeId environment, Condition condition) {
        return sql.select(ENVIRONMENT_VERSION.fields())
                .from(ENVIRONMENT_VERSION)
                .where(ENVIRONMENT_VERSION.ENVIRONMENT_ID.eq(environment))
                .and(condition)
                .fetchOptional(EnvironmentRepository::version);
    }

    private SelectJoinStep<Record> selectEnvironments() {
        return sql.select(ENVIRONMENT.fields()).select(LATEST_VERSION).from(ENVIRONMENT);
    }

    private static Environment environment(Record row) {
        return new Environment(
                row.get(ENVIRONMENT.ID),
                row.get(ENVIRONMENT.PROJECT_ID),
                row.get(ENVIRONMENT.NAME),
                row.get(ENVIRONMENT.DESCRIPTION),
                row.get(LATEST_VERSION),
                new Made(row.get(ENVIRONMENT.CREATED_AT), row.get(ENVIRONMENT.CREATED_BY)));
    }

    private static EnvironmentVersion version(Record row) {
        return new EnvironmentVersion(
                row.get(ENVIRONMENT_VERSION.ID),
                row.get(ENVIRONMENT_VERSION.PROJECT_ID),
                row.get(ENVIRONMENT_VERSION.ENVIRONMENT_ID),
                row.get(ENVIRONMENT_VERSION.NUMBER),
                Definition.of(row.get(ENVIRONMENT_VERSION.DEFINITION)),
                new Made(row.get(ENVIRONMENT_VERSION.CREATED_AT), row.get(ENVIRONMENT_VERSION.CREATED_BY)));
    }
}
