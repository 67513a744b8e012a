package io.animus.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyInputStream;
import org.postgresql.copy.PGCopyOutputStream;

/** The least that keeps events: one COPY into a table that has nothing but a key. */
final class RawCopy implements AutoCloseable {
    private final Connection owner;
    private byte[] rows = {};
    private int count;

    RawCopy(Bed bed) throws SQLException {
        owner = bed.asOwner();
        execute("create table raw_copy (leaf_index bigserial primary key, event_id uuid, leaf bytea)");
    }

    /** Gets ready with the newest events. */
    void read(int events) throws SQLException, IOException {
        var query = "copy (select id, leaf from audit_event order by tx desc, id desc limit %d) to stdout binary";
        try (var in = new PGCopyInputStream(owner.unwrap(PGConnection.class), query.formatted(events))) {
            rows = in.readAllBytes();
        }
        count = events;
    }

    /** Copies them in one transaction; returns how many. */
    long copy() throws SQLException, IOException {
        var statement = "copy raw_copy (event_id, leaf) from stdin binary";
        try (var out = new PGCopyOutputStream(owner.unwrap(PGConnection.class), statement, 65_536)) {
            out.write(rows);
        }
        return count;
    }

    private void execute(String sql) throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        owner.close();
    }
}
