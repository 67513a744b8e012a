package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hub does when its database is another one, is elsewhere, or is in trouble. */
class DatabaseTest {

    @Test
    void followsTheServerToAnotherPlaceAndLeadsThere(@TempDir Path here, @TempDir Path there) {
        try (var first = new EmbeddedPostgres(here);
                var second = new EmbeddedPostgres(there)) {
            var access = new AtomicReference<>(first.start());
            try (var database = new Database(access::get)) {
                var leader = lead(database);
                assertThat(portOf(database)).contains(port(access.get()));

                access.set(second.start());
                stop(first);

                awaitAvailable(database);
                assertThat(portOf(database)).contains(port(access.get()));
                assertThat(leader.isAlive()).isFalse();
                leader.close();
                var next = lead(database);
                database.write(tx -> {
                    next.fence(tx);
                    return true;
                });
            }
        }
    }

    @Test
    void followsAPasswordThatWasChanged(@TempDir Path folder) throws SQLException {
        try (var server = new EmbeddedPostgres(folder)) {
            var before = server.start();
            var access = new AtomicReference<>(before);
            try (var database = new Database(access::get)) {
                database.write(tx ->
                        tx.sql().execute("alter role \"" + before.runtime().user() + "\" password 'another-password'"));
                endSessions(before);
                access.set(new DatabaseAccess(
                        before.url(),
                        before.owner(),
                        new Credentials(before.runtime().user(), "another-password")));

                awaitAvailable(database);
                assertThat(portOf(database)).contains(port(before));
            }
        }
    }

    @Test
    void isNotAvailableWhileTheServerIsGoneWhateverTheServerSays(@TempDir Path folder) {
        try (var server = new EmbeddedPostgres(folder)) {
            var access = new AtomicReference<>(server.start());
            var isTrouble = new AtomicReference<>(false);
            try (var database = new Database(() -> {
                if (isTrouble.get()) {
                    throw new IllegalStateException("can't be started");
                }
                return access.get();
            })) {
                stop(server);
                assertThat(database.isAvailable()).isFalse();
                isTrouble.set(true);
                assertThat(database.isAvailable()).isFalse();
                assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> portOf(database));

                isTrouble.set(false);
                access.set(server.start());
                awaitAvailable(database);
            }
        }
    }

    @Test
    void tellsADefectFromAnOutage(@TempDir Path folder) throws Exception {
        try (var postgres = new TestDatabase(folder)) {
            var database = postgres.database();
            assertThatExceptionOfType(DataAccessException.class)
                    .as("the driver was misused")
                    .isThrownBy(() -> database.write(tx -> {
                        throw new DataAccessException("misuse", new SQLException("no state"));
                    }));
            assertThatExceptionOfType(DataAccessException.class)
                    .as("a statement that can't be right")
                    .isThrownBy(() -> database.read(tx -> tx.sql().execute("select nonsense")));
            assertThatExceptionOfType(DatabaseUnavailableException.class)
                    .as("cut off in the middle")
                    .isThrownBy(() ->
                            database.write(tx -> tx.sql().execute("select pg_terminate_backend(pg_backend_pid())")));

            var held = new ArrayList<Connection>();
            try {
                while (held.size() < 16) {
                    held.add(database.session());
                }
                var started = Instant.now();
                assertThatExceptionOfType(DatabaseUnavailableException.class)
                        .as("all connections are in use")
                        .isThrownBy(database::session);
                assertThat(Duration.between(started, Instant.now()))
                        .isLessThan(Database.CONNECT_TIMEOUT.plusSeconds(5));
            } finally {
                for (var connection : held) {
                    connection.close();
                }
            }
        }
    }

    @Test
    void oneAsksWhereTheServerIsAndTheOthersDoNotWait(@TempDir Path folder) throws Exception {
        try (var server = new EmbeddedPostgres(folder)) {
            var access = server.start();
            var isAsked = new CountDownLatch(1);
            var mayAnswer = new CountDownLatch(1);
            var isFirst = new AtomicReference<>(true);
            var threads = Executors.newSingleThreadExecutor();
            try (var database = new Database(() -> {
                if (!isFirst.getAndSet(false)) {
                    isAsked.countDown();
                    await(mayAnswer);
                }
                return access;
            })) {
                stop(server);
                var asking = threads.submit(() -> {
                    while (isAsked.getCount() > 0) {
                        // The first answers may come from connections that have broken since.
                        assertThat(database.isAvailable()).isFalse();
                    }
                });
                await(isAsked);

                assertThat(database.isAvailable()).isFalse();
                mayAnswer.countDown();
                asking.get(30, TimeUnit.SECONDS);
            } finally {
                mayAnswer.countDown();
                threads.shutdown();
            }
        }
    }

    private static void stop(EmbeddedPostgres server) {
        server.close();
    }

    private static Leader lead(Database database) {
        return Leader.elect(database, "mover", "node", Instant.EPOCH).orElseThrow();
    }

    private static String portOf(Database database) {
        return database.read(tx -> tx.sql().fetchSingle("select current_setting('port')"))
                .get(0, String.class);
    }

    private static String port(DatabaseAccess access) {
        return access.url().replaceAll(".*:(\\d+)/.*", "$1");
    }

    /** Ends every session of the hub's role, by a connection of the same role that has the new password. */
    private static void endSessions(DatabaseAccess access) throws SQLException {
        try (var hub = DriverManager.getConnection(
                        access.url(), access.runtime().user(), "another-password");
                var sql = hub.createStatement()) {
            sql.execute(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where usename = current_user and pid <> pg_backend_pid()""");
        }
    }

    /** The pool may hand out connections that broke, until it has tried each. */
    private static void awaitAvailable(Database database) {
        var end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!database.isAvailable()) {
            assertThat(System.nanoTime()).as("time to be available").isLessThan(end);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
