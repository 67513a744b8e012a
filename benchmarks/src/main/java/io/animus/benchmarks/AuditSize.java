package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Whether a long log costs what a short one costs, and how fast one event is proven in it. */
final class AuditSize implements Benchmark {
    private static final int BATCH = 500;

    @Override
    public String name() {
        return "audit-size";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var few = setting.pick(10_000, 100);
        var many = setting.pick(10_000_000, 2_000);
        var events = setting.pick(8_192, 200);
        try (var small = new LogBed(setting, "few");
                var large = new LogBed(setting, "many")) {
            grow(small, few);
            grow(large, many);
            var meterOfSmall = small.meter();
            var meterOfLarge = large.meter();
            var series = Series.interleaved(
                    Math.min(2, setting.warmUps()),
                    setting.rounds(),
                    () -> sequence(large, meterOfLarge, events),
                    () -> sequence(small, meterOfSmall, events));
            var what = "sequence an event after %,d leaves";
            return List.of(
                    Finding.cost(
                            name(), what.formatted(many), what.formatted(few), series, Goal.atMost(1.1, Goal.RATIO)),
                    proofs(setting, large));
        }
    }

    private static void grow(LogBed bed, int leaves) throws SQLException {
        bed.log().lead();
        bed.log().grow(leaves);
        bed.bed().settle();
    }

    private static Load sequence(LogBed bed, Meter meter, int events)
            throws IOException, SQLException, InterruptedException {
        bed.record(events, BATCH);
        return meter.measure(bed.log()::integrate);
    }

    private Finding proofs(Setting setting, LogBed bed) {
        // As many in each round as the compilers need rounds to warm up: with 1,000 they were at work in half of them.
        var proofs = setting.pick(5_000, 20);
        var size = bed.log().size();
        var random = new Random(1);
        var rounds = new ArrayList<Double>();
        for (var round = 0; round < setting.warmUps() + setting.rounds(); round++) {
            var millis = new ArrayList<Double>();
            for (var i = 0; i < proofs; i++) {
                var leaf = random.nextLong(size);
                var start = System.nanoTime();
                bed.log().prove(leaf, size);
                millis.add((System.nanoTime() - start) / 1e6);
            }
            if (round >= setting.warmUps()) {
                millis.sort(null);
                rounds.add(millis.get(proofs * 99 / 100));
            }
        }
        return Finding.value(
                name(),
                "inclusion proof among %,d leaves, p99".formatted(size),
                Spread.of(rounds),
                "ms",
                Goal.atMost(2, "ms"));
    }
}
