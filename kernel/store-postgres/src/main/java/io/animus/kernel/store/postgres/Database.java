package io.animus.kernel.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.animus.api.database.DatabaseAccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Function;
import org.jooq.exception.DataAccessException;

/**
 * The hub's database, migrated and ready. Safe for many threads; calls block while all connections are in use, at most
 * {@link #CONNECT_TIMEOUT}.
 */
public final class Database implements AutoCloseable {
    /** How long a call waits for a connection before the database counts as away. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final int CONNECTIONS = 16;

    private final HikariDataSource connections;

    /**
     * Migrates the database as the owner and opens a pool of connections with the runtime role.
     *
     * @throws DatabaseUnavailableException if the server doesn't answer
     */
    public Database(DatabaseAccess access) {
        Migrations.apply(access);
        var pool = new HikariConfig();
        pool.setPoolName("animus");
        pool.setJdbcUrl(access.url());
        pool.setUsername(access.runtime().user());
        pool.setPassword(access.runtime().password());
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(2);
        pool.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        pool.setInitializationFailTimeout(CONNECT_TIMEOUT.toMillis());
        pool.addDataSourceProperty("ApplicationName", "animus-hub");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("socketTimeout", "60");
        // A transaction that idles holds back the audit sequencer's horizon.
        pool.setConnectionInitSql(
                "set idle_in_transaction_session_timeout = '30s'; set statement_timeout = '30s'; set lock_timeout = '10s'");
        var loader = Thread.currentThread().getContextClassLoader();
        try {
            // The pool and the driver look their classes up through the thread, which in OSGi knows neither.
            Thread.currentThread().setContextClassLoader(Database.class.getClassLoader());
            pool.setDriverClassName("org.postgresql.Driver");
            connections = new HikariDataSource(pool);
        } finally {
            Thread.currentThread().setContextClassLoader(loader);
        }
    }

    /**
     * Runs {@code work} in one transaction: committed when it returns, rolled back when it throws.
     *
     * @throws AnswerTakenException if a remembered answer was kept by somebody else meanwhile
     * @throws DatabaseUnavailableException if the database is away
     */
    public <T> T write(Function<Transaction, T> work) {
        try (var connection = connections.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var tx = new Transaction(connection);
                var result = work.apply(tx);
                tx.flush();
                connection.commit();
                return result;
            } catch (RuntimeException | SQLException e) {
                rollback(connection, e);
                throw e;
            }
        } catch (SQLException | DataAccessException e) {
            throw translated(e);
        }
    }

    /**
     * Runs {@code work}, which only reads, without a transaction: each statement sees what is committed when it starts.
     *
     * @throws DatabaseUnavailableException if the database is away
     */
    public <T> T read(Function<Transaction, T> work) {
        try (var connection = connections.getConnection()) {
            var tx = new Transaction(connection);
            var result = work.apply(tx);
            if (tx.hasUnwritten()) {
                throw new IllegalStateException("work that only reads has left something to write");
            }
            return result;
        } catch (SQLException | DataAccessException e) {
            throw translated(e);
        }
    }

    /** Whether the database answers now. */
    public boolean isAvailable() {
        try (var connection = connections.getConnection()) {
            return connection.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    /** A connection outside the pool's rotation, for what must hold a session: advisory locks. Close it to return it. */
    Connection session() throws SQLException {
        return connections.getConnection();
    }

    @Override
    public void close() {
        connections.close();
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Connection failures, restarts, cut-offs and lock waits become "unavailable"; everything else is a defect and stays. */
    private static RuntimeException translated(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                var state = sql.getSQLState();
                if (state == null
                        || state.startsWith("08")
                        || state.startsWith("53")
                        || state.startsWith("57P")
                        || state.equals("57014")
                        || state.equals("55P03")
                        || state.startsWith("40")
                        || state.startsWith("25P0")) {
                    return new DatabaseUnavailableException(e);
                }
                return e instanceof RuntimeException defect ? defect : new DataAccessException(e.getMessage(), e);
            }
        }
        return e instanceof RuntimeException defect ? defect : new DataAccessException(e.getMessage(), e);
    }
}
