package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Whether creating a run among many costs what it costs among few. */
final class TableSize implements Benchmark {
    @Override
    public String name() {
        return "table-size";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var few = setting.pick(1_000, 10);
        var many = setting.pick(200_000, 1_000);
        var runs = setting.pick(100, 5);
        try (var small = new KernelBed(setting, "few");
                var large = new KernelBed(setting, "many")) {
            small.copies().addCanceled(few);
            small.bed().settle();
            large.copies().addCanceled(many);
            large.bed().settle();
            var meterOfSmall = small.meter();
            var meterOfLarge = large.meter();
            var series = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> meterOfLarge.measure(() -> create(large, runs)),
                    () -> meterOfSmall.measure(() -> create(small, runs)));
            var what = "create a run among %,d";
            return List.of(Finding.cost(
                    name(), what.formatted(many), what.formatted(few), series, Goal.atMost(1.5, Goal.RATIO)));
        }
    }

    private static long create(KernelBed bed, int runs) {
        for (var i = 0; i < runs; i++) {
            bed.create();
        }
        return runs;
    }
}
