package io.animus.benchmarks;

import io.animus.api.tck.InMemoryJobExecutor;
import io.animus.api.tck.InMemoryObjectStore;
import io.animus.kernel.store.postgres.Leader;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * How long the kernel takes from seeing a queued run to having handed its job to an executor that answers at once: the claim,
 * the attempt, the job with its signed URLs. The beat of the conductor and the engine of a real executor are not in it.
 */
final class DispatchTime implements Benchmark {
    @Override
    public String name() {
        return "dispatch";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var runs = setting.pick(200, 20);
        try (var store = new InMemoryObjectStore();
                var bed = new KernelBed(setting, name());
                var leader = bed.kernel().lead()) {
            var executor = new InMemoryJobExecutor(InstantSource.system(), source -> Seed.CONTENT);
            executor.install(Seed.IMAGE, sandbox -> 0);
            bed.kernel().install(executor, store);
            var rounds = new ArrayList<Double>();
            for (var round = -setting.warmUps(); round < setting.rounds(); round++) {
                var milliseconds = p95(bed, leader, executor, runs);
                if (round >= 0) {
                    rounds.add(milliseconds);
                }
            }
            return List.of(Finding.value(
                    name(),
                    "claim a run and hand its job over, p95 of %d".formatted(runs),
                    Spread.of(rounds),
                    "ms",
                    Goal.atMost(150, "ms")));
        }
    }

    private static double p95(KernelBed bed, Leader leader, InMemoryJobExecutor executor, int runs)
            throws SQLException, InterruptedException {
        var times = new ArrayList<Long>();
        for (var i = 0; i < runs; i++) {
            bed.copies().addQueued(1);
            var begun = System.nanoTime();
            bed.kernel().schedule(leader);
            bed.kernel().reconcile(leader);
            times.add(System.nanoTime() - begun);
            executor.jobs().forEach(job -> executor.remove(job.dispatchId()));
            end(bed);
        }
        var sorted = times.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * 95 / 100)) / 1e6;
    }

    private static void end(KernelBed bed) throws SQLException {
        try (var statement = bed.owner().createStatement()) {
            statement.executeUpdate("update run set state = 'canceled', finished_at = now(), version = version + 1 "
                    + "where state in ('queued', 'dispatching', 'running')");
        }
    }
}
