package io.animus.kernel.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseServer;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub's database, migrated and ready. Safe for many threads; calls block while all connections are in use, at most
 * {@link #CONNECT_TIMEOUT}. A server that comes back on another port or with another password is found again.
 */
public final class Database implements AutoCloseable {
    /** How long a call waits for a connection before the database counts as away. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    // 16 for requests, and those that the leaders of the conductor and of the sequencer hold.
    private static final int CONNECTIONS = 18;
    private static final String UNIQUE_VIOLATION = "23505";

    private final DatabaseServer server;
    private final Duration connectTimeout;
    private final ReentrantLock following = new ReentrantLock();
    private volatile Pool pool;
    private volatile boolean isClosed;

    /** Connections to the place that {@code access} leads to. */
    private record Pool(DatabaseAccess access, HikariDataSource connections) {}

    /**
     * Migrates the database as the owner and opens a pool of connections with the runtime role.
     *
     * @param server asked again when the database can't be reached any more
     * @throws DatabaseUnavailableException if the server doesn't answer
     */
    public Database(DatabaseServer server) {
        this(server, CONNECT_TIMEOUT);
    }

    /**
     * With another patience.
     *
     * @param connectTimeout how long a call waits for a connection before the database counts as away
     */
    public Database(DatabaseServer server, Duration connectTimeout) {
        this.server = server;
        this.connectTimeout = connectTimeout;
        this.pool = open(server.access());
    }

    /** On a server that never moves. */
    public Database(DatabaseAccess access) {
        this(() -> access);
    }

    /**
     * Runs {@code work} in one transaction: committed when it returns, rolled back when it throws.
     *
     * @throws AnswerTakenException if a remembered answer was kept by somebody else meanwhile
     * @throws DatabaseUnavailableException if the database is away
     */
    public <T> T write(Function<Transaction, T> work) {
        var end = Transaction.End.ROLLED_BACK;
        try (var connection = session()) {
            connection.setAutoCommit(false);
            var tx = new Transaction(() -> connection);
            try {
                var result = work.apply(tx);
                tx.flush();
                end = Transaction.End.UNKNOWN;
                connection.commit();
                end = Transaction.End.COMMITTED;
                return result;
            } catch (RuntimeException | SQLException e) {
                rollback(connection, e);
                throw e;
            } finally {
                tx.over(end);
            }
        } catch (SQLException | DataAccessException e) {
            throw translated(e, end != Transaction.End.ROLLED_BACK);
        }
    }

    /**
     * Runs {@code work}, which asks the database nothing and only inserts, and writes what it has left in one statement that
     * is a transaction of its own: if this is still so then.
     *
     * @return what it made; empty if it was not so, or what it made was there already: then nothing was written
     * @throws DatabaseUnavailableException if the database is away
     */
    public <T> Optional<T> writeIf(Unchanged unchanged, Function<Transaction, T> work) {
        var tx = new Transaction(() -> {
            throw new IllegalStateException("work that only inserts asks the database");
        });
        var end = Transaction.End.ROLLED_BACK;
        try {
            var result = work.apply(tx);
            try (var connection = session()) {
                tx.seal();
                end = Transaction.End.UNKNOWN;
                try {
                    end = tx.writeIf(connection, unchanged) ? Transaction.End.COMMITTED : Transaction.End.ROLLED_BACK;
                } catch (DataAccessException e) {
                    // A server that says so and stays has undone it.
                    if (connection.unwrap(Connection.class).isClosed()) {
                        throw e;
                    }
                    end = Transaction.End.ROLLED_BACK;
                    if (!isThereAlready(e)) {
                        throw e;
                    }
                }
            }
            return end == Transaction.End.COMMITTED ? Optional.of(result) : Optional.empty();
        } catch (SQLException | DataAccessException e) {
            throw translated(e, end == Transaction.End.UNKNOWN);
        } finally {
            tx.over(end);
        }
    }

    /**
     * Runs {@code work}, which only reads, without a transaction: each statement sees what is committed when it starts.
     *
     * @throws DatabaseUnavailableException if the database is away
     */
    public <T> T read(Function<Transaction, T> work) {
        try (var tx = new Transaction(this::session)) {
            var result = work.apply(tx);
            if (tx.hasUnwritten()) {
                throw new IllegalStateException("work that only reads has left something to write");
            }
            return result;
        } catch (SQLException | DataAccessException e) {
            throw translated(e, false);
        }
    }

    /** Whether the database answers now. */
    public boolean isAvailable() {
        try (var connection = session()) {
            return connection.isValid(2);
        } catch (SQLException | DatabaseUnavailableException e) {
            return false;
        }
    }

    /**
     * A connection outside the pool's rotation, for what must hold a session: advisory locks. Close it to return it.
     *
     * @throws DatabaseUnavailableException if there is none
     */
    Connection session() {
        var tried = pool;
        try {
            return tried.connections().getConnection();
        } catch (SQLException e) {
            if (hasMoved(tried)) {
                return session();
            }
            throw new DatabaseUnavailableException(e);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        pool.connections().close();
    }

    /**
     * Asks whether the database is reached in another way by now, another port or password, and follows. One thread asks;
     * to the others, which can't wait for that, the database is away.
     *
     * @return whether there is a pool to be tried that {@code failed} isn't
     */
    private boolean hasMoved(Pool failed) {
        if (isClosed || !following.tryLock()) {
            return false;
        }
        try {
            if (pool != failed) {
                return true;
            }
            var access = server.access();
            if (access.equals(failed.access())) {
                return false;
            }
            LOG.info("the database is now at {}", access.url());
            pool = open(access);
            failed.connections().close();
            if (isClosed) {
                pool.connections().close();
            }
            return !isClosed;
        } catch (IllegalStateException | UncheckedIOException | PoolInitializationException e) {
            LOG.warn("the database can't be reached in another way either: {}", e.getMessage());
            return false;
        } finally {
            following.unlock();
        }
    }

    private Pool open(DatabaseAccess access) {
        Migrations.apply(access);
        var settings = new HikariConfig();
        settings.setPoolName("animus");
        settings.setJdbcUrl(access.url());
        settings.setUsername(access.runtime().user());
        settings.setPassword(access.runtime().password());
        settings.setMaximumPoolSize(CONNECTIONS);
        settings.setMinimumIdle(2);
        settings.setConnectionTimeout(connectTimeout.toMillis());
        settings.setInitializationFailTimeout(CONNECT_TIMEOUT.toMillis());
        settings.addDataSourceProperty("ApplicationName", "animus-hub");
        settings.addDataSourceProperty("tcpKeepAlive", "true");
        settings.addDataSourceProperty("socketTimeout", "60");
        // A transaction that idles holds back the audit sequencer's horizon.
        settings.setConnectionInitSql(
                "set idle_in_transaction_session_timeout = '30s'; set statement_timeout = '30s'; set lock_timeout = '10s'");
        var loader = Thread.currentThread().getContextClassLoader();
        try {
            // The pool and the driver look their classes up through the thread, which in OSGi knows neither.
            Thread.currentThread().setContextClassLoader(Database.class.getClassLoader());
            settings.setDriverClassName("org.postgresql.Driver");
            return new Pool(access, new HikariDataSource(settings));
        } finally {
            Thread.currentThread().setContextClassLoader(loader);
        }
    }

    private static boolean isThereAlready(DataAccessException e) {
        return e.getCause() instanceof SQLException cause && UNIQUE_VIOLATION.equals(cause.getSQLState());
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Connection failures, restarts, cut-offs and lock waits become "unavailable"; everything else, what has no SQLSTATE
     * too, is a defect and stays.
     *
     * @param isCommitAsked whether it may have been committed, unless the server says that it wasn't
     */
    private static RuntimeException translated(Exception e, boolean isCommitAsked) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                var state = sql.getSQLState();
                if (state == null) {
                    continue;
                }
                if (state.startsWith("08")
                        || state.startsWith("53")
                        || state.startsWith("57P")
                        || state.equals("57014")
                        || state.equals("55P03")
                        || state.startsWith("40")
                        || state.startsWith("25P0")) {
                    return new DatabaseUnavailableException(e, isCommitAsked && !state.startsWith("40"));
                }
                return e instanceof RuntimeException defect ? defect : new DataAccessException(e.getMessage(), e);
            }
        }
        return e instanceof RuntimeException defect ? defect : new DataAccessException(e.getMessage(), e);
    }
}
