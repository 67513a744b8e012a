package io.animus.kernel.core;

import static io.animus.api.types.ExternalSystemException.Reason.DENIED;
import static io.animus.api.types.ExternalSystemException.Reason.UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.types.Digest;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.delivery.SinkFeed.State;
import io.animus.kernel.store.postgres.SinkRepository.Standing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of sinks: every event arrives, in order, and nobody else notices. */
@Timeout(120)
class AuditFeedsTest {
    private static final AuditFeed.Limits LIMITS = new AuditFeed.Limits(
            100,
            1 << 20,
            Duration.ofMillis(500),
            new FeedCursor.Window(Duration.ofSeconds(10), 300),
            FeedPace.Others.NONE);
    private static int instances;

    private static Kernel kernel;
    private static LogHub log;

    private CourierHub hub;
    private TestSink sink;
    private TestSink other;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
        log = new LogHub(kernel, folder.resolve("keys"));
        log.run(new LogStatus(new Metrics()));
    }

    @AfterAll
    static void stop() {
        log.close();
        kernel.close();
    }

    @BeforeEach
    void hub() {
        hub = new CourierHub(kernel, LIMITS);
        sink = new TestSink("sink-" + ++instances, true);
        other = new TestSink("other-" + instances, true);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void aSinkThatWasDeadForThousandsOfEventsGetsThemAllInOrder() {
        sink.fail(UNAVAILABLE);
        hub.plug(sink, other);
        log.record(2500);
        awaitAll(other);
        assertThat(sink.indexes()).isEmpty();
        assertThat(standing(sink).sink().state()).isEqualTo(State.WAITING);
        assertThat(standing(sink).lag()).isGreaterThan(2400);
        Await.until("it shows", () -> hub.status().trouble().isPresent());
        assertThat(hub.status().trouble().orElseThrow())
                .contains(sink.sinkName())
                .doesNotContain("says");
        assertThat(metrics()).contains("animus_audit_sink_up{sink=\"" + sink.sinkName() + "\"} 0.0");

        sink.fail(null);

        awaitAll(sink);
        assertThat(sink.indexes()).isEqualTo(LongStream.range(0, size()).boxed().toList());
        assertThat(sink.received()).allSatisfy(AuditFeedsTest::assertAsInTheLog);
        Await.until("nothing is wrong any more", () -> hub.status().trouble().isEmpty());
        assertThat(standing(sink).sink().cursor()).isEqualTo(size() - 1);
        assertThat(standing(sink).sink().reason()).isNull();
    }

    @Test
    void aSinkThatDoesNotAcknowledgeIsFedTheLastEntriesAgain() {
        var syslog = new TestSink("syslog-" + instances, false);
        hub.plug(syslog);
        log.record(1000);
        awaitAll(syslog);
        var before = syslog.indexes();
        syslog.fail(UNAVAILABLE);
        log.record(10);
        Await.until("it fails", () -> standing(syslog).sink().state() == State.WAITING);
        var cursor = standing(syslog).sink().cursor();

        syslog.fail(null);

        Await.until("all is there", () -> syslog.indexes().contains(size() - 1));
        var again = syslog.indexes().subList(before.size(), syslog.indexes().size());
        assertThat(again)
                .isEqualTo(LongStream.range(again.get(0), size()).boxed().toList());
        assertThat(cursor - again.get(0)).isBetween(100L, 300L);
    }

    @Test
    void aHubThatDiesBeforeTheCursorIsStoredRepeatsTheBatchAndLosesNothing() {
        var died = new AtomicBoolean();
        var leader = "select epoch from leader where role = 'courier'";
        log.record(350);
        sink.beforeReturn(() -> {
            if (sink.indexes().size() > 150 && died.compareAndSet(false, true)) {
                var epoch = kernel.column(leader);
                kernel.cutOff("locktype = 'advisory'");
                Await.until("another one leads", () -> !kernel.column(leader).equals(epoch));
            }
        });
        // Longer than the fixture's, or the call would count as failed.
        try (var first = new CourierHub(kernel, patient());
                var second = new CourierHub(kernel, patient())) {
            hub.close();
            first.plug(sink);
            second.plug(sink);
            awaitAll(sink);
            log.record(50);
            awaitAll(sink);
        }

        assertThat(died).isTrue();
        assertThat(new TreeSet<>(sink.indexes()))
                .containsExactlyElementsOf(LongStream.range(0, size()).boxed().toList());
        assertThat(sink.indexes().size() - size()).isBetween(1L, 200L);
        assertOnlyRepeats(sink.indexes());
    }

    @Test
    void ofABatchThatGoesOutInPiecesNothingIsSentAgainWhenOneFails() {
        log.record(400);
        Await.until("they are in the log", () -> size() >= 400);
        var failed = new AtomicBoolean();
        sink.beforeReturn(() -> {
            if (sink.indexes().size() >= 240 && failed.compareAndSet(false, true)) {
                sink.fail(UNAVAILABLE);
            }
        });
        var asked = new AtomicLong();
        var busy = new AuditFeed.Limits(
                100,
                1 << 20,
                LIMITS.deadline(),
                LIMITS.window(),
                new FeedPace.Others(asked::incrementAndGet, () -> true));
        hub.close();
        try (var shared = new CourierHub(kernel, busy)) {
            shared.plug(sink);
            Await.until("it fails", () -> isIn(sink, State.WAITING));
            assertThat(sink.indexes()).hasSize(250);
            assertThat(standing(sink).sink().cursor()).isEqualTo(249);

            sink.fail(null);
            awaitAll(sink);
        }

        assertThat(sink.indexes()).isEqualTo(LongStream.range(0, size()).boxed().toList());
    }

    @Test
    void twoHubsFeedASinkOnceAndTheSecondTakesOver() {
        try (var second = new CourierHub(kernel, LIMITS)) {
            hub.plug(sink);
            second.plug(sink);
            log.record(300);
            awaitAll(sink);
            hub.close();
            log.record(300);
            awaitAll(sink);
        }

        assertThat(sink.indexes()).isEqualTo(LongStream.range(0, size()).boxed().toList());
    }

    @Test
    void aSinkThatHangsDelaysNobody() throws InterruptedException {
        var release = new CountDownLatch(1);
        var hangs = new CountDownLatch(1);
        sink.beforeReturn(() -> {
            hangs.countDown();
            Await.uninterruptibly(release);
        });
        hub.plug(sink, other);
        log.record(1);
        assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();

        log.record(500);
        kernel.project();
        awaitAll(other);
        Await.until("it counts as away", () -> standing(sink).sink().state() == State.WAITING);

        sink.beforeReturn(() -> {});
        release.countDown();
        Await.until("all is there", () -> sink.indexes().contains(size() - 1));
        assertThat(new TreeSet<>(sink.indexes()))
                .containsExactlyElementsOf(LongStream.range(0, size()).boxed().toList());
        assertOnlyRepeats(sink.indexes());
    }

    @Test
    void aRefusedEntryIsADeadLetterOnceAndCanBeReplayed() {
        log.record(120);
        Await.until("they are in the log", () -> size() >= 120);
        var bad = Set.of(3L, 50L, 119L);
        sink.refuse(entry -> bad.contains(entry.index()));
        var dies = new AtomicBoolean();
        sink.beforeReturn(() -> {
            if (dies.compareAndSet(false, true)) {
                throw new IllegalStateException("a defect after the entries were sent");
            }
        });
        hub.plug(sink);
        Await.until("the rest is there", () -> standing(sink).lag() == 0);
        var sinks = new AuditSinks(kernel.gate(), hub.ports());
        var admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
        var page = new PageRequest(10, null, new Order(Order.Key.LEAF_INDEX, false), null);

        assertThat(sinks.deadLetters(admin, sink.sinkName(), page).items())
                .extracting(letter -> letter.index())
                .containsExactly(3L, 50L, 119L);
        assertThat(standing(sink).deadLetters()).isEqualTo(3);

        sink.refuse(entry -> entry.index() == 50);
        assertThat(Kernel.done(sinks.replay(admin, null, sink.sinkName(), Set.of(3L, 50L))))
                .isEqualTo(2);
        Await.until("3 is taken", () -> sink.indexes().contains(3L));
        Await.until("50 is refused again", () -> standing(sink).deadLetters() == 2);

        var letters = sinks.deadLetters(admin, sink.sinkName(), page).items();
        assertThat(letters).hasSize(3).allMatch(letter -> letter.reason().equals("too large for this receiver"));
        assertThat(letters.get(0).replayed()).isNotNull();
        assertThat(letters.get(1).replayed()).isNull();
        assertThat(letters.get(1).replayReason()).contains("too large");
        assertThat(letters.get(2).replays()).isZero();
        assertThat(kernel.audited(standing(sink).sink().id())).containsExactly("dead_letters.replayed");
    }

    @Test
    void aSinkThatLetsTheHubInNoLongerIsHeldUntilItIsConfiguredAnew() {
        log.record(10);
        sink.fail(DENIED);
        hub.plug(sink);
        Await.until("it is held", () -> isIn(sink, State.HELD));
        assertThat(standing(sink).sink().reason()).contains("DENIED");
        Await.until("it shows", () -> hub.status().trouble().orElse("").contains("must act"));

        var anew = new TestSink(sink.descriptor().instance(), true);
        hub.unplug(sink);
        hub.plug(anew);

        awaitAll(anew);
        assertThat(standing(anew).sink().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void aFilterLeavesOutWhatIsNotWantedAndTheCursorGoesOn() {
        var project = kernel.project();
        kernel.project();
        hub.plug(sink);
        awaitAll(sink);
        var sinks = new AuditSinks(kernel.gate(), hub.ports());
        var admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
        var edit = new AuditSinks.Edit(
                List.of(project.name().value()), List.of(Action.PROJECT_ARCHIVED, Action.PROJECT_UPDATED));
        Kernel.done(sinks.update(admin, sink.sinkName(), 1, edit));
        awaitAll(sink);
        var before = sink.indexes().size();

        log.record(20);
        kernel.archive(kernel.project());
        kernel.archive(project);
        awaitAll(sink);

        assertThat(sink.received().subList(before, sink.received().size()))
                .filteredOn(entry -> !entry.action().equals("audit_sink.updated"))
                .extracting(AuditEntry::action)
                .containsExactly("project.archived");
    }

    private static AuditFeed.Limits patient() {
        return new AuditFeed.Limits(100, 1 << 20, Duration.ofSeconds(30), LIMITS.window(), LIMITS.others());
    }

    /** Every entry is the one before plus one, but where a batch comes again. */
    private static void assertOnlyRepeats(List<Long> indexes) {
        var highest = -1L;
        for (var index : indexes) {
            assertThat(index).isLessThanOrEqualTo(highest + 1);
            highest = Math.max(highest, index);
        }
    }

    private static void assertAsInTheLog(AuditEntry entry) {
        var found = kernel.database()
                .read(tx -> tx.auditTree().entries(entry.index(), entry.index() + 1))
                .get(0);
        assertThat(found.event()).isEqualTo(entry.id());
        assertThat(entry.leafHash())
                .isEqualTo(new Digest("sha256:"
                        + java.util.HexFormat.of().formatHex(found.hash().bytes())));
        assertThat(entry.event().find("actor")).isPresent();
    }

    private void awaitAll(AuditSink one) {
        var test = (TestSink) one;
        Await.until("all is in the log", () -> kernel.column("select count(*) from audit_event")
                .equals(kernel.column("select count(*) from audit_leaf")));
        Await.until(
                "all is settled at " + test.sinkName(),
                () -> isIn(test, State.RUNNING) && standing(test).lag() == 0);
    }

    private static boolean isIn(TestSink sink, State state) {
        return kernel.database()
                .read(tx -> tx.sinks().find(sink.sinkName()))
                .filter(found -> found.state() == state)
                .isPresent();
    }

    private static Standing standing(TestSink sink) {
        return Await.present(() -> kernel.database().read(tx -> tx.sinks().standing(sink.sinkName())));
    }

    private static long size() {
        return kernel.database().read(tx -> tx.auditTree().size());
    }

    private String metrics() {
        var out = new ByteArrayOutputStream();
        try {
            hub.metrics().write(null, out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
