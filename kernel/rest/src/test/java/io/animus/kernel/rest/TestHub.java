package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.tck.PreparedFolder;
import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.core.ApiKeys;
import io.animus.kernel.core.AuditErasure;
import io.animus.kernel.core.AuditEvents;
import io.animus.kernel.core.AuditExport;
import io.animus.kernel.core.AuditLog;
import io.animus.kernel.core.AuditSinks;
import io.animus.kernel.core.AuditTrail;
import io.animus.kernel.core.Authentication;
import io.animus.kernel.core.Bell;
import io.animus.kernel.core.CarriersInMemory;
import io.animus.kernel.core.Composition;
import io.animus.kernel.core.Configurations;
import io.animus.kernel.core.DataPlaneInMemory;
import io.animus.kernel.core.DatasetVersions;
import io.animus.kernel.core.Datasets;
import io.animus.kernel.core.EnvironmentLocks;
import io.animus.kernel.core.Environments;
import io.animus.kernel.core.FeedStatus;
import io.animus.kernel.core.Gate;
import io.animus.kernel.core.Health;
import io.animus.kernel.core.Ids;
import io.animus.kernel.core.Inventory;
import io.animus.kernel.core.Lineage;
import io.animus.kernel.core.LogProcess;
import io.animus.kernel.core.Me;
import io.animus.kernel.core.Metrics;
import io.animus.kernel.core.ModelVersions;
import io.animus.kernel.core.Models;
import io.animus.kernel.core.PluginRecord;
import io.animus.kernel.core.Plugins;
import io.animus.kernel.core.PortCalls;
import io.animus.kernel.core.Ports;
import io.animus.kernel.core.Projects;
import io.animus.kernel.core.RequestsInFlight;
import io.animus.kernel.core.RoleBindings;
import io.animus.kernel.core.RunPlanner;
import io.animus.kernel.core.RunResults;
import io.animus.kernel.core.Runs;
import io.animus.kernel.core.ServiceAccounts;
import io.animus.kernel.core.TrustDecisions;
import io.animus.kernel.core.TrustMode;
import io.animus.kernel.core.Uploads;
import io.animus.kernel.core.Webhooks;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.trust.Mode;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;

/** The real kernel on a real PostgreSQL behind a real HTTP server, without the framework around it. */
final class TestHub {
    private static final PreparedFolder WITH_TABLES = new PreparedFolder(folder -> {
        try (var server = new EmbeddedPostgres(folder)) {
            new Database(server.start()).close();
        }
    });

    private final EmbeddedPostgres postgres;
    private volatile boolean isWithoutDatabase;
    private final DatabaseAccess access;
    private final Database database;
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    private final EventStreams streams = new EventStreams(4);
    private final RequestsInFlight requests = new RequestsInFlight();
    private final DataPlaneInMemory plane;
    private final LogProcess log;
    private final CarriersInMemory carriers;
    private final Set<Object> resources = new HashSet<>();

    TestHub(Path folder) throws Exception {
        this(folder, 1_000_000);
    }

