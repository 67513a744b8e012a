package __package__;

import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.database.DatabaseServer;
import io.animus.api.tck.DatabaseServerContract;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
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

/** What every database must do, asked of a real PostgreSQL. */
class __Technology__DatabaseServerTest implements DatabaseServerContract {
    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static DatabaseServer server;

    @BeforeAll
    static void start() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        postgres = new EmbeddedPostgres(folder.resolve("postgres"));
        var access = postgres.start();
        server = new __Technology__DatabaseServer("test", access.url(), role(access.owner()), role(access.runtime()));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static __Technology__DatabaseServer.Role role(Credentials credentials) throws IOException {
        var file = Files.writeString(folder.resolve(credentials.user()), credentials.password() + "\n");
        return new __Technology__DatabaseServer.Role(credentials.user(), file);
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
