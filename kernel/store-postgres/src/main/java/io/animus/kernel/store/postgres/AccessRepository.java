package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.API_KEY;
import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.ROLE_BINDING;
import static io.animus.kernel.store.postgres.generated.Tables.SERVICE_ACCOUNT;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.jooq.impl.DSL.arrayAgg;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.ProjectRoles;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.Project;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** What authentication and authorisation ask, each in one statement. */
public final class AccessRepository {
    private final DSLContext sql;

    AccessRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * Whom a valid API key lets in.
     *
     * @param lastUsed to the minute; null if it never was
     */
    public record Entry(
            TypeId key,
            Instant expires,
            @Nullable Instant lastUsed,
            Principal principal,
            Name name,
            Set<SystemRole> systemRoles) {}

    /** A project, and the roles that somebody has in it; none is possible. */
    public record ProjectAccess(Project project, Set<Role> roles) {}

    /** The owner of the key whose secret has this SHA-256, unless it is unknown, expired or revoked. */
    public Optional<Entry> findEntry(byte[] secretHash, Instant now) {
        return sql.select(
                        API_KEY.ID,
                        API_KEY.EXPIRES_AT,
                        API_KEY.LAST_USED_AT,
                        SERVICE_ACCOUNT.ID,
                        SERVICE_ACCOUNT.NAME,
                        SERVICE_ACCOUNT.SYSTEM_ROLES)
                .from(API_KEY)
                .join(SERVICE_ACCOUNT)
                .on(SERVICE_ACCOUNT.ID.eq(API_KEY.SERVICE_ACCOUNT_ID))
                .where(API_KEY.SECRET_HASH.eq(secretHash))
                .and(API_KEY.REVOKED_AT.isNull())
                .and(API_KEY.EXPIRES_AT.gt(now))
                .fetchOptional(row -> new Entry(
                        row.value1(),
                        row.value2(),
                        row.value3(),
                        new Principal(
                                Principal.Kind.SERVICE_ACCOUNT, row.value4().value()),
                        row.value5(),
                        Arrays.stream(row.value6()).map(SystemRole::of).collect(toUnmodifiableSet())));
    }

    /** Notes that a key was used, to the minute, so that a busy key costs a statement a minute and not one per request. */
    public void markUsed(Entry entry, Instant now) {
        var minute = now.truncatedTo(ChronoUnit.MINUTES);
        var last = entry.lastUsed();
        if (last != null && !last.isBefore(minute)) {
            return;
        }
        sql.update(API_KEY)
                .set(API_KEY.LAST_USED_AT, minute)
                .where(API_KEY.ID.eq(entry.key()))
                .and(API_KEY.LAST_USED_AT.isNull().or(API_KEY.LAST_USED_AT.lt(minute)))
                .execute();
    }

    /** The project with this id or name, and what {@code principal} is in it. */
    public Optional<ProjectAccess> findProject(String idOrName, Principal principal) {
        var isId = TypeId.isForm(Project.PREFIX, idOrName);
        if (!isId && !Name.isForm(idOrName)) {
            return Optional.empty();
        }
        var roles = field(select(arrayAgg(ROLE_BINDING.ROLE))
                .from(ROLE_BINDING)
                .where(ROLE_BINDING.PROJECT_ID.eq(PROJECT.ID))
                .and(ROLE_BINDING.SUBJECT.eq(principal)));
        return sql.select(PROJECT.fields())
                .select(roles)
                .from(PROJECT)
                .where(isId ? PROJECT.ID.eq(new TypeId(idOrName)) : PROJECT.NAME.eq(new Name(idOrName)))
                .fetchOptional(row -> new ProjectAccess(ProjectRepository.project(row), roles(row.get(roles))));
    }

    /** The roles of {@code principal}, by project: the first {@code limit} projects by id. */
    public List<ProjectRoles> projectRoles(Principal principal, int limit) {
        var roles = arrayAgg(ROLE_BINDING.ROLE);
        return sql.select(PROJECT.ID, PROJECT.NAME, roles)
                .from(ROLE_BINDING)
                .join(PROJECT)
                .on(PROJECT.ID.eq(ROLE_BINDING.PROJECT_ID))
                .where(ROLE_BINDING.SUBJECT.eq(principal))
                .groupBy(PROJECT.ID, PROJECT.NAME)
                .orderBy(PROJECT.ID)
                .limit(limit)
                .fetch(row -> new ProjectRoles(row.value1(), row.value2(), roles(row.value3())));
    }

    /** Every role that {@code principal} has in any project. */
    public Set<Role> rolesAnywhere(Principal principal) {
        return sql.selectDistinct(ROLE_BINDING.ROLE)
                .from(ROLE_BINDING)
                .where(ROLE_BINDING.SUBJECT.eq(principal))
                .fetchSet(row -> Role.of(row.value1()));
    }

    private static Set<Role> roles(String @Nullable [] words) {
        return words == null ? Set.of() : Arrays.stream(words).map(Role::of).collect(toUnmodifiableSet());
    }
}
