package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.events.Outcome;
import io.animus.api.tck.InMemoryEventPublisher;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.delivery.Delivery.State;
import io.animus.kernel.domain.delivery.EventType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of receivers and hubs: nothing is lost, nothing is blocked. */
@Timeout(120)
class WebhookBadDaysTest {
    private static final URI ONE = URI.create("memory://one.example/hook");
    private static final URI TWO = URI.create("memory://two.example/hook");
    private static final Outcome OK = new Outcome.Delivered(204);

    private static Kernel kernel;
    private static LogHub log;

    private final InMemoryEventPublisher receivers = new InMemoryEventPublisher(Set.of("known"));
    private CourierHub hub;
    private Subscribers scene;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
        log = new LogHub(kernel, folder.resolve("keys"));
        log.run(new LogStatus(new Metrics()));
        Await.until("the log has a name", () -> !kernel.column("select 1 from audit_log")
                .isEmpty());
    }

    @AfterAll
    static void stop() {
        log.close();
        kernel.close();
    }

    @BeforeEach
    void hub() {
        hub = new CourierHub(kernel, AuditFeed.Limits.DEFAULT);
        scene = new Subscribers(kernel, hub.ports());
    }

    @AfterEach
    void close() {
        hub.close();
        scene.leave();
        kernel.returnToNow();
    }

    @Test
    void aReceiverThatHangsCostsTheOthersNothing() throws InterruptedException {
        var hangs = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        hub.plug(new WatchedPublisher(receivers, url -> {
            if (url.equals(ONE)) {
                hangs.countDown();
                release.await();
            }
        }));
        receivers.answer(ONE, OK);
        receivers.answer(TWO, OK);
        var dead = scene.subscribe(ONE, EventType.RUN_CREATED);
        var living = scene.subscribe(TWO, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();

        IntStream.range(0, 200).forEach(i -> scene.emit("RunCreated"));

        scene.awaitEnd(living, 201);
        assertThat(scene.attempts(dead)).isZero();
        release.countDown();
        scene.awaitEnd(dead, 201);
        assertThat(receivers.received()).hasSize(402);
    }

    @Test
    void aSubscriptionThatNobodyUnderstandsStopsNoSink() {
        hub.plug(receivers);
        var spoilt = scene.subscribe(ONE, EventType.RUN_CREATED);
        kernel.column(
                "update webhook_subscription set events = '{FromTheFuture}' where id = ? returning id",
                spoilt.id().value());
        var epoch = kernel.column("select epoch from leader where role = 'courier'");
        scene.emit("RunCreated");
        var first = new TestSink("first", true);
        var second = new TestSink("second", true);

        hub.plug(first);
        log.record(10);
        awaitAll(first);
        hub.plug(second);
        log.record(10);
        awaitAll(second);

        assertThat(kernel.column("select 1 from outbox")).isNotEmpty();
        assertThat(kernel.column("select epoch from leader where role = 'courier'"))
                .isEqualTo(epoch);
    }

    private static void awaitAll(TestSink sink) {
        Await.until("all is in the log", () -> kernel.column("select count(*) from audit_event")
                .equals(kernel.column("select count(*) from audit_leaf")));
        Await.until("all is settled", () -> kernel.database()
                .read(tx -> tx.sinks().standing(sink.sinkName()))
                .filter(standing -> standing.lag() == 0)
                .isPresent());
    }

    @Test
    void aHubThatDiesBeforeTheAttemptIsOnRecordSendsTheSameEventAgain() {
        var died = new AtomicBoolean();
        var leader = "select epoch from leader where role = 'courier'";
        receivers.answer(ONE, OK);
        var another = new CountDownLatch(1);
        hub.plug(new WatchedPublisher(receivers, url -> {
            if (died.compareAndSet(false, true)) {
                another.await();
                var epoch = kernel.column(leader);
                kernel.cutOff("locktype = 'advisory'");
                Await.until("another one leads", () -> !kernel.column(leader).equals(epoch));
            }
        }));
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        var event = scene.emit("RunCreated");
        Await.until("it is under way", died::get);
        try (var second = new CourierHub(kernel, AuditFeed.Limits.DEFAULT)) {
            second.plug(receivers);
            another.countDown();
            scene.awaitEnd(subscription, 1);

            Await.until("it came again", () -> receivers.received().size() == 2);
            assertThat(receivers.received())
                    .extracting(arrival -> arrival.event().id())
                    .containsExactly(event, event);
            assertThat(scene.only(subscription).attempts()).hasSize(1);
        }
    }

    @Test
    void aHundredWebhooksAreToldOfManyEventsAtOnceAndNoProjectHasMore() {
        hub.plug(receivers);
        receivers.answer(ONE, OK);
        for (var i = 0; i < 100; i++) {
            scene.subscribe(ONE, EventType.RUN_CREATED);
        }
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> scene.subscribe(ONE, EventType.RUN_CREATED))
                .satisfies(refusal ->
                        assertThat(refusal.violations().get(0).code()).isEqualTo(ProblemCode.LIMIT_EXCEEDED));

        kernel.database().write(tx -> {
            IntStream.range(0, 40).forEach(i -> scene.emit(tx, "RunCreated"));
            return true;
        });

        Await.until("all are told", () -> receivers.received().size() == 4000);
    }

    @Test
    void receiversThatHangAgainAndAgainLeaveThreadsToTheOthers() throws InterruptedException {
        var hang = new AtomicBoolean();
        var hanging = new AtomicInteger();
        var release = new CountDownLatch(1);
        hub.plug(new WatchedPublisher(receivers, url -> {
            if (hang.get() && !url.equals(ONE)) {
                hanging.incrementAndGet();
                release.await();
            }
        }));
        receivers.answer(ONE, OK);
        var dead = IntStream.range(0, 20)
                .mapToObj(i -> scene.subscribe(URI.create("memory://dead" + i + ".example/"), EventType.RUN_STARTED))
                .toList();
        var living = scene.subscribe(ONE, EventType.RUN_CREATED);
        scene.emit("RunStarted");
        dead.forEach(one -> Await.until("it failed", () -> scene.attempts(one) == 1));
        hang.set(true);
        kernel.advance(Duration.ofMinutes(2));
        Await.until("they hang", () -> hanging.get() == 8);

        IntStream.range(0, 100).forEach(i -> scene.emit("RunCreated"));

        scene.awaitEnd(living, 100);
        assertThat(hanging).hasValue(8);
        hang.set(false);
        release.countDown();
    }

    @Test
    void aHubThatIsStoppedInMidDeliverySendsTheSameEventWhenItIsStartedAgain() throws InterruptedException {
        var arrived = new CountDownLatch(1);
        receivers.answer(ONE, OK);
        hub.plug(new WatchedPublisher(receivers, url -> {
            arrived.countDown();
            new CountDownLatch(1).await();
        }));
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        var event = scene.emit("RunCreated");
        assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();

        hub.close();
        hub = new CourierHub(kernel, AuditFeed.Limits.DEFAULT);
        hub.plug(receivers);
        kernel.advance(Duration.ofMinutes(1));

        scene.awaitEnd(subscription, 1);
        assertThat(scene.only(subscription).delivery().state()).isEqualTo(State.DELIVERED);
        assertThat(receivers.received())
                .extracting(arrival -> arrival.event().id())
                .hasSize(2)
                .containsOnly(event);
    }

    @Test
    void twoHubsTellEverybodyOnceAndTheSecondTakesOver() {
        receivers.answer(ONE, OK);
        hub.plug(receivers);
        try (var second = new CourierHub(kernel, AuditFeed.Limits.DEFAULT)) {
            second.plug(receivers);
            var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
            IntStream.range(0, 150).forEach(i -> scene.emit("RunCreated"));
            scene.awaitEnd(subscription, 150);
            hub.close();
            IntStream.range(0, 150).forEach(i -> scene.emit("RunCreated"));
            scene.awaitEnd(subscription, 300);
        }

        assertThat(receivers.received()).hasSize(300);
    }
}
