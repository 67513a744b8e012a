package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Committing events until the log has them, beside a hash chain, and beside rows that nobody puts in order. */
final class AuditIngest implements Benchmark {
    private static final int BATCH = 100;
    private static final int IN_FLIGHT = 16;

    @Override
    public String name() {
        return "audit-ingest";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var clients = setting.pick(32, 4);
        var events = setting.pick(200, 10);
        try (var bed = new LogBed(setting, name())) {
            bed.log().start();
            bed.log().record(1);
            await(bed, 1);
            var peers = new Peers(bed, clients);
            var meter = bed.meter();
            Series.Round<Load> ring = () -> meter.measure(
                    () -> ingest(bed, clients, events * 10, count -> bed.log().recordAlone(count, IN_FLIGHT)));
            Series.Round<Load> single =
                    () -> meter.measure(() -> ingest(bed, clients, events, count -> bed.record(count, 1)));
            Series.Round<Load> batches =
                    () -> meter.measure(() -> ingest(bed, clients, events * 10, count -> bed.record(count, BATCH)));
            Series.Round<Load> chain = () -> meter.measure(() -> peers.chain(setting.pick(20, 2)));
            Series.Round<Load> rows = () -> meter.measure(() -> peers.rows(events));
            var ofChain = "hash chain under an advisory lock, %d clients".formatted(clients);
            var ofRows = "single-row inserts, %d clients".formatted(clients);
            return List.of(
                    Finding.rate(
                            name(),
                            "commit and sequence events that come alone, through the ring: %d clients with %d in flight each"
                                    .formatted(clients, IN_FLIGHT),
                            ofChain,
                            Series.interleaved(setting.warmUps(), setting.rounds(), ring, chain),
                            Goal.atLeast(20, Goal.RATIO)),
                    Finding.rate(
                            name(),
                            "the same",
                            ofRows,
                            Series.interleaved(0, setting.rounds(), ring, rows),
                            Goal.atLeast(3, Goal.RATIO)),
                    Finding.rate(
                            name(),
                            "commit and sequence an event with a transaction of its own, %d clients".formatted(clients),
                            ofRows,
                            Series.interleaved(Math.min(2, setting.warmUps()), setting.rounds(), single, rows),
                            null),
                    Finding.rate(
                            name(),
                            "the same, %d events in a transaction".formatted(BATCH),
                            ofRows,
                            Series.interleaved(0, setting.rounds(), batches, rows),
                            null));
        }
    }

    private static long ingest(LogBed bed, int clients, int events, IntConsumer record) throws InterruptedException {
        var before = bed.log().size();
        var done = new Crowd(clients).run(client -> {
            record.accept(events);
            return events;
        });
        await(bed, before + done);
        return done;
    }

    private static void await(LogBed bed, long size) {
        while (bed.log().size() < size) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    /** Who keeps the bytes of a leaf, too. */
    private static final class Peers {
        private final LogBed bed;
        private final int clients;
        private final byte[] leaf;

        Peers(LogBed bed, int clients) throws SQLException {
            this.bed = bed;
            this.clients = clients;
            this.leaf = new byte[(int) bed.number("select length(leaf) from audit_event limit 1")];
            var role = bed.bed().access().runtime().user();
            HashChain.create(bed.owner(), role);
            try (var sql = bed.owner().createStatement()) {
                sql.execute("create table single (id bigserial primary key, leaf bytea not null)");
                sql.execute("grant insert on single to " + role);
                sql.execute("grant usage on sequence single_id_seq to " + role);
            }
        }

        long chain(int events) throws InterruptedException {
            return new Crowd(clients).run(client -> {
                try (var chain = HashChain.of(bed.bed().asHub())) {
                    for (var i = 0; i < events; i++) {
                        chain.append(leaf);
                    }
                }
                return events;
            });
        }

        long rows(int events) throws InterruptedException {
            return new Crowd(clients).run(client -> {
                try (var connection = bed.bed().asHub();
                        var insert = connection.prepareStatement("insert into single (leaf) values (?)")) {
                    for (var i = 0; i < events; i++) {
                        insert.setBytes(1, leaf);
                        insert.executeUpdate();
                    }
                }
                return events;
            });
        }
    }
}
