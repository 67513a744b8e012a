package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.ROLE_BINDING;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.selectDistinct;
import static org.jooq.impl.DSL.selectOne;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.RoleBinding;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Table {@code role_binding}. */
public final class RoleBindingRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.ROLE_BINDINGS,
            Map.of(
                    "subject.kind",
                    Columns.kindOf(ROLE_BINDING.SUBJECT),
                    "subject.id",
                    Columns.idOf(ROLE_BINDING.SUBJECT),
                    "role",
                    ROLE_BINDING.ROLE,
                    "object",
                    ROLE_BINDING.OBJECT_ID,
                    "createdBy.id",
                    Columns.idOf(ROLE_BINDING.CREATED_BY),
                    "createdAt",
                    ROLE_BINDING.CREATED_AT),
            Key.id(ROLE_BINDING.ID));

    private final DSLContext sql;

    RoleBindingRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** Stores a new binding; returns false if the subject has the role already. */
    public boolean insert(RoleBinding binding) {
        return sql.insertInto(ROLE_BINDING)
                        .set(ROLE_BINDING.ID, binding.id())
                        .set(ROLE_BINDING.PROJECT_ID, binding.project())
                        .set(ROLE_BINDING.SUBJECT, binding.subject())
                        .set(ROLE_BINDING.ROLE, binding.role().word())
                        .set(ROLE_BINDING.OBJECT_ID, binding.object())
                        .set(ROLE_BINDING.CREATED_AT, binding.made().at())
                        .set(ROLE_BINDING.CREATED_BY, binding.made().by())
                        .onConflictDoNothing()
                        .execute()
                == 1;
    }

    /** On how many other objects of the project the subject has a role; whoever else asks waits until this transaction ends. */
    public int countOtherObjects(TypeId project, Principal subject, TypeId object) {
        lock(project);
        return sql.fetchCount(selectDistinct(ROLE_BINDING.OBJECT_ID)
                .from(ROLE_BINDING)
                .where(ROLE_BINDING.PROJECT_ID.eq(project).and(ROLE_BINDING.SUBJECT.eq(subject)))
                .and(ROLE_BINDING.OBJECT_ID.ne(object)));
    }

    public Optional<RoleBinding> find(TypeId project, TypeId id, Reach reach) {
        return sql.select(ROLE_BINDING.fields())
                .from(ROLE_BINDING)
                .where(ROLE_BINDING.PROJECT_ID.eq(project).and(ROLE_BINDING.ID.eq(id)))
                .and(shown(reach))
                .fetchOptional(RoleBindingRepository::binding);
    }

    /** The bindings of the project, but those on datasets that are hidden. */
    public Page<RoleBinding> page(TypeId project, Reach reach, PageRequest request) {
        return Paging.page(
                sql.select(ROLE_BINDING.fields()).from(ROLE_BINDING),
                new Scan(sql, ROLE_BINDING, ROLE_BINDING.PROJECT_ID.eq(project).and(shown(reach)), COLUMNS),
                request,
                RoleBindingRepository::binding);
    }

    /**
     * Removes the binding; returns false if it is the project's last owner. Removals of one project wait for one another,
     * or two owners could remove each other at the same time.
     */
    public boolean delete(RoleBinding binding) {
        lock(binding.project());
        var anotherOwner = ROLE_BINDING.as("another_owner");
        var keepsAnOwner = exists(selectOne()
                .from(anotherOwner)
                .where(anotherOwner.PROJECT_ID.eq(binding.project()))
                .and(anotherOwner.ROLE.eq(Role.OWNER.word()))
                .and(anotherOwner.ID.ne(binding.id())));
        return sql.deleteFrom(ROLE_BINDING)
                        .where(ROLE_BINDING.ID.eq(binding.id()))
                        .and(keepsAnOwner)
                        .execute()
                == 1;
    }

    private void lock(TypeId project) {
        sql.select(PROJECT.ID)
                .from(PROJECT)
                .where(PROJECT.ID.eq(project))
                .forUpdate()
                .fetch();
    }

    private static Condition shown(Reach reach) {
        return Guard.reached(ROLE_BINDING.OBJECT_ID, reach);
    }

    private static RoleBinding binding(Record row) {
        return new RoleBinding(
                row.get(ROLE_BINDING.ID),
                row.get(ROLE_BINDING.PROJECT_ID),
                row.get(ROLE_BINDING.SUBJECT),
                Role.of(row.get(ROLE_BINDING.ROLE)),
                row.get(ROLE_BINDING.OBJECT_ID),
                new Made(row.get(ROLE_BINDING.CREATED_AT), row.get(ROLE_BINDING.CREATED_BY)));
    }
}
