package io.animus.benchmarks;

import io.animus.api.tck.InMemoryJobExecutor;
import io.animus.api.tck.InMemoryObjectStore;
import io.animus.kernel.store.postgres.Leader;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;

/** Whether taking a run out of a long queue costs what it costs out of a short one. */
final class QueueDepth implements Benchmark {
    private static final int BATCH = 50;

    @Override
    public String name() {
        return "queue-depth";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var few = 100;
        var many = setting.pick(10_000, 500);
        var batches = setting.pick(20, 2);
        try (var store = new InMemoryObjectStore();
                var small = new KernelBed(setting, "short");
                var large = new KernelBed(setting, "long");
                var leaderOfSmall = small.kernel().lead();
                var leaderOfLarge = large.kernel().lead()) {
            var executor = new InMemoryJobExecutor(InstantSource.system(), source -> Seed.CONTENT);
            fill(small, few);
            fill(large, many);
            small.kernel().install(executor, store);
            large.kernel().install(executor, store);
            var series = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> dispatch(large, leaderOfLarge, batches),
                    () -> dispatch(small, leaderOfSmall, batches));
            var what = "claim a run of %,d queued";
            return List.of(Finding.cost(
                    name(), what.formatted(many), what.formatted(few), series, Goal.atMost(1.5, Goal.RATIO)));
        }
    }

    private static void fill(KernelBed bed, int queued) throws SQLException, IOException {
        // One is there from the start.
        bed.copies().addQueued(queued - 1L);
        bed.bed().settle();
    }

    private static Load dispatch(KernelBed bed, Leader leader, int batches)
            throws IOException, SQLException, InterruptedException {
        var meter = bed.meter();
        var sum = meter.measure(() -> take(bed, leader));
        refill(bed);
        for (var i = 1; i < batches; i++) {
            var next = meter.measure(() -> take(bed, leader));
            refill(bed);
            sum = sum.plus(next);
        }
        return sum;
    }

    private static long take(KernelBed bed, Leader leader) {
        var taken = bed.kernel().schedule(leader).size();
        if (taken != BATCH) {
            throw new IllegalStateException("took " + taken + " runs");
        }
        return taken;
    }

    /** Ends what was taken, and puts as many behind those that wait. */
    private static void refill(KernelBed bed) throws SQLException {
        try (var statement = bed.owner().createStatement()) {
            statement.executeUpdate("update run set state = 'canceled', finished_at = now(), version = version + 1 "
                    + "where state = 'dispatching'");
        }
        bed.copies().addQueued(BATCH);
    }
}
