package io.animus.benchmarks;

import io.animus.api.types.Digest;
import java.sql.Connection;
import java.sql.SQLException;

/** The audit log as most keep one: each event holds the hash of the one before, and a lock puts them in a row. */
final class HashChain implements AutoCloseable {
    private final Connection connection;

    private HashChain(Connection connection) {
        this.connection = connection;
    }

    static void create(Connection owner, String role) throws SQLException {
        try (var sql = owner.createStatement()) {
            sql.execute("create table chain (seq bigint primary key, leaf bytea not null, hash bytea not null)");
            sql.execute("grant select, insert on chain to " + role);
        }
    }

    static HashChain of(Connection hub) throws SQLException {
        hub.setAutoCommit(false);
        return new HashChain(hub);
    }

    /** Appends one event, durably. */
    void append(byte[] leaf) throws SQLException {
        try (var lock = connection.prepareStatement("select pg_advisory_xact_lock(42)");
                var last = connection.prepareStatement("select seq, hash from chain order by seq desc limit 1");
                var insert = connection.prepareStatement("insert into chain values (?, ?, ?)")) {
            lock.execute();
            var hash = Digest.sha256();
            var seq = 1L;
            try (var before = last.executeQuery()) {
                if (before.next()) {
                    seq += before.getLong(1);
                    hash.update(before.getBytes(2));
                }
            }
            insert.setLong(1, seq);
            insert.setBytes(2, leaf);
            insert.setBytes(3, hash.digest(leaf));
            insert.executeUpdate();
            connection.commit();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
