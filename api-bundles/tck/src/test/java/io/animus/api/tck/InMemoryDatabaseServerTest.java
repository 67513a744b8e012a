package io.animus.api.tck;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.database.DatabaseServer;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Shows that the contract can be kept, with the answers that a PostgreSQL gives to its questions. That a real one gives
 * them, the tests of the plugins show.
 */
class InMemoryDatabaseServerTest implements DatabaseServerContract {
    static final Credentials OWNER = new Credentials("animus_owner", "one");
    static final Credentials RUNTIME = new Credentials("animus_runtime", "two");

    private final Set<String> granted = new HashSet<>();

    @Override
    public DatabaseServer server() {
        return () -> new DatabaseAccess("jdbc:postgresql://127.0.0.1:5432/animus", OWNER, RUNTIME);
    }

    @Override
    public List<String> ask(String url, Credentials role, String sql) throws SQLException {
        if (!isLetIn(role)) {
            throw new SQLException("password authentication failed", "28P01");
        }
        if (!role.user().equals(OWNER.user()) && needsRight(sql) && !mayDespite(sql)) {
            throw new SQLException("permission denied", "42501");
        }
        if (sql.startsWith("grant")) {
            granted.add(sql);
        }
        return sql.startsWith("select") || sql.startsWith("show") ? List.of(answer(role, sql)) : List.of();
    }

    boolean isLetIn(Credentials role) {
        return role.equals(OWNER) || role.equals(RUNTIME);
    }

    private boolean needsRight(String sql) {
        return sql.equals("select value from contract.kept")
                ? granted.size() < 2
                : !sql.startsWith("select") && !sql.startsWith("show");
    }

    /** What the runtime role may do that it should not. */
    boolean mayDespite(String sql) {
        return false;
    }

    String answer(Credentials role, String sql) {
        return switch (sql) {
            case "select current_user" -> role.user();
            case "show server_version_num" -> "170002";
            case "show server_encoding" -> "UTF8";
            case "select value from contract.kept" -> "x";
            default -> "0";
        };
    }
}