    /** @param burst requests that one principal may send; hardly any come back */
    TestHub(Path folder, int burst) throws Exception {
        WITH_TABLES.copyTo(folder);
        postgres = new EmbeddedPostgres(folder);
        access = postgres.start();
        database = new Database(this::server);
        var composition = Composition.none();
        var trail = new AuditTrail(database, composition);
        var gate = new Gate(database, trail);
        var bell = new Bell();
        var metrics = new Metrics();
        var calls = new PortCalls(metrics);
        var ports = new Ports(calls);
        var authentication = new Authentication(database, gate);
        var door = new Door(authentication, trail, limiter(burst), limiter(burst));
        var results = new RunResults(gate, database, ports);
        log = new LogProcess(database, trail, metrics, folder.resolve("keys"));
        // Trust in packages has tests of its own; here is one publisher.
        Archives.trustIn(folder.resolve("trust"));
        var installed = new PluginsInMemory();
        var configured = new ConfigurationsInMemory();
        var record = new PluginRecord(database, trail, installed, configured);
        var trust = TrustMode.ofDevelopment(folder.resolve("trust"), Mode.ENFORCE);
        var plugins = new Plugins(gate, record, installed, configured, trust);
        var configurations = new Configurations(gate, plugins, record, configured);
        resources.addAll(Set.of(
                new UnbufferedAnswers(),
                new SystemResource(new Health(ports), metrics, () -> true),
                new HubResource(door, new Me(gate), new Inventory(gate, composition)),
                new ServiceAccountsResource(door, new ServiceAccounts(gate)),
                new ApiKeysResource(door, new ApiKeys(gate)),
                new AuditEventsResource(door, new AuditEvents(gate), new AuditLog(gate)),
                new AuditLogResource(door, new AuditLog(gate), new AuditExport(gate, database), new AuditErasure(gate)),
                new LogTrustResource(door, log.trust(gate)),
                new AuditSinksResource(door, new AuditSinks(gate, ports)),
                new PluginsResource(door, plugins, configurations, Body.MAX_SIZE),
                new PluginInstallResource(door, plugins, Body.MAX_SIZE),
                new TrustModeResource(door, new TrustDecisions(gate, trust)),
                new ProjectsResource(door, new Projects(gate)),
                new RoleBindingsResource(door, new RoleBindings(gate))));
        var runs = new RunsResource(
                door,
                new Runs(gate, new RunPlanner(database, ports), ports, trail, bell),
                results,
                new RunStreams(door, streams, results));
        resources.addAll(Set.of(
                new DatasetsResource(
                        door, new Datasets(gate), new DatasetVersions(gate, ports), new Uploads(gate, ports)),
                new EnvironmentsResource(door, new Environments(gate)),
                new EnvironmentLocksResource(door, new EnvironmentLocks(gate, ports)),
                runs,
                new ModelsResource(door, new Models(gate)),
                new ModelVersionsResource(door, new ModelVersions(gate)),
                new WebhooksResource(door, new Webhooks(gate, ports)),
                new LineageResource(door, new Lineage(gate))));
        plane = new DataPlaneInMemory(database, calls, ports, trail, bell);
        carriers = new CarriersInMemory(database, ports, trail, new FeedStatus(metrics));
        serve(new RequestFilter(metrics, door, requests), new ShortWay(runs));
    }

    private static RateLimiter limiter(int burst) {
        return new RateLimiter(0.001, burst, System::nanoTime);
    }

    private void serve(Filter... filters) throws Exception {
        var application = new ResourceConfig();
        resources.forEach(application::register);
        var context = new ServletContextHandler("/");
        for (var filter : filters) {
            context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
        }
        context.addServlet(new ServletHolder(new ServletContainer(application)), "/*");
        server.addConnector(connector);
        server.setHandler(context);
        server.start();
    }

    /** A client without a key. */
    Client client() {
        return new Client(address(), null);
    }

    /** A client with a fresh key of a fresh service account that has these system roles. */
    Client client(String name, String... systemRoles) {
        var secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        var key = "ank_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        var account = ids.next("sa");
        try (var sql = owner()) {
            execute(
                    sql,
                    "insert into service_account values (?, ?, null, ?, now(), 'system:hub')",
                    account.value(),
                    name,
                    sql.createArrayOf("text", systemRoles));
            execute(
                    sql,
                    "insert into api_key values (?, ?, null, ?, now(), 'system:hub', ?)",
                    ids.next("key").value(),
                    account.value(),
                    Digest.sha256().digest(key.getBytes(US_ASCII)),
                    OffsetDateTime.now().plusHours(1));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return new Client(address(), key).of(account.value());
    }

    /** The database as the owner of the tables sees it. */
    Connection owner() throws SQLException {
        // A server that gave up may come back at another port.
        var now = isWithoutDatabase ? access : server();
        return DriverManager.getConnection(
                now.url(), now.owner().user(), now.owner().password());
    }

    TypeId newId(String prefix) {
        return ids.next(prefix);
    }

    Set<Object> resources() {
        return resources;
    }

    int port() {
        return connector.getLocalPort();
    }

    /** What is being answered. */
    RequestsInFlight requests() {
        return requests;
    }

    /** What makes the audit log. */
    LogProcess log() {
        return log;
    }

    /** Takes the database away for good. */
    void stopDatabase() {
        isWithoutDatabase = true;
        postgres.close();
    }

    void close() throws Exception {
        streams.close();
        carriers.close();
        plane.close();
        log.close();
        server.stop();
        database.close();
        postgres.close();
    }

    /** As in the hub: a server that gave up is started again when somebody asks for it. */
    private DatabaseAccess server() {
        if (isWithoutDatabase) {
            throw new IllegalStateException("taken away");
        }
        return postgres.start();
    }

    private URI address() {
        return URI.create("http://localhost:" + port());
    }

    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (var i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
