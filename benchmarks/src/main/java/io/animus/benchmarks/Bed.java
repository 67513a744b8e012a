package io.animus.benchmarks;

import io.animus.api.database.DatabaseAccess;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A PostgreSQL of its own in a folder of its own, as the hub ships and configures it. Closing removes all of it. */
final class Bed implements Closeable {
    private final Path folder;
    private final EmbeddedPostgres server;
    private final DatabaseAccess access;

    Bed(Setting setting, String name) throws IOException {
        Files.createDirectories(setting.target());
        folder = Files.createTempDirectory("animus-bench-" + name);
        server = new EmbeddedPostgres(folder.resolve("postgres"));
        access = server.start();
    }

    DatabaseAccess access() {
        return access;
    }

    /** For whatever else belongs to this. */
    Path folder() {
        return folder;
    }

    /** Of all of its processes. */
    Cpu cpu() throws IOException {
        var pid = Files.readAllLines(folder.resolve("postgres/data/postmaster.pid"))
                .get(0);
        return Cpu.of(ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow());
    }

    /** A connection as the role that the hub works with. */
    Connection asHub() throws SQLException {
        return as(access.runtime());
    }

    /** A connection as the owner of the tables. */
    Connection asOwner() throws SQLException {
        return as(access.owner());
    }

    /** Leaves the tables as autovacuum would after a while. */
    void settle() throws SQLException {
        try (var connection = asOwner();
                var statement = connection.createStatement()) {
            statement.execute("vacuum (analyze)");
        }
    }

    private Connection as(DatabaseAccess.Credentials who) throws SQLException {
        return DriverManager.getConnection(access.url(), who.user(), who.password());
    }

    @Override
    public void close() throws IOException {
        server.close();
        Folders.delete(folder);
    }
}
