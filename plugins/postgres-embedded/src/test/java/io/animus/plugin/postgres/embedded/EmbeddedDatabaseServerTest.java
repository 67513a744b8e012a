package io.animus.plugin.postgres.embedded;

import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.database.DatabaseServer;
import io.animus.api.tck.DatabaseServerContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseServerTest implements DatabaseServerContract {
    @TempDir
    static Path folder;

    private static EmbeddedDatabaseServer server;

    @BeforeAll
    static void open() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        server = new EmbeddedDatabaseServer(new EmbeddedPostgres(folder.resolve("postgres")));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Override
    public DatabaseServer server() {
        return server;
    }

    @Override
    public List<String> ask(String url, Credentials role, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url, role.user(), role.password());
                var statement = connection.createStatement()) {
            var answer = new ArrayList<String>();
            if (statement.execute(sql)) {
                var rows = statement.getResultSet();
                while (rows.next()) {
                    answer.add(rows.getString(1));
                }
            }
            return answer;
        }
    }
}
