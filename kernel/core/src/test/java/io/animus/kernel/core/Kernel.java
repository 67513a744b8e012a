package io.animus.kernel.core;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.tck.InMemoryObjectStore;
import io.animus.api.tck.PreparedFolder;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.RoleBinding;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.About;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.project.Quota;
import io.animus.kernel.store.postgres.Database;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The kernel on a real PostgreSQL, without a framework; tests bring the plugins. One for a test class. */
final class Kernel implements AutoCloseable {
    private static final PreparedFolder WITH_TABLES = new PreparedFolder(folder -> {
        try (var server = new EmbeddedPostgres(folder)) {
            new Database(server.start()).close();
        }
    });

    private final EmbeddedPostgres server;
    private final DatabaseAccess access;
    private final Database database;
    private final InMemoryObjectStore store;
    private final PortCalls calls;
    private final Ports ports;
    private final AuditTrail trail;
    private final Gate gate;
    private final Clock clock;
    private final AtomicInteger names = new AtomicInteger();
    private volatile Duration ahead = Duration.ZERO;

    Kernel(Path folder) {
        WITH_TABLES.copyTo(folder);
        server = new EmbeddedPostgres(folder);
        access = server.start();
        database = new Database(access);
        try {
            store = new InMemoryObjectStore();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        calls = new PortCalls(new Metrics());
        ports = new Ports(calls);
        ports.addStorage(store, Map.of());
        InstantSource source = () -> Instant.now().plus(ahead);
        clock = source.withZone(ZoneOffset.UTC);
        trail = new AuditTrail(database, Composition.none(), clock, new SecureRandom());
        gate = new Gate(database, trail, clock, trail.ids());
    }

    /** The kernel's clock, which {@link #advance} puts forward. */
    Clock clock() {
        return clock;
    }

    Gate gate() {
        return gate;
    }

    Ports ports() {
        return ports;
    }

    Database database() {
        return database;
    }

    AuditTrail trail() {
        return trail;
    }

    /** Another pool of connections to the same database, as another hub has one. */
    Database anotherDatabase() {
        return new Database(access);
    }

    /** Stops the database server under load and starts it again on the same data. */
    void restartDatabase() {
        server.close();
        server.start();
    }

    /** The object store that the kernel works with. */
    InMemoryObjectStore store() {
        return store;
    }

    /** From now on the kernel's clock is this much later than it would be. */
    void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    /** Takes back every {@link #advance}. */
    void returnToNow() {
        ahead = Duration.ZERO;
    }

    /** Somebody with no role in any project. */
    Caller somebody(SystemRole... systemRoles) {
        var id = trail.ids().next("sa").value();
        return new Caller(
                new Principal(Principal.Kind.SERVICE_ACCOUNT, id),
                id,
                Set.of(systemRoles),
                null,
                "test",
                RequestContext.NONE);
    }

    /** A new project with a name of its own. */
    Project project(String... networkClasses) {
        var admin = somebody(SystemRole.PLATFORM_ADMIN);
        var draft = new Projects.Draft(
                new Name("project-" + names.incrementAndGet()),
                new About(null, null, Map.of()),
                Quota.DEFAULT,
                List.of(networkClasses),
                List.of(new Principal(Principal.Kind.USER, "owner")));
        return done(new Projects(gate).create(admin, null, draft));
    }

    /** Somebody new who has these roles in the project. */
    Caller member(Project project, Role... roles) {
        var member = somebody();
        for (var role : roles) {
            bind(member.principal(), project, role, null);
        }
        return member;
    }

    /** Somebody new who has this role on one object of the project, and none in the project. */
    Caller memberOn(Project project, TypeId object, Role role) {
        var member = somebody();
        bind(member.principal(), project, role, object);
        return member;
    }

    /** @param object a dataset or model; null for the whole project */
    void bind(Principal subject, Project project, Role role, @Nullable TypeId object) {
        var made = new Made(Instant.now(), Principal.HUB);
        var id = trail.ids().next(RoleBinding.PREFIX);
        var binding = new RoleBinding(id, project.id(), subject, role, object, made);
        database.write(tx -> tx.roleBindings().insert(binding));
    }

    /** Closes the project for anything new. */
    void archive(Project project) {
        new Projects(gate)
                .archive(member(project, Role.OWNER), null, project.id().value());
    }

    /** The value of an answer that must not be a replay. */
    static <T> T done(Answer<T> answer) {
        if (answer instanceof Answer.Done<T> done) {
            return done.value();
        }
        throw new AssertionError("replayed");
    }

    /** What the audit says was done to, or refused about, the thing with this id or name, oldest first. */
    List<String> audited(String resource) {
        return column("select action from audit_event where resource_id = ? order by id", resource);
    }

    /** What the audit says was done to, or refused about, the thing with this id, oldest first. */
    List<String> audited(TypeId resource) {
        return audited(resource.value());
    }

    /** The first column of what a query finds, as text. */
    List<String> column(String query, String... parameters) {
        try (var owner = asOwner();
                var statement = owner.prepareStatement(query)) {
            for (var i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            var found = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Cuts connections of hubs off, as the death of their process would: those that this condition on pg_locks names. */
    void cutOff(String condition) {
        try (var hub = DriverManager.getConnection(
                        access.url(), access.runtime().user(), access.runtime().password());
                var sql = hub.createStatement()) {
            sql.execute(
                    "select pg_terminate_backend(pid) from (select distinct pid from pg_locks where pid <> pg_backend_pid()"
                            + " and pid in (select pid from pg_stat_activity where application_name = 'animus-hub') and "
                            + condition
                            + ") p");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes out what the audit holds, which only the owner of the tables could do. */
    void emptyAudit() throws SQLException {
        var tables = List.of(
                "audit_event",
                "audit_disclosure",
                "audit_leaf",
                "audit_subtree",
                "audit_checkpoint",
                "audit_cosignature",
                "audit_key",
                "audit_log");
        try (var owner = asOwner();
                var sql = owner.createStatement()) {
            for (var table : tables) {
                sql.execute("alter table " + table + " disable trigger user");
            }
            sql.execute("truncate " + String.join(", ", tables));
            for (var table : tables) {
                sql.execute("alter table " + table + " enable trigger user");
            }
        }
    }

    /** A connection as the owner of the tables, who may try everything. */
    Connection asOwner() throws SQLException {
        return DriverManager.getConnection(
                access.url(), access.owner().user(), access.owner().password());
    }

    @Override
    public void close() {
        calls.close();
        store.close();
        database.close();
        server.close();
    }
}
