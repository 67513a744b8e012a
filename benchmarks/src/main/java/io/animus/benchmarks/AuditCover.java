package io.animus.benchmarks;

import io.animus.api.types.TypeId;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** How long after its commit an event is covered by a signed checkpoint while events come at a steady rate. */
final class AuditCover implements Benchmark {
    private static final int PER_SECOND = 10_000;
    private static final int CLIENTS = 4;
    private static final int BATCH = 100;
    private static final long EACH_NANOS = TimeUnit.SECONDS.toNanos(1) * CLIENTS * BATCH / PER_SECOND;

    /** The last event of a transaction, and when its commit was answered. */
    private record Committed(TypeId event, long nanos) {}

    @Override
    public String name() {
        return "audit-cover";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var batches = setting.pick(60, 1) * PER_SECOND / CLIENTS / BATCH;
        try (var bed = new LogBed(setting, name())) {
            bed.log().start();
            bed.record(setting.pick(50_000, 100), BATCH);
            var committed = Collections.synchronizedList(new ArrayList<Committed>());
            var covered = new TreeMap<Long, Long>();
            var over = new AtomicBoolean();
            var watcher = new Thread(() -> watch(bed, covered, over), "bench-covered");
            var heapBefore = usedHeap();
            watcher.start();
            Load load;
            try {
                load = bed.meter().measure(() -> new Crowd(CLIENTS).run(client -> {
                    var next = System.nanoTime();
                    for (var i = 0; i < batches; i++, next += EACH_NANOS) {
                        LockSupport.parkNanos(next - System.nanoTime());
                        committed.add(new Committed(bed.log().record(BATCH), System.nanoTime()));
                    }
                    return (long) batches * BATCH;
                }));
                var all = bed.number("select count(*) from audit_event");
                while (bed.log().covered() < all) {
                    LockSupport.parkNanos(1_000_000);
                }
            } finally {
                over.set(true);
                watcher.join();
            }
            var growth = usedHeap() / heapBefore;
            var series = new Series<>(List.of(load), List.<Load>of());
            return List.of(
                    new Finding(
                            name(),
                            Side.rateOfOurs("events that came, %,d/s were wanted".formatted(PER_SECOND), series),
                            null,
                            Spread.of(List.of(p99(bed, committed, covered))),
                            "ms from commit to checkpoint, p99",
                            Goal.atMost(1_000, "ms")),
                    Finding.value(
                            name(),
                            "live heap after it, beside that before",
                            Spread.of(List.of(growth)),
                            Goal.RATIO,
                            Goal.atMost(1.2, Goal.RATIO)));
        }
    }

    /** Keeps when each size was first seen to be covered. */
    private static void watch(LogBed bed, TreeMap<Long, Long> covered, AtomicBoolean over) {
        while (!over.get()) {
            var size = bed.log().covered();
            covered.putIfAbsent(size, System.nanoTime());
            LockSupport.parkNanos(5_000_000);
        }
        covered.put(Long.MAX_VALUE, System.nanoTime());
    }

    private static double p99(LogBed bed, List<Committed> committed, TreeMap<Long, Long> covered) {
        var millis = new ArrayList<Double>();
        for (var one : committed) {
            Map.Entry<Long, Long> seen = covered.higherEntry(bed.log().indexOf(one.event()));
            millis.add((seen.getValue() - one.nanos()) / 1e6);
        }
        millis.sort(null);
        return millis.get(millis.size() * 99 / 100);
    }

    private static double usedHeap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - (double) runtime.freeMemory();
    }
}
