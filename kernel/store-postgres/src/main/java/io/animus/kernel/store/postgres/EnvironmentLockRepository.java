package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ENVIRONMENT_LOCK;
import static io.animus.kernel.store.postgres.generated.Tables.ENVIRONMENT_VERSION;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.environment.EnvironmentLock;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;

/** Table {@code environment_lock}. */
public final class EnvironmentLockRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.ENVIRONMENT_LOCKS,
            Map.of(
                    "environment", ENVIRONMENT_LOCK.ENVIRONMENT_ID,
                    "environmentVersion", ENVIRONMENT_LOCK.ENVIRONMENT_VERSION_ID,
                    "lockDigest", ENVIRONMENT_LOCK.DIGEST,
                    "createdBy.id", Columns.idOf(ENVIRONMENT_LOCK.CREATED_BY),
                    "createdAt", ENVIRONMENT_LOCK.CREATED_AT),
            Key.id(ENVIRONMENT_LOCK.ID));

    private final DSLContext sql;

    EnvironmentLockRepository(DSLContext sql) {
        this.sql = sql;
    }

    public void insert(EnvironmentLock lock) {
        sql.insertInto(ENVIRONMENT_LOCK)
                .set(ENVIRONMENT_LOCK.ID, lock.id())
                .set(ENVIRONMENT_LOCK.PROJECT_ID, lock.project())
                .set(ENVIRONMENT_LOCK.ENVIRONMENT_ID, lock.environment())
                .set(ENVIRONMENT_LOCK.ENVIRONMENT_VERSION_ID, lock.content().environmentVersion())
                .set(ENVIRONMENT_LOCK.CONTENT, lock.content().toJson())
                .set(ENVIRONMENT_LOCK.DIGEST, lock.lockDigest())
                .set(ENVIRONMENT_LOCK.CREATED_AT, lock.made().at())
                .set(ENVIRONMENT_LOCK.CREATED_BY, lock.made().by())
                .execute();
    }

    public Optional<EnvironmentLock> find(TypeId project, TypeId id) {
        return selectLocks()
                .where(ENVIRONMENT_LOCK.PROJECT_ID.eq(project).and(ENVIRONMENT_LOCK.ID.eq(id)))
                .fetchOptional(EnvironmentLockRepository::lock);
    }

    public Page<EnvironmentLock> page(TypeId project, PageRequest request) {
        return Paging.page(
                selectLocks(),
                new Scan(sql, ENVIRONMENT_LOCK, ENVIRONMENT_LOCK.PROJECT_ID.eq(project), COLUMNS),
                request,
                EnvironmentLockRepository::lock);
    }

    private SelectOnConditionStep<Record> selectLocks() {
        return sql.select(ENVIRONMENT_LOCK.fields())
                .select(ENVIRONMENT_VERSION.NUMBER)
                .from(ENVIRONMENT_LOCK)
                .join(ENVIRONMENT_VERSION)
                .on(ENVIRONMENT_VERSION.ID.eq(ENVIRONMENT_LOCK.ENVIRONMENT_VERSION_ID));
    }

    private static EnvironmentLock lock(Record row) {
        return new EnvironmentLock(
                row.get(ENVIRONMENT_LOCK.ID),
                row.get(ENVIRONMENT_LOCK.PROJECT_ID),
                row.get(ENVIRONMENT_LOCK.ENVIRONMENT_ID),
                row.get(ENVIRONMENT_VERSION.NUMBER),
                EnvironmentLock.Content.of(row.get(ENVIRONMENT_LOCK.CONTENT)),
                new Made(row.get(ENVIRONMENT_LOCK.CREATED_AT), row.get(ENVIRONMENT_LOCK.CREATED_BY)));
    }
}
