package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryWatchTest {
    private static final String HUNGRY = "scm/test/hungry";
    private static final long MUCH = 32 << 20;

    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls);
    private final MemoryWatch watch = new MemoryWatch(calls, MUCH);
    private final CountDownLatch release = new CountDownLatch(1);
    private final Plugin hungry = new Named("hungry");
    private final Plugin modest = new Named("modest");

    MemoryWatchTest() {
        ports.addPlugin(hungry, Map.of());
        ports.addPlugin(modest, Map.of());
    }

    @AfterEach
    void close() {
        release.countDown();
        watch.close();
        ports.close();
        calls.close();
    }

    @Test
    void theCallThatFillsTheMemoryEndsAndItsPluginGetsNoMore() {
        var waiting = CompletableFuture.supplyAsync(() -> calls.call("scm", modest, Ports.QUICK, plugin -> await()));
        var filling = CompletableFuture.supplyAsync(() -> calls.call("scm", hungry, Ports.QUICK, plugin -> fill()));
        Await.until("much is allocated", () -> calls.underWay().stream().anyMatch(use -> use.allocated() > 2 * MUCH));

        watch.isShort();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(filling::get)
                .withCauseInstanceOf(ExternalSystemException.class)
                .withMessageMatching(
                        ".*" + HUNGRY + " gets no more calls: it allocated \\d{2,} MB in \\d+\\.\\d\\d s while memory"
                                + " was short\\. Update it, or disable and enable it\\.");
        assertThat(ports.healthOf(hungry).reason()).contains(HUNGRY + " gets no more calls");
        assertThat(ports.overdue()).singleElement().asString().contains(HUNGRY + " gets no more calls");
        assertThat(ports.healthOf(modest)).isEqualTo(PluginHealth.OK);
        release.countDown();
        assertThat(waiting.join()).isEqualTo("released");

        ports.removePlugin(hungry);
        assertThat(ports.overdue()).isEmpty();
    }

    @Test
    void whoAllocatesLittleIsLeftAloneHoweverShortTheMemoryIs() {
        var waiting = CompletableFuture.supplyAsync(() -> calls.call("scm", modest, Ports.QUICK, plugin -> await()));
        Await.until("it is called", () -> !calls.underWay().isEmpty());

        watch.isShort();
        release.countDown();

        assertThat(waiting.join()).isEqualTo("released");
        assertThat(ports.overdue()).isEmpty();
    }

    @Test
    void aCallThatIsOverHasAllocatedNothing() {
        calls.call("scm", modest, Ports.QUICK, plugin -> new byte[(int) (2 * MUCH)].length);
        Await.until("nothing is under way", () -> calls.underWay().isEmpty());
        var waiting = CompletableFuture.supplyAsync(() -> calls.call("scm", modest, Ports.QUICK, plugin -> await()));
        Await.until("it is called on a thread that was used before", () -> !calls.underWay()
                .isEmpty());

        assertThat(calls.underWay()).allMatch(use -> use.allocated() < MUCH);
        release.countDown();
        waiting.join();
    }

    private String await() throws InterruptedException {
        release.await();
        return "released";
    }

    /** Keeps little of it: this is not about the memory of the test. */
    private static String fill() throws InterruptedException {
        var last = new ArrayList<byte[]>();
        while (!Thread.interrupted()) {
            last.clear();
            last.add(new byte[1 << 20]);
        }
        throw new InterruptedException("told to end with " + last.size());
    }

    private record Named(String instance) implements Plugin {
        @Override
        public PluginDescriptor descriptor() {
            return new PluginDescriptor("scm", "test", instance);
        }

        @Override
        public PluginHealth health() {
            return PluginHealth.OK;
        }
    }
}
