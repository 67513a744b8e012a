package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** What of the rate of run creation is left when every run is put on record. */
final class AuditTax implements Benchmark {
    @Override
    public String name() {
        return "audit-tax";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var runs = setting.pick(300, 5);
        try (var audited = new KernelBed(setting, name());
                var bare = new KernelBed(setting, name() + "-less", false)) {
            var meterOfAudited = audited.meter();
            var meterOfBare = bare.meter();
            var series = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> meterOfAudited.measure(() -> create(audited, runs)),
                    () -> meterOfBare.measure(() -> create(bare, runs)));
            return List.of(Finding.rate(
                    name(),
                    "create a run in the kernel, on record",
                    "the same without what seals and writes the event",
                    series,
                    Goal.atLeast(0.9, Goal.RATIO)));
        }
    }

    private static long create(KernelBed bed, int runs) {
        for (var i = 0; i < runs; i++) {
            bed.create();
        }
        return runs;
    }
}
