package io.animus.benchmarks;

import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.run.RunFilter;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Whether a page far down a list costs what the first one costs. */
final class ListDepth implements Benchmark {
    private static final int PAGE_SIZE = 200;
    private static final RunFilter ALL = new RunFilter(null, null);

    @Override
    public String name() {
        return "list-depth";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var pages = setting.pick(1_000, 10);
        var lists = setting.pick(200, 5);
        try (var bed = new KernelBed(setting, name())) {
            bed.copies().addCanceled((long) pages * PAGE_SIZE);
            bed.bed().settle();
            var first = new PageRequest(PAGE_SIZE, null, true);
            var last = new PageRequest(PAGE_SIZE, Copies.id(PAGE_SIZE + 1), true);
            var meter = bed.meter();
            var series = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> meter.measure(() -> list(bed, last, lists)),
                    () -> meter.measure(() -> list(bed, first, lists)));
            var what = "list %d runs, page %,d of %,d runs";
            return List.of(Finding.cost(
                    name(),
                    what.formatted(PAGE_SIZE, pages, pages * PAGE_SIZE),
                    what.formatted(PAGE_SIZE, 1, pages * PAGE_SIZE),
                    series,
                    Goal.atMost(1.5, Goal.RATIO)));
        }
    }

    private static long list(KernelBed bed, PageRequest page, int times) {
        for (var i = 0; i < times; i++) {
            var found = bed.kernel()
                    .runs()
                    .list(bed.seed().caller(), bed.seed().project().value(), ALL, page);
            if (found.items().size() != PAGE_SIZE) {
                throw new IllegalStateException("a page of " + found.items().size());
            }
        }
        return times;
    }
}
