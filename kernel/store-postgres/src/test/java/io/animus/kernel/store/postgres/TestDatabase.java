package io.animus.kernel.store.postgres;

import io.animus.api.database.DatabaseAccess;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A real PostgreSQL for one test class. */
final class TestDatabase implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final DatabaseAccess access;
    private final Database database;

    TestDatabase(Path folder) {
        server = new EmbeddedPostgres(folder);
        access = server.start();
        database = new Database(access);
    }

    Database database() {
        return database;
    }

    /** A connection as the owner of the tables, who may try everything. */
    Connection asOwner() throws SQLException {
        return as(access.owner());
    }

    /** A connection as the role that the hub works with. */
    Connection asHub() throws SQLException {
        return as(access.runtime());
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
