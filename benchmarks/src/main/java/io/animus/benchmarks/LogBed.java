package io.animus.benchmarks;

import io.animus.kernel.core.BareLog;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/** An audit log in this process, on a database of its own. */
final class LogBed implements AutoCloseable {
    private final Bed bed;
    private final BareLog log;
    private final Connection owner;

    LogBed(Setting setting, String name) throws IOException, SQLException {
        bed = new Bed(setting, name);
        log = new BareLog(bed.access(), bed.folder().resolve("keys"));
        owner = bed.asOwner();
    }

    Bed bed() {
        return bed;
    }

    BareLog log() {
        return log;
    }

    /** A connection as the owner of the tables. */
    Connection owner() {
        return owner;
    }

    Meter meter() throws IOException {
        return new Meter(Cpu.ofThisProcess(), bed.cpu());
    }

    /** Commits events, {@code batch} in each transaction. */
    void record(long events, int batch) {
        for (var done = 0L; done < events; done += batch) {
            log.record((int) Math.min(batch, events - done));
        }
    }

    /** The one number that a query answers. */
    long number(String query) throws SQLException {
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() throws IOException, SQLException {
        owner.close();
        log.close();
        bed.close();
    }
}
