package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.API_KEY;
import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.ROLE_BINDING;
import static java.util.stream.Collectors.toUnmodifiableSet;
import static org.jooq.impl.DSL.arrayAgg;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.concat;
import static org.jooq.impl.DSL.inline;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.ProjectRoles;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.IdempotencyRepository.FirstAnswer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What authentication and authorisation ask, each in one statement. */
public final class AccessRepository {
    private static final String ENTRY =
            """
            select key.id, key.expires_at, key.last_used_at, account.id, account.name, account.system_roles""";
    private static final String VALID =
            " key.secret_hash = ? and key.revoked_at is null and key.expires_at > ? and account.id = key.service_account_id";
    private static final String ROLES =
            """
            , (select array_agg(coalesce(binding.object_id || ' ', '') || binding.role) from role_binding binding
                where binding.project_id = project.id and binding.subject = %s),
            exists (select from dataset where dataset.project_id = project.id and dataset.access = 'restricted')""";

    private static final Prepared ENTER =
            new Prepared(ENTRY + " from api_key key, service_account account where" + VALID);
    private static final ByRef ENTER_PROJECT = new ByRef(ENTRY + ", " + ProjectRepository.COLUMNS
            + ROLES.formatted("'serviceAccount:' || account.id")
            + " from api_key key cross join service_account account left join project on %s where" + VALID);
    private static final ByRef PROJECT_OF =
            new ByRef("select " + ProjectRepository.COLUMNS + ROLES.formatted("?") + " from project where %s");
    private static final ByRef OPEN = new ByRef(
            "select " + ProjectRepository.COLUMNS + ROLES.formatted("?")
                    + """
            , pg_try_advisory_xact_lock(hashtextextended(project.id || ' ' || ?, 0)),
                first.request_digest, first.status, first.body, first.location,
                exists (select from api_key where api_key.id = ? and revoked_at is null and expires_at > ?)
            from project left join idempotency_key first on first.scope = project.id and first.key = ?
            where %s""");

    private static final Prepared VALID_KEY =
            new Prepared("select id from api_key where id = ? and revoked_at is null and expires_at > ?");

    private final Transaction tx;

    AccessRepository(Transaction tx) {
        this.tx = tx;
    }

    /** A statement about one project, which is named by id or by name where the text says {@code %s}. */
    private record ByRef(Prepared byId, Prepared byName) {
        ByRef(String sql) {
            this(new Prepared(sql.formatted("project.id = ?")), new Prepared(sql.formatted("project.name = ?")));
        }

        Prepared by(String idOrName) {
            return TypeId.isForm(Project.PREFIX, idOrName) ? byId : byName;
        }
    }

    /**
     * Whom a valid API key lets in.
     *
     * @param lastUsed to the minute; null if it never was
     * @param project what was asked about; null if there is no such project
     */
    public record Entry(
            TypeId key,
            Instant expires,
            @Nullable Instant lastUsed,
            Principal principal,
            Name name,
            Set<SystemRole> systemRoles,
            @Nullable ProjectAccess project) {
        private Entry with(ProjectAccess known) {
            return new Entry(key, expires, lastUsed, principal, name, systemRoles, known);
        }
    }

    /** A project, and what somebody is in it, which may be nothing. */
    public record ProjectAccess(Project project, Rights rights) {}

    /**
     * What a change begins with.
     *
     * @param isAlone whether nobody else is at work under the same key
     * @param first the answer that was remembered under it; null if there is none
     * @param isKeyValid whether the API key that was named still lets somebody in; true if none was named
     */
    public record Opening(ProjectAccess access, boolean isAlone, @Nullable FirstAnswer first, boolean isKeyValid) {}

    /**
     * The owner of the key whose secret has this SHA-256, unless it is unknown, expired or revoked.
     *
     * @param project id or name of one of which the entry shall tell; null if there is none
     */
    public Optional<Entry> findEntry(byte[] secretHash, Instant now, @Nullable String project) {
        var isKnown = project != null && (TypeId.isForm(Project.PREFIX, project) || Name.isForm(project));
        if (project == null || !isKnown) {
            return ENTER.find(tx.connection(), AccessRepository::entry, secretHash, now);
        }
        return ENTER_PROJECT
                .by(project)
                .find(
                        tx.connection(),
                        row -> {
                            var entry = entry(row);
                            return row.getString(7) == null ? entry : entry.with(projectAccess(row, 7));
                        },
                        project,
                        secretHash,
                        now);
    }

    /** Notes that a key was used, to the minute, so that a busy key costs a statement a minute and not one per request. */
    public void markUsed(Entry entry, Instant now) {
        var minute = now.truncatedTo(ChronoUnit.MINUTES);
        var last = entry.lastUsed();
        if (last != null && !last.isBefore(minute)) {
            return;
        }
        tx.sql()
                .update(API_KEY)
                .set(API_KEY.LAST_USED_AT, minute)
                .where(API_KEY.ID.eq(entry.key()))
                .and(API_KEY.LAST_USED_AT.isNull().or(API_KEY.LAST_USED_AT.lt(minute)))
                .execute();
    }

