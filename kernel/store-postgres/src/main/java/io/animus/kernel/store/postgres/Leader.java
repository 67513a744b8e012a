package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.LEADER;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * One of several hubs that does what only one may do. An advisory lock of a session elects; the epoch, which every
 * transaction of the leader {@linkplain #fence checks}, is what makes a leader harmless that woke up late.
 */
public final class Leader implements AutoCloseable {
    private static final Prepared FENCE = new Prepared("select epoch from leader where role = ? for share");

    private final Connection session;
    private final String role;
    private final long epoch;

    private Leader(Connection session, String role, long epoch) {
        this.session = session;
        this.role = role;
        this.epoch = epoch;
    }

    /**
     * Becomes the leader unless another hub is.
     *
     * @param node names this hub, for people
     * @throws DatabaseUnavailableException if the database is away
     */
    public static Optional<Leader> elect(Database database, String role, String node, Instant now) {
        Connection session = null;
        try {
            session = database.session();
            var sql = DSL.using(session, SQLDialect.POSTGRES);
            var key = ("animus/" + role).hashCode();
            if (!Boolean.TRUE.equals(sql.fetchSingle("select pg_try_advisory_lock({0})", DSL.val(key))
                    .get(0, Boolean.class))) {
                closeQuietly(session);
                return Optional.empty();
            }
            return Optional.of(new Leader(session, role, nextEpoch(sql, role, node, now)));
        } catch (DataAccessException e) {
            // The session may have got the lock before it failed, and goes back to the pool.
            release(session);
            throw new DatabaseUnavailableException(e);
        }
    }

    /** Greater than that of every leader of this role before. */
    public long epoch() {
        return epoch;
    }

    /** Whether the session that holds the lock still stands. */
    public boolean isAlive() {
        try {
            return session.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * Makes sure that no other hub has become the leader since; holds until the transaction ends.
     *
     * @throws DatabaseUnavailableException if one has
     */
    public void fence(Transaction tx) {
        var current = FENCE.find(tx.connection(), row -> row.getLong(1), role).orElseThrow();
        if (current != epoch) {
            throw new DatabaseUnavailableException(
                    new IllegalStateException("another hub leads: epoch " + current + ", not " + epoch));
        }
    }

    String role() {
        return role;
    }

    /** Gives the lead up. */
    @Override
    public void close() {
        release(session);
    }

    private static void release(@Nullable Connection session) {
        if (session == null) {
            return;
        }
        try {
            DSL.using(session, SQLDialect.POSTGRES).execute("select pg_advisory_unlock_all()");
        } catch (DataAccessException e) {
            // The session is gone, and the lock with it.
        } finally {
            closeQuietly(session);
        }
    }

    private static long nextEpoch(DSLContext sql, String role, String node, Instant now) {
        sql.insertInto(LEADER)
                .set(LEADER.ROLE, role)
                .set(LEADER.EPOCH, 0L)
                .set(LEADER.NODE, node)
                .set(LEADER.SINCE, now)
                .onConflictDoNothing()
                .execute();
        return sql.update(LEADER)
                .set(LEADER.EPOCH, LEADER.EPOCH.plus(1))
                .set(LEADER.NODE, node)
                .set(LEADER.SINCE, now)
                .where(LEADER.ROLE.eq(role))
                .returningResult(LEADER.EPOCH)
                .fetchSingle()
                .value1();
    }

    private static void closeQuietly(Connection session) {
        try {
            session.close();
        } catch (SQLException e) {
            // What can't be closed is closed by the server.
        }
    }
}
