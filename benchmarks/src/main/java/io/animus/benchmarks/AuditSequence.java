package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Putting committed events into the log, beside a copy of the same rows; and how much room all of it takes. */
final class AuditSequence implements Benchmark {
    private static final int BATCH = 500;

    @Override
    public String name() {
        return "audit-sequence";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var events = setting.pick(20_000, 500);
        try (var bed = new LogBed(setting, name());
                var peer = new RawCopy(bed.bed())) {
            bed.log().lead();
            var meter = bed.meter();
            var series = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> {
                        bed.record(events, BATCH);
                        return meter.measure(bed.log()::integrate);
                    },
                    () -> {
                        peer.read(events);
                        return meter.measure(peer::copy);
                    });
            return List.of(
                    Finding.rate(
                            name(),
                            "sequence committed events",
                            "COPY of the same events into a table with a key",
                            series,
                            Goal.atLeast(0.5, Goal.RATIO)),
                    storage(bed));
        }
    }

    private Finding storage(LogBed bed) throws SQLException {
        bed.bed().settle();
        // Disclosures as they are handed out: docs/audit/leaf.md.
        var payload = bed.number("select (select sum(length(leaf)) from audit_event)"
                + " + (select sum(ceil(octet_length(one::text) * 4 / 3.0) + length('\"\",'))"
                + " from audit_disclosure, json_array_elements(disclosures) one)");
        var stored =
                bed.number("select sum(pg_total_relation_size(t)) from unnest(array['audit_event', 'audit_disclosure',"
                        + " 'audit_leaf', 'audit_subtree', 'audit_checkpoint']::regclass[]) t");
        var events = bed.number("select count(*) from audit_event");
        return Finding.value(
                name(),
                "room of %,d events with %,d bytes of leaf and disclosures each, indexes and tree included"
                        .formatted(events, payload / events),
                Spread.of(List.of((double) stored / payload)),
                Goal.RATIO,
                Goal.atMost(1.5, Goal.RATIO));
    }
}
