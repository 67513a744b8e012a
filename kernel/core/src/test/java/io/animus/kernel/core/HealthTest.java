package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginHealth.State;
import io.animus.kernel.core.Health.Check;
import io.animus.kernel.domain.delivery.EntryFilter;
import io.animus.kernel.domain.delivery.SinkFeed;
import io.animus.kernel.store.postgres.SinkRepository.Standing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the hub says of itself. */
@Timeout(60)
class HealthTest {
    private static Kernel kernel;
    private static Bootstrap bootstrap;

    private final List<Plugin> plugins = new CopyOnWriteArrayList<>();
    private final AtomicLong time = new AtomicLong();
    private final Metrics metrics = new Metrics();
    private final PortCalls calls = new PortCalls(metrics);
    private final Ports ports = new Ports(calls);
    private Health health;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
        bootstrap =
                new Bootstrap(kernel.database(), kernel.trail(), new ApiKeys(kernel.gate()), kernel.clock(), folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void present() {
        health = new Health(
                () -> plugins.stream()
                        .map(plugin -> new Ports.Known(plugin.descriptor(), plugin))
                        .toList(),
                ports::healthOf,
                List::of,
                time::get);
        health.setDatabase(kernel.database());
        health.setBootstrap(bootstrap);
        for (var port : List.of("scm", "registry", "storage", "executor")) {
            plugins.add(plugin(port, "one", () -> PluginHealth.OK));
        }
    }

    @AfterEach
    void close() {
        health.close();
        ports.close();
        calls.close();
    }

    @Test
    void isWellWhenAllPartsAre() {
        var report = health.report();

        assertThat(report.state()).isEqualTo(State.OK);
        assertThat(report.checks())
                .extracting(Check::name)
                .containsExactly("database", "executor", "plugins", "registry", "scm", "storage");
        assertThat(report.checks()).extracting(Check::detail).containsOnlyNulls();
    }

    @Test
    void whoCanPutNoChangeOnRecordIsNotReady() throws InterruptedException {
        var trail = new AuditTrail(kernel.database(), Composition.none());
        health.setTrail(trail);
        assertThat(health.report().isReady()).isTrue();

        new Lifecycle(kernel.database(), trail, kernel.clock()).close();
        time.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(check(health.report(), "database").state()).isEqualTo(State.DOWN);
        assertThat(health.report().isReady()).isFalse();
    }

    @Test
    void aLogThatStandsStillShows() {
        var log = new LogStatus(new Metrics());
        health.setLog(log);
        log.stops("Somebody must act.");

        assertThat(check(health.report(), "audit")).isEqualTo(new Check("audit", State.DEGRADED, "Somebody must act."));
        assertThat(health.report().isReady()).isTrue();
    }

    @Test
    void aSinkThatIsNotFedShowsWithoutTheReason() {
        var feeds = new FeedStatus(new Metrics());
        health.setLog(new LogStatus(new Metrics()));
        health.setFeeds(feeds);
        var since = Instant.parse("2026-01-01T00:00:00Z");
        var reason = "siem.secret.example refuses connections";
        var sink = new SinkFeed(
                new Ids(Clock.systemUTC(), new SecureRandom()).next(SinkFeed.PREFIX),
                "syslog.default",
                EntryFilter.NONE,
                7,
                7,
                SinkFeed.State.WAITING,
                reason,
                since,
                null,
                1);
        feeds.look(List.of(new Standing(sink, 10, since, 0)), Duration.ofMinutes(5));

        var check = check(health.report(), "audit");

        assertThat(check.state()).isEqualTo(State.DEGRADED);
        assertThat(check.detail()).contains("syslog.default", "2026-01-01").doesNotContain("secret.example");
        assertThat(health.report().isReady()).isTrue();
    }

    @Test
    void missingPluginTakesAwayItsCapabilityAlone() {
        plugins.removeIf(plugin -> plugin.descriptor().port().equals("executor"));

        var report = health.report();

        assertThat(report.state()).isEqualTo(State.DEGRADED);
        assertThat(report.isReady()).isTrue();
        assertThat(check(report, "executor").state()).isEqualTo(State.DOWN);
        assertThat(check(report, "scm").state()).isEqualTo(State.OK);
    }

    @Test
    void oneOfTwoPluginsIsHalfACapabilityAndHostsStayInTheLog() {
        plugins.add(plugin("scm", "two", () -> PluginHealth.down("git.secret.example refuses connections")));

        var check = check(health.report(), "scm");

        assertThat(check.state()).isEqualTo(State.DEGRADED);
        assertThat(check.detail()).contains("scm/test/two").doesNotContain("secret.example");
    }

    @Test
    void withoutItsDatabaseOrBeforeTheFirstAdministratorTheHubIsDown() {
        health.unsetBootstrap(bootstrap);
        assertThat(health.isStarted()).isFalse();
        assertThat(health.report().state()).isEqualTo(State.DOWN);

        health.setBootstrap(bootstrap);
        assertThat(health.report().isReady()).isTrue();

        health.unsetDatabase(kernel.database());
        assertThat(health.report().isReady()).isFalse();
        assertThat(check(health.report(), "database").detail()).isNotNull();
    }

    @Test
    void pluginThatFailsIsDown() {
        plugins.add(plugin("scm", "broken", () -> {
            throw new IllegalStateException("broken");
        }));

        assertThat(check(health.report(), "scm").detail()).contains("scm/test/broken is DOWN");
    }

    @Test
    void pluginThatHangsIsDownAndIsAskedNoSecondTime() {
        var times = new AtomicInteger();
        var end = new CountDownLatch(1);
        plugins.add(plugin("scm", "hanging", () -> {
            times.incrementAndGet();
            Await.uninterruptibly(end);
            return PluginHealth.OK;
        }));

        for (var i = 0; i < 3; i++) {
            assertThat(check(health.report(), "scm").detail()).contains("scm/test/hanging is DOWN");
            time.addAndGet(Duration.ofSeconds(3).toNanos());
        }
        assertThat(times).hasValue(1);

        end.countDown();
        Await.until("it is well again", () -> {
            time.addAndGet(Duration.ofSeconds(3).toNanos());
            return check(health.report(), "scm").state() == State.OK;
        });
    }

    @Test
    void asksAsAllCallsAreMadeAndCounted() throws IOException {
        health.report();

        var written = new ByteArrayOutputStream();
        metrics.write(null, written);
        assertThat(written.toString(UTF_8))
                .contains("animus_port_call_seconds_count{outcome=\"success\",plugin=\"Fixed\",port=\"health\"} 4");
    }

    @Test
    void asksAgainOnlyAfterTwoSeconds() {
        var times = new AtomicInteger();
        plugins.add(plugin("scm", "counting", () -> {
            times.incrementAndGet();
            return PluginHealth.OK;
        }));

        health.report();
        health.report();
        assertThat(times).hasValue(1);
        time.addAndGet(Duration.ofSeconds(2).toNanos());
        health.report();
        assertThat(times).hasValue(2);
    }

    private static Check check(Health.Report report, String name) {
        return report.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Plugin plugin(String port, String instance, Supplier<PluginHealth> state) {
        return new Fixed(new PluginDescriptor(port, "test", instance), state);
    }

    private record Fixed(PluginDescriptor descriptor, Supplier<PluginHealth> state) implements Plugin {
        @Override
        public PluginHealth health() {
            return state.get();
        }
    }
}
