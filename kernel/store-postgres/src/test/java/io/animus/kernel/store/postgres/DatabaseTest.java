package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.types.Json;
import io.animus.plugin.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hub does when its database is another one, is elsewhere, or is in trouble. */
class DatabaseTest {
    /** Enough for a connection on a busy machine; where the server is gone, a test waits for all of it, again and again. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static EmbeddedPostgres server;

    private DatabaseAccess here;

    @BeforeAll
    static void install(@TempDir Path folder) {
        server = new EmbeddedPostgres(folder);
    }

    @AfterAll
    static void close() {
        server.close();
    }

    /** Some tests stop it. */
    @BeforeEach
    void start() {
        here = server.start();
    }

    @Test
    void followsTheServerToAnotherPlaceAndLeadsThere(@TempDir Path there) {
        try (var second = new EmbeddedPostgres(there)) {
            var access = new AtomicReference<>(here);
            try (var database = new Database(access::get, PATIENCE)) {
                var leader = lead(database);
                assertThat(portOf(database)).contains(port(access.get()));

                access.set(second.start());
                server.close();

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
    void followsAPasswordThatWasChanged() throws SQLException {
        var user = here.runtime().user();
        var access = new AtomicReference<>(here);
        try (var database = new Database(access::get, PATIENCE)) {
            setPassword(database, user, "another-password");
            endSessions(here);
            access.set(new DatabaseAccess(here.url(), here.owner(), new Credentials(user, "another-password")));

            awaitAvailable(database);
            assertThat(portOf(database)).contains(port(here));
            setPassword(database, user, here.runtime().password());
        }
    }

    @Test
    void sendsACompositionOnceHoweverManyEventsReferToIt() throws SQLException {
        var content = Json.object().put("bundles", Json.array()).build();
        try (var database = new Database(here);
                var owner = DriverManager.getConnection(
                        here.url(), here.owner().user(), here.owner().password());
                var sql = owner.createStatement()) {
            sql.execute(
                    "create sequence sent; create function count_sent() returns trigger language plpgsql security definer"
                            + " as $$ begin perform nextval('sent'); return new; end $$;"
                            + " create trigger count_sent before insert on composition for each row execute function count_sent()");
            try {
                database.write(tx -> {
                    IntStream.range(0, 8)
                            .forEach(i -> tx.compositions().insert(content.digest(), content, Instant.EPOCH));
                    return true;
                });
                assertThat(database.<Optional<Json>>read(tx -> tx.compositions().find(content.digest())))
                        .hasValue(content);
                try (var sent = sql.executeQuery("select last_value from sent where is_called")) {
                    assertThat(sent.next()).isTrue();
                    assertThat(sent.getLong(1)).isOne();
                }
            } finally {
                sql.execute("drop trigger count_sent on composition; drop function count_sent; drop sequence sent");
            }
        }
    }

    @Test
    void isNotAvailableWhileTheServerIsGoneWhateverTheServerSays() {
        var access = new AtomicReference<>(here);
        var isTrouble = new AtomicReference<>(false);
        try (var database = new Database(
                () -> {
                    if (isTrouble.get()) {
                        throw new IllegalStateException("can't be started");
                    }
                    return access.get();
                },
                PATIENCE)) {
            server.close();
            assertThat(database.isAvailable()).isFalse();
            isTrouble.set(true);
            assertThat(database.isAvailable()).isFalse();
            assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> portOf(database));

            isTrouble.set(false);
            access.set(server.start());
            awaitAvailable(database);
        }
    }

    @Test
    void tellsADefectFromAnOutage() throws Exception {
        try (var database = new Database(here)) {
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
                while (held.size() < 18) {
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
    void saysThatNobodyKnowsIfItWasDoneWhereTheConnectionBreaksInTheCommit() throws SQLException {
        try (var owner = DriverManager.getConnection(
                        here.url(), here.owner().user(), here.owner().password());
                var sql = owner.createStatement()) {
            sql.execute("create table fatal (id integer)");
            sql.execute("grant insert on fatal to " + here.runtime().user());
            sql.execute(
                    """
                    create function die() returns trigger language plpgsql as
                    'begin perform pg_terminate_backend(pg_backend_pid()); return null; end'""");
            sql.execute("create constraint trigger dies after insert on fatal deferrable initially deferred"
                    + " for each row execute function die()");
        }
        try (var database = new Database(here)) {
            assertThatExceptionOfType(DatabaseUnavailableException.class)
                    .isThrownBy(() -> database.write(tx -> tx.sql().execute("insert into fatal values (1)")))
                    .matches(DatabaseUnavailableException::mayBeDone, "may be done");
            assertThatExceptionOfType(DatabaseUnavailableException.class)
                    .isThrownBy(() ->
                            database.write(tx -> tx.sql().execute("select pg_terminate_backend(pg_backend_pid())")))
                    .matches(e -> !e.mayBeDone(), "was not done");
        }
    }

    @Test
    void oneAsksWhereTheServerIsAndTheOthersDoNotWait() throws Exception {
        var isAsked = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        var isFirst = new AtomicReference<>(true);
        var threads = Executors.newSingleThreadExecutor();
        try (var database = new Database(
                () -> {
                    if (!isFirst.getAndSet(false)) {
                        isAsked.countDown();
                        await(mayAnswer);
                    }
                    return here;
                },
                PATIENCE)) {
            server.close();
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

    private static void setPassword(Database database, String user, String password) {
        database.write(tx -> tx.sql().execute("alter role \"" + user + "\" password '" + password + "'"));
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
