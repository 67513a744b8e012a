package io.animus.api.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.database.DatabaseServer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DatabaseServer} must do. Implement the two methods; inherit the tests, which leave nothing behind in the
 * database.
 */
public interface DatabaseServerContract {

    /** The server under test. Called often; the same one during a test. */
    DatabaseServer server();

    /**
     * Runs one statement over JDBC.
     *
     * @return the first column of its rows as text; empty if it has none
     * @throws SQLException as the server refused it
     */
    List<String> ask(String url, Credentials role, String sql) throws Exception;

    @Test
    default void namesADatabaseWithoutCredentialsInItsUrl() {
        var access = server().access();
        assertThat(access.url()).startsWith("jdbc:postgresql://").doesNotContain("password", "user=", "@");
        assertThat(access.owner().user()).isNotEqualTo(access.runtime().user());
        assertThat(access.toString())
                .doesNotContain(access.owner().password(), access.runtime().password());
    }

    @Test
    default void letsBothRolesInByPassword() throws Exception {
        var access = server().access();
        for (var role : roles(access)) {
            assertThat(ask(access.url(), role, "select current_user")).containsExactly(role.user());
            assertRefused("28P01", access, new Credentials(role.user(), role.password() + "x"), "select 1");
        }
    }

    @Test
    default void isAPostgresqlThatTheHubCanUse() throws Exception {
        var access = server().access();
        assertThat(Integer.parseInt(ask(access.url(), access.runtime(), "show server_version_num")
                        .get(0)))
                .isGreaterThanOrEqualTo(150_000);
        assertThat(ask(access.url(), access.runtime(), "show server_encoding")).containsExactly("UTF8");
    }

    @Test
    default void givesNobodyMoreThanItsPart() throws Exception {
        var access = server().access();
        for (var role : roles(access)) {
            assertThat(
                            ask(
                                    access.url(),
                                    role,
                                    "select count(*) from pg_roles where rolname = current_user"
                                            + " and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)"))
                    .containsExactly("0");
        }
        assertRefused("42501", access, access.runtime(), "create schema contract");
        assertRefused("42501", access, access.runtime(), "create table public.contract (id int)");
        assertRefused(
                "42501", access, access.runtime(), "set role " + access.owner().user());
    }

    @Test
    default void keepsWhatTheOwnerMakesOutOfReachUntilItIsGranted() throws Exception {
        var access = server().access();
        ask(access.url(), access.owner(), "create schema contract");
        try {
            ask(access.url(), access.owner(), "create table contract.kept as select 'x' as value");
            assertRefused("42501", access, access.runtime(), "select value from contract.kept");
            ask(
                    access.url(),
                    access.owner(),
                    "grant usage on schema contract to " + access.runtime().user());
            ask(
                    access.url(),
                    access.owner(),
                    "grant select on contract.kept to " + access.runtime().user());
            assertThat(ask(access.url(), access.runtime(), "select value from contract.kept"))
                    .containsExactly("x");
            assertRefused("42501", access, access.runtime(), "delete from contract.kept");
        } finally {
            ask(access.url(), access.owner(), "drop schema contract cascade");
        }
    }

    @Test
    default void answersTheSameToEverybodyWhoAsks() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            var calls = new ArrayList<Callable<DatabaseAccess>>();
            for (var i = 0; i < 16; i++) {
                calls.add(() -> server().access());
            }
            var expected = server().access();
            for (var answer : pool.invokeAll(calls)) {
                assertThat(answer.get()).isEqualTo(expected);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<Credentials> roles(DatabaseAccess access) {
        return List.of(access.owner(), access.runtime());
    }

    private void assertRefused(String state, DatabaseAccess access, Credentials role, String sql) {
        try {
            ask(access.url(), role, sql);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as("%s: %s", sql, e.getMessage()).isEqualTo(state);
            return;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        throw new AssertionError(role.user() + " may: " + sql);
    }
}
