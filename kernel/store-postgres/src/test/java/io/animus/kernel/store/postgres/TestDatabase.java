package io.animus.kernel.store.postgres;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.tck.PreparedFolder;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A real PostgreSQL for one test class. */
final class TestDatabase implements AutoCloseable {
    private static final PreparedFolder WITH_TABLES = new PreparedFolder(folder -> {
        try (var server = new EmbeddedPostgres(folder)) {
            new Database(server.start()).close();
        }
    });

    private final EmbeddedPostgres server;
    private final DatabaseAccess access;
    private final Database database;

    TestDatabase(Path folder) {
        WITH_TABLES.copyTo(folder);
        server = new EmbeddedPostgres(folder);
        access = server.start();
        database = new Database(access);
    }

    Database database() {
        return database;
    }

    DatabaseAccess access() {
        return access;
    }

    /** A connection as the owner of the tables, who may try everything. */
    Connection asOwner() throws SQLException {
        return as(access.owner());
    }

    /** A connection as the role that the hub works with. */
    Connection asHub() throws SQLException {
        return as(access.runtime());
    }

    /** Takes out what the audit holds, which only the owner of the tables could do. */
    void emptyAudit() throws SQLException {
        try (var owner = asOwner();
                var sql = owner.createStatement()) {
            var tables = List.of(
                    "audit_event",
                    "audit_disclosure",
                    "audit_leaf",
                    "audit_subtree",
                    "audit_checkpoint",
                    "audit_cosignature",
                    "audit_key",
                    "audit_log");
            for (var table : tables) {
                sql.execute("alter table " + table + " disable trigger user");
            }
            sql.execute("truncate " + String.join(", ", tables));
            for (var table : tables) {
                sql.execute("alter table " + table + " enable trigger user");
            }
        }
    }

    /** Until some session waits for a lock that another one holds. */
    void awaitLockWaiter() throws SQLException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        try (var owner = asOwner();
                var sql = owner.createStatement()) {
            while (System.nanoTime() < end) {
                try (var waiting = sql.executeQuery("select count(*) from pg_locks where not granted")) {
                    waiting.next();
                    if (waiting.getInt(1) > 0) {
                        return;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        }
        throw new AssertionError("nobody waits for a lock");
    }

    private Connection as(DatabaseAccess.Credentials who) throws SQLException {
        return DriverManager.getConnection(access.url(), who.user(), who.password());
    }

    @Override
    public void close() {
        database.close();
        server.close();
    }
}
