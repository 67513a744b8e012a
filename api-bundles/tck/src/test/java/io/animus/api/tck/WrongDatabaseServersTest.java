package io.animus.api.tck;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.database.DatabaseServer;
import java.util.concurrent.atomic.AtomicInteger;

/** Databases that are wrong, each in one way. */
class WrongDatabaseServersTest implements WrongOnes {

    @CaughtBy("namesADatabaseWithoutCredentialsInItsUrl")
    static class ShowsThePasswordInItsUrl extends InMemoryDatabaseServerTest {
        @Override
        public DatabaseServer server() {
            return () ->
                    new DatabaseAccess("jdbc:postgresql://127.0.0.1:5432/animus?user=a&password=b", OWNER, RUNTIME);
        }
    }

    @CaughtBy("answersTheSameToEverybodyWhoAsks")
    static class IsElsewhereEachTime extends InMemoryDatabaseServerTest {
        private final AtomicInteger port = new AtomicInteger(5432);

        @Override
        public DatabaseServer server() {
            return () -> new DatabaseAccess(
                    "jdbc:postgresql://127.0.0.1:" + port.getAndIncrement() + "/animus", OWNER, RUNTIME);
        }
    }

    @CaughtBy("letsBothRolesInByPassword")
    static class LetsEverybodyIn extends InMemoryDatabaseServerTest {
        @Override
        boolean isLetIn(Credentials role) {
            return true;
        }
    }

    @CaughtBy("isAPostgresqlThatTheHubCanUse")
    static class IsTooOld extends InMemoryDatabaseServerTest {
        @Override
        String answer(Credentials role, String sql) {
            return sql.equals("show server_version_num") ? "140011" : super.answer(role, sql);
        }
    }

    @CaughtBy("isAPostgresqlThatTheHubCanUse")
    static class CanNotWriteAllNames extends InMemoryDatabaseServerTest {
        @Override
        String answer(Credentials role, String sql) {
            return sql.equals("show server_encoding") ? "SQL_ASCII" : super.answer(role, sql);
        }
    }

    @CaughtBy("givesNobodyMoreThanItsPart")
    static class GivesTheOwnerEverything extends InMemoryDatabaseServerTest {
        @Override
        String answer(Credentials role, String sql) {
            return sql.contains("rolsuper") && role.equals(OWNER) ? "1" : super.answer(role, sql);
        }
    }

    @CaughtBy("givesNobodyMoreThanItsPart")
    static class LetsTheHubMakeTables extends InMemoryDatabaseServerTest {
        @Override
        boolean mayDespite(String sql) {
            return sql.startsWith("create table public.");
        }
    }

    @CaughtBy("keepsWhatTheOwnerMakesOutOfReachUntilItIsGranted")
    static class GrantsWhatTheOwnerMakes extends InMemoryDatabaseServerTest {
        @Override
        boolean mayDespite(String sql) {
            return sql.equals("select value from contract.kept");
        }
    }
}
