package io.animus.benchmarks;

import io.animus.kernel.core.BareCalls;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What a call to a plugin costs more than a method: all threads that take part, by their CPU time. */
final class PortCallCost implements Benchmark {
    @Override
    public String name() {
        return "port-call";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var calls = setting.pick(200_000, 100);
        var meter = new Meter(Cpu.ofThisProcess(), Cpu.NONE);
        try (var plugin = new BareCalls()) {
            var guarded = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> meter.measure(() -> repeat(plugin::guarded, calls)),
                    () -> meter.measure(() -> repeat(plugin::direct, calls)));
            var exchanged = Series.interleaved(
                    setting.warmUps(),
                    setting.rounds(),
                    () -> meter.measure(() -> repeat(plugin::exchanged, calls)),
                    () -> meter.measure(() -> repeat(plugin::guarded, calls)));
            return List.of(
                    more("a call through the kernel's guards", "the method called directly", guarded, 20),
                    more("the same, answered by a Camel route", "a call through the kernel's guards", exchanged, 15));
        }
    }

    private Finding more(String ours, String peer, Series<Load> series, int goal) {
        return new Finding(
                name(),
                Side.costOfOurs(ours, series),
                Side.costOfPeers(peer, series),
                series.compared((a, b) -> a.cpu() - b.cpu()),
                "µs of CPU more",
                Goal.atMost(goal, "µs of CPU more"));
    }

    private static long repeat(IntUnaryOperator call, int times) {
        var answer = 0;
        for (var i = 0; i < times; i++) {
            answer = call.applyAsInt(answer);
        }
        return answer;
    }
}
