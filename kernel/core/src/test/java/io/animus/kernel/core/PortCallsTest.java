package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.kernel.domain.RefusedException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;

@Timeout(60)
class PortCallsTest {
    private static final PluginDescriptor ONE = new PluginDescriptor("scm", "test", "one");

    private final PortCalls calls = new PortCalls(new Metrics());
    private final Ports ports = new Ports(calls, Duration.ofMillis(1));
    private final CountDownLatch release = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        MDC.clear();
        release.countDown();
        threads.shutdownNow();
        ports.close();
        calls.close();
    }

    @Test
    void whatAPluginLogsBearsTheRequestThatItIsCalledFor() {
        MDC.put("requestId", "r1");
        assertThat(logged()).isEqualTo("r1");

        MDC.clear();
        assertThat(logged()).as("the same thread later, for nobody").isNull();
    }

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void aPluginThatHangsWhenItIsAskedWhatItIsHoldsNobodyElseUp() throws Exception {
        var asked = new CountDownLatch(1);
        var adding = CompletableFuture.runAsync(() -> add(() -> {
            asked.countDown();
            Await.uninterruptibly(release);
            return ONE;
        }));
        asked.await();

        assertThat(logged()).isNull();
        assertThat(ports.overdue()).isNotNull();
        assertThat(ports.plugins()).isEmpty();

        adding.get();
        release.countDown();
        Await.until("its late answer counts", () -> !ports.plugins().isEmpty());
    }

    @Test
    void aPluginThatFailedToSayWhatItIsIsAskedAgain() {
        var times = new AtomicInteger();
        add(() -> {
            if (times.incrementAndGet() < 3) {
                throw new IllegalStateException("still at the start");
            }
            return ONE;
        });

        Await.until("it is known", () -> !ports.plugins().isEmpty());
        assertThat(ports.plugins()).extracting(Ports.Known::descriptor).containsExactly(ONE);
        assertThat(times).as("and not once it has said it").hasValue(3);
    }

    @Test
    void pluginsThatSayTheyAreEqualAreTwo() {
        var two = new PluginDescriptor("scm", "test", "two");
        add(() -> ONE);
        add(() -> two);

        Await.until("both are known", () -> ports.plugins().size() == 2);
        assertThat(ports.plugins()).extracting(Ports.Known::descriptor).containsExactly(ONE, two);
    }

    @Test
    void whoGetsNoCallsForThoseThatGoOnHasNotFailed() {
        var goingOn = new AtomicInteger();
        while (goingOn.get() < 4) {
            assertThatExceptionOfType(ExternalSystemException.class).isThrownBy(() -> goOn(goingOn));
        }

        for (var i = 0; i < 10; i++) {
            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(this::logged)
                    .withMessageContaining("gets no more calls");
        }
        release.countDown();
        Await.until("it is called again as soon as they end", () -> {
            try {
                return logged() == null;
            } catch (ExternalSystemException e) {
                assertThat(e).hasMessageContaining("gets no more calls");
                return false;
            }
        });
    }

    @Test
    void aHostWhoseSystemIsAwayIsLeftAloneForSomeSecondsAndStillServes() {
        var host = new AwayScmHost();
        ports.addScm(host, Map.of());

        Await.until("it is left alone", () -> failureOfResolving().contains("failed too often and is left alone"));
        var asked = host.asked.get();
        assertThat(asked).isGreaterThanOrEqualTo(8);
        assertThat(failureOfResolving()).contains("failed too often and is left alone");
        assertThat(host.asked).hasValue(asked);

        host.away = false;
        Await.until("it is asked again", () -> failureOfResolving().isEmpty());
    }

    @Test
    void oneWhoIsBusyWithAllItsPlacesKeepsNobodyFromAnother() {
        var busy = new CountDownLatch(24);
        var waiting = IntStream.range(0, 24)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> calls.call("test", busy, Ports.QUICK, plugin -> {
                            plugin.countDown();
                            release.await();
                            return "released";
                        }),
                        threads))
                .toList();
        Await.until("all places are taken", () -> busy.getCount() == 0);

        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> calls.call("test", busy, Duration.ofMillis(1), plugin -> "answered"))
                .withMessageContaining("is busy with too many calls");
        var other = calls.call("test", "another", Ports.QUICK, plugin -> plugin);
        assertThat(other).isEqualTo("another");

        release.countDown();
        assertThat(waiting).extracting(CompletableFuture::join).containsOnly("released");
        var later = calls.call("test", busy, Ports.QUICK, plugin -> "answered");
        assertThat(later).isEqualTo("answered");
    }

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE, 3", "DENIED, 1", "REJECTED, 1"})
    void triesAgainOnlyWhatMayWorkLater(Reason reason, int times) {
        var tried = new AtomicInteger();

        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> calls.call("test", this, Ports.QUICK, plugin -> {
                    tried.incrementAndGet();
                    throw new ExternalSystemException(reason, "no");
                }))
                .withMessage("no");

        assertThat(tried).hasValue(times);
    }

    @Test
    void namesTheSystemThatNobodyServesAndNotWhatIsBehindIt() {
        var elsewhere = URI.create("ssh://git@git.example.org:2222/secret-project.git");

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> ports.scm(null, elsewhere, Ports.QUICK, host -> host.resolve(elsewhere, "main")))
                .withMessageStartingWith("No SCM host serves ssh://git.example.org:2222. ");
    }

    /** Empty if there was none. */
    private String failureOfResolving() {
        try {
            ports.scm(null, AwayScmHost.REPOSITORY, Ports.QUICK, host -> host.resolve(AwayScmHost.REPOSITORY, "main"));
            return "";
        } catch (ExternalSystemException e) {
            return e.getMessage();
        }
    }

    private void goOn(AtomicInteger begun) {
        calls.callOnce("test", this, Duration.ofMillis(1), plugin -> {
            begun.incrementAndGet();
            Await.uninterruptibly(release);
            return plugin;
        });
    }

    private String logged() {
        return calls.call("test", this, Ports.QUICK, plugin -> MDC.get("requestId"));
    }

    private void add(Supplier<PluginDescriptor> says) {
        ports.addPlugin(new Says(says), Map.of());
    }

    /** Says what it is as it is told to, and that it equals all others. */
    private record Says(Supplier<PluginDescriptor> what) implements Plugin {
        @Override
        public PluginDescriptor descriptor() {
            return what.get();
        }

        @Override
        public PluginHealth health() {
            return PluginHealth.OK;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Says;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }
}
