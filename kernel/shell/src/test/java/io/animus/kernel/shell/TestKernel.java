package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.tck.PreparedFolder;
import io.animus.api.types.Digest;
import io.animus.kernel.core.AuditTrail;
import io.animus.kernel.core.Authentication;
import io.animus.kernel.core.Composition;
import io.animus.kernel.core.Configurations;
import io.animus.kernel.core.Gate;
import io.animus.kernel.core.Ids;
import io.animus.kernel.core.PluginRecord;
import io.animus.kernel.core.Plugins;
import io.animus.kernel.core.TrustMode;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.trust.Mode;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The real use cases of plugins on a real PostgreSQL, with plugins in memory. */
final class TestKernel implements AutoCloseable {
    private static final PreparedFolder WITH_TABLES = new PreparedFolder(folder -> {
        try (var server = new EmbeddedPostgres(folder)) {
            new Database(server.start()).close();
        }
    });

    private final EmbeddedPostgres server;
    private final DatabaseAccess access;
    private final Database database;
    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    private final PluginsInMemory installed = new PluginsInMemory();
    private final UseCases cases;

    TestKernel(Path folder) {
        WITH_TABLES.copyTo(folder);
        server = new EmbeddedPostgres(folder);
        access = server.start();
        database = new Database(access);
        var trail = new AuditTrail(database, Composition.none());
        var gate = new Gate(database, trail);
        // Trust in packages has tests of its own; here nobody signs.
        var configured = new ConfigurationsInMemory();
        var record = new PluginRecord(database, trail, installed, configured);
        var plugins = new Plugins(
                gate, record, installed, configured, TrustMode.ofDevelopment(folder.resolve("trust"), Mode.WARN));
        cases = new UseCases(
                new Authentication(database, gate),
                trail,
                plugins,
                new Configurations(gate, plugins, record, configured));
    }

    UseCases cases() {
        return cases;
    }

    PluginsInMemory installed() {
        return installed;
    }

    /** Somebody with a key. */
    record Person(String principal, String key) {}

    /** Somebody new, with these roles in the hub. */
    Person somebody(String name, String... systemRoles) throws SQLException {
        var secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        var key = "ank_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        var account = ids.next("sa").value();
        execute("insert into service_account values (?, ?, null, ?, now(), 'system:hub')", account, name, systemRoles);
        execute(
                "insert into api_key values (?, ?, null, ?, now(), 'system:hub', ?)",
                ids.next("key").value(),
                account,
                Digest.sha256().digest(key.getBytes(US_ASCII)),
                OffsetDateTime.now().plusHours(1));
        return new Person("serviceAccount:" + account, key);
    }

    /** From now on nobody comes in with a key of this person. */
    void revokeKeysOf(Person person) throws SQLException {
        execute(
                "delete from api_key where service_account_id = ?",
                person.principal().split(":")[1]);
    }

    /** Actions on record with their actors, oldest first. */
    List<String> record() throws SQLException {
        var found = new ArrayList<String>();
        try (var sql = DriverManager.getConnection(
                        access.url(), access.owner().user(), access.owner().password());
                var statement = sql.createStatement();
                var rows = statement.executeQuery("select e.action || ' ' || d.actor from audit_event e"
                        + " join audit_disclosure d on d.event_id = e.id order by e.id")) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private void execute(String text, Object... values) throws SQLException {
        try (var sql = DriverManager.getConnection(
                        access.url(), access.owner().user(), access.owner().password());
                var statement = sql.prepareStatement(text)) {
            for (var i = 0; i < values.length; i++) {
                statement.setObject(
                        i + 1, values[i] instanceof String[] texts ? sql.createArrayOf("text", texts) : values[i]);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {
        database.close();
        server.close();
    }
}