    /** The project with this id or name, and what {@code principal} is in it. */
    public Optional<ProjectAccess> findProject(String idOrName, Principal principal) {
        if (!TypeId.isForm(Project.PREFIX, idOrName) && !Name.isForm(idOrName)) {
            return Optional.empty();
        }
        return PROJECT_OF.by(idOrName).find(tx.connection(), row -> projectAccess(row, 1), principal, idOrName);
    }

    /**
     * The same, for a change that is done once under an idempotency key: holds up those that follow under the same key until
     * this transaction ends.
     *
     * @param apiKey what let the caller in; null if nothing did
     */
    public Optional<Opening> open(
            String idOrName, Principal principal, String key, @Nullable TypeId apiKey, Instant now) {
        if (!TypeId.isForm(Project.PREFIX, idOrName) && !Name.isForm(idOrName)) {
            return Optional.empty();
        }
        var opening = opening(idOrName, principal, key, apiKey, now);
        if (opening.isEmpty() || opening.get().isAlone()) {
            return opening;
        }
        // What the statement saw is from before the other one was done.
        tx.idempotency().lock(opening.get().access().project().id().value(), key);
        return opening(idOrName, principal, key, apiKey, now);
    }

    /** Whether this API key lets somebody in. */
    public boolean isValid(TypeId apiKey, Instant now) {
        return VALID_KEY
                .find(tx.connection(), row -> row.getString(1), apiKey, now)
                .isPresent();
    }

    private Optional<Opening> opening(
            String idOrName, Principal principal, String key, @Nullable TypeId apiKey, Instant now) {
        return OPEN.by(idOrName)
                .find(
                        tx.connection(),
                        row -> new Opening(
                                projectAccess(row, 1),
                                row.getBoolean(ProjectRepository.WIDTH + 3),
                                first(row),
                                apiKey == null || row.getBoolean(ProjectRepository.WIDTH + 8)),
                        principal,
                        key,
                        apiKey,
                        now,
                        key,
                        idOrName);
    }

    /** The roles of {@code principal}, by project: the first {@code limit} projects by id. */
    public List<ProjectRoles> projectRoles(Principal principal, int limit) {
        var roles = arrayAgg(concat(coalesce(ROLE_BINDING.OBJECT_ID.concat(" "), inline("")), ROLE_BINDING.ROLE));
        return tx.sql()
                .select(PROJECT.ID, PROJECT.NAME, roles)
                .from(ROLE_BINDING)
                .join(PROJECT)
                .on(PROJECT.ID.eq(ROLE_BINDING.PROJECT_ID))
                .where(ROLE_BINDING.SUBJECT.eq(principal))
                .groupBy(PROJECT.ID, PROJECT.NAME)
                .orderBy(PROJECT.ID)
                .limit(limit)
                .fetch(row -> {
                    var rights = rights(Arrays.asList(row.value3()), false);
                    return new ProjectRoles(row.value1(), row.value2(), rights.roles(), rights.onObjects());
                });
    }

    /** Every role that {@code principal} has in the whole of any project. */
    public Set<Role> rolesAnywhere(Principal principal) {
        return tx.sql()
                .selectDistinct(ROLE_BINDING.ROLE)
                .from(ROLE_BINDING)
                .where(ROLE_BINDING.SUBJECT.eq(principal).and(ROLE_BINDING.OBJECT_ID.isNull()))
                .fetchSet(row -> Role.of(row.value1()));
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                new TypeId(row.getString(1)),
                Objects.requireNonNull(Prepared.instant(row, 2)),
                Prepared.instant(row, 3),
                new Principal(Principal.Kind.SERVICE_ACCOUNT, row.getString(4)),
                new Name(row.getString(5)),
                Prepared.textsOf(row, 6).stream().map(SystemRole::of).collect(toUnmodifiableSet()),
                null);
    }

    private static ProjectAccess projectAccess(ResultSet row, int from) throws SQLException {
        var held = from + ProjectRepository.WIDTH;
        return new ProjectAccess(
                ProjectRepository.project(row, from), rights(Prepared.textsOf(row, held), row.getBoolean(held + 1)));
    }

    private static @Nullable FirstAnswer first(ResultSet row) throws SQLException {
        var request = row.getString(ProjectRepository.WIDTH + 4);
        return request == null
                ? null
                : new FirstAnswer(
                        new Digest(request),
                        row.getInt(ProjectRepository.WIDTH + 5),
                        row.getBytes(ProjectRepository.WIDTH + 6),
                        row.getString(ProjectRepository.WIDTH + 7));
    }

    /** @param words roles, those on an object after its id and a blank */
    private static Rights rights(List<String> words, boolean hasRestricted) {
        var roles = EnumSet.noneOf(Role.class);
        var onObjects = new HashMap<TypeId, Set<Role>>();
        for (var word : words) {
            var blank = word.indexOf(' ');
            var role = Role.of(word.substring(blank + 1));
            if (blank < 0) {
                roles.add(role);
            } else {
                onObjects
                        .computeIfAbsent(new TypeId(word.substring(0, blank)), id -> EnumSet.noneOf(Role.class))
                        .add(role);
            }
        }
        return new Rights(roles, onObjects, hasRestricted);
    }
}
