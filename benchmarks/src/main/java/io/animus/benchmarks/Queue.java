package io.animus.benchmarks;

import io.animus.api.tck.InMemoryJobExecutor;
import io.animus.api.tck.InMemoryObjectStore;
import io.animus.kernel.store.postgres.Leader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** How fast runs go through the queue, beside a loop that does nothing else. */
final class Queue implements Benchmark {
    private static final int BATCH = 50;

    @Override
    public String name() {
        return "queue";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var runs = setting.pick(2_500, 100);
        try (var store = new InMemoryObjectStore();
                var bed = new KernelBed(setting, name());
                var leader = bed.kernel().lead();
                var hub = bed.bed().asHub()) {
            var executor = new InMemoryJobExecutor(InstantSource.system(), source -> Seed.CONTENT);
            executor.install(Seed.IMAGE, sandbox -> {
                sandbox.write("model.bin", Seed.CONTENT);
                return 0;
            });
            bed.kernel().install(executor, store);
            var scheduler = new Pass(bed, leader);
            var bare = new RawQueue(hub, BATCH);
            var full = new RawQueueWithRecords(hub, BATCH);
            scheduler.drain();
            var toBare = compare(setting, bed, runs, scheduler, bare::drain);
            var toFull = compare(setting, bed, runs, scheduler, full::drain);
            return List.of(
                    Finding.rate(
                            name(),
                            "claim + complete by the scheduler",
                            "SKIP LOCKED by %d, state only".formatted(BATCH),
                            toBare,
                            null),
                    Finding.rate(
                            name(),
                            "claim + complete by the scheduler",
                            "SKIP LOCKED by %d, same rows".formatted(BATCH),
                            toFull,
                            Goal.atLeast(0.3, Goal.RATIO)));
        }
    }

    private static Series<Load> compare(Setting setting, KernelBed bed, int runs, Pass scheduler, Meter.Work peer)
            throws IOException, SQLException, InterruptedException {
        var meter = bed.meter();
        return Series.interleaved(
                setting.warmUps(),
                setting.rounds(),
                () -> {
                    bed.copies().addQueued(runs);
                    return meter.measure(scheduler::drain);
                },
                () -> {
                    bed.copies().addQueued(runs);
                    return meter.measure(peer);
                });
    }

    /** What the conductor does, without waiting for the next beat. */
    private record Pass(KernelBed bed, Leader leader) {

        /** Takes every queued run and sees it through; returns how many that were. */
        long drain() throws InterruptedException {
            var done = 0L;
            for (var taken = take(); taken > 0 || bed.kernel().isBusy(); taken = take()) {
                done += taken;
                bed.kernel().reconcile(leader);
            }
            return done;
        }

        private int take() {
            return bed.kernel().schedule(leader).size();
        }
    }

    /** A queue that is nothing but one: it claims a batch and ends it. */
    private record RawQueue(Connection hub, int batch) {
        private static final String CLAIM =
                """
                update run set state = 'dispatching', attempts = attempts + 1, version = version + 1
                where id in (select id from run where state = 'queued' and queued_at <= now()
                    order by priority desc, queued_at, id limit ? for update skip locked)
                returning id""";
        private static final String COMPLETE =
                """
                update run set state = 'succeeded', exit_code = 0, started_at = now(), finished_at = now(),
                    version = version + 1
                where id = any (?)""";

        long drain() throws SQLException {
            var done = 0L;
            try (var claim = hub.prepareStatement(CLAIM);
                    var complete = hub.prepareStatement(COMPLETE)) {
                while (true) {
                    claim.setInt(1, batch);
                    var ids = new ArrayList<String>();
                    try (var rows = claim.executeQuery()) {
                        while (rows.next()) {
                            ids.add(rows.getString(1));
                        }
                    }
                    if (ids.isEmpty()) {
                        return done;
                    }
                    complete.setArray(1, hub.createArrayOf("text", ids.toArray()));
                    done += complete.executeUpdate();
                }
            }
        }
    }
}
