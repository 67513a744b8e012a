package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.Step;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A plugin that is swapped all the time, under calls that come evenly. */
@Timeout(120)
class ThousandSwapsTest {
    private static final int SWAPS = 1_000;
    /** From here on the JVM knows all there is to know. */
    private static final int WARM = 200;

    private static final long CALL_EVERY_MS = 20;
    private static final long MOST_GROWTH = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void loseNoCallAndLeaveNothing() throws Exception {
        try (var framework = new PluginFramework(folder)) {
            var plugins = framework.runtime(Duration.ofSeconds(10));
            settle(plugins.install(SwapBundle.of("1.0.0").in(folder)), "1.0.0");
            var answers = new AtomicInteger();
            var asked = new AtomicInteger();
            List<WeakReference<ClassLoader>> versions = new ArrayList<>();
            var callers = Executors.newScheduledThreadPool(4);
            callers.scheduleAtFixedRate(
                    () -> callers.execute(() -> {
                        asked.incrementAndGet();
                        framework.ask();
                        answers.incrementAndGet();
                    }),
                    0,
                    CALL_EVERY_MS,
                    TimeUnit.MILLISECONDS);
            var heap = new AtomicLong();
            Set<String> threads = Set.of();
            for (var swap = 1; swap <= SWAPS; swap++) {
                var file = SwapBundle.of("1." + swap + ".0").in(folder);
                settle(plugins.update(SwapBundle.NAME, file), "1." + swap + ".0");
                Files.delete(file.file());
                versions.add(new WeakReference<>(
                        framework.present().get(0).getClass().getClassLoader()));
                if (swap == WARM) {
                    heap.set(heapInUse());
                    threads = threads();
                }
            }
            callers.shutdown();
            assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

            assertThat(answers.get()).isEqualTo(asked.get()).isGreaterThan(SWAPS / 10);
            assertThat(framework.ask()).isEqualTo("1." + SWAPS + ".0");
            Await.until("the heap is as it was", () -> heapInUse() - heap.get() < MOST_GROWTH);
            Await.until("only the last one's classes are there", () -> {
                System.gc();
                return versions.stream().filter(one -> !one.refersTo(null)).count() == 1;
            });
            assertThat(threads()).isSubsetOf(threads);
            assertThat(framework.health().report().checks())
                    .contains(new Health.Check("plugins", PluginHealth.State.OK, null));
        }
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** By name, without those that pools make and end as they like. */
    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        !name.matches("animus-port-.*|pool-.*|.*CommonPool.*|.*Compiler.*|CompletableFutureDelay.*"))
                .collect(Collectors.toSet());
    }

    private static void settle(Step step, String version) {
        try (step) {
            step.decide(new Decision(
                    new TypeId("aud_01jd0000000000000000000000"),
                    Action.PLUGIN_UPDATED,
                    SwapBundle.NAME,
                    Json.object().put("version", version).build()));
            step.settle();
        }
    }
}
