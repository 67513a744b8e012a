package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.groups.Tuple.tuple;

import io.animus.api.events.Outcome;
import io.animus.api.tck.InMemoryEventPublisher;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.delivery.Delivery.State;
import io.animus.kernel.domain.delivery.DeliveryAttempt;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription.Status;
import io.animus.kernel.domain.delivery.WebhookSubscription.Wish;
import io.animus.kernel.store.postgres.Leader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bad days of webhooks: nothing is lost, nothing is blocked, every attempt is on record. */
@Timeout(120)
class WebhooksTest {
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
    void tellsWhoWantsToKnowOfWhatHappenedInTheProjectAndNothingElse() {
        hub.plug(receivers);
        receivers.answer(ONE, OK);
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED, EventType.MODEL_APPROVED);
        var other = kernel.project();

        var created = scene.emit("RunCreated");
        scene.emit("RunStarted");
        scene.emit(other, "RunCreated");
        var approved = scene.emit("ModelApproved");

        scene.awaitEnd(subscription, 2);
        assertThat(receivers.received())
                .extracting(arrival -> arrival.event().id())
                .containsExactlyInAnyOrder(created, approved);
        var event = receivers.received().get(0).event();
        assertThat(event.source().toString()).startsWith("urn:animus-hub:hub_");
        assertThat(event.data().find("project")).hasValueSatisfying(id -> assertThat(id.toString())
                .contains(scene.project().id().value()));
        assertThat(receivers.received().get(0).destination().secret()).isEqualTo("known");
        Await.until("the outbox is empty", () -> kernel.column("select 1 from outbox")
                .isEmpty());
    }

    @Test
    void aReceiverThatFailsIsTriedAgainUntilItWorks() {
        hub.plug(receivers);
        receivers.answer(ONE, new Outcome.Postponed(500, "it says 500", null));
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        Await.until("it failed", () -> scene.attempts(subscription) == 1);
        assertThat(scene.only(subscription).delivery().due())
                .isAfter(kernel.clock().instant().minusSeconds(1));

        kernel.advance(Duration.ofSeconds(6));
        Await.until("it failed again", () -> scene.attempts(subscription) == 2);
        receivers.answer(ONE, OK);
        kernel.advance(Duration.ofMinutes(6));

        scene.awaitEnd(subscription, 1);
        var tracked = scene.only(subscription);
        assertThat(tracked.delivery().state()).isEqualTo(State.DELIVERED);
        assertThat(tracked.attempts())
                .extracting(DeliveryAttempt::number, DeliveryAttempt::status, DeliveryAttempt::reason)
                .containsExactly(tuple(1, 500, "it says 500"), tuple(2, 500, "it says 500"), tuple(3, 204, null));
    }

    @Test
    void aReceiverIsLeftAloneForAsLongAsItAsks() {
        hub.plug(receivers);
        receivers.answer(ONE, new Outcome.Postponed(429, "slow down", Duration.ofHours(3)));
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        Await.until("it failed", () -> scene.attempts(subscription) == 1);
        receivers.answer(ONE, OK);
        scene.emit("RunCreated");
        Await.until("the second one waits", () -> scene.deliveries(subscription).size() == 2);

        kernel.advance(Duration.ofHours(2));
        var witness = scene.subscribe(TWO, EventType.RUN_CREATED);
        receivers.answer(TWO, OK);
        scene.emit("RunCreated");
        scene.awaitEnd(witness, 1);
        assertThat(scene.attempts(subscription)).isEqualTo(1);

        kernel.advance(Duration.ofMinutes(61));
        scene.awaitEnd(subscription, 3);
        assertThat(scene.deliveries(subscription))
                .allMatch(one -> one.delivery().state() == State.DELIVERED);
    }

    @Test
    void isGivenUpAfterAboutThreeDays() {
        hub.plug(receivers);
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        for (var wait : WebhookCall.SCHEDULE) {
            var before = scene.attempts(subscription);
            Await.until("it is tried", () -> scene.attempts(subscription) > before || before > 0);
            kernel.advance(wait.plusMinutes(2));
            Await.until("it is tried again", () -> scene.attempts(subscription) > Math.max(before, 1));
        }

        scene.awaitEnd(subscription, 1);
        assertThat(scene.only(subscription).delivery().state()).isEqualTo(State.DEAD);
        assertThat(scene.only(subscription).attempts()).hasSize(WebhookCall.SCHEDULE.size() + 1);
    }

    @Test
    void whatEndedIsKeptForAMonthAndWhatWaitsForAsLongAsItWaits() {
        hub.plug(receivers);
        receivers.answer(ONE, OK);
        var told = scene.subscribe(ONE, EventType.RUN_CREATED);
        var waiting = scene.subscribe(TWO, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        scene.awaitEnd(told, 1);
        Await.until("the other one was tried", () -> scene.attempts(waiting) == 1);

        kernel.advance(Janitor.KEEP_DELIVERIES.minusMinutes(1));
        Await.until("the other one was tried again", () -> scene.attempts(waiting) == 2);
        clean();
        assertThat(scene.only(told).attempts()).hasSize(1);

        kernel.advance(Duration.ofMinutes(2));
        clean();
        assertThat(scene.deliveries(told)).isEmpty();
        assertThat(scene.attempts(told)).isZero();
        assertThat(scene.only(waiting).delivery().state()).isEqualTo(State.PENDING);
    }

    private static void clean() {
        var now = kernel.clock().instant();
        try (var leader = Leader.elect(
                        kernel.database(), "janitor", kernel.trail().node(), now)
                .orElseThrow()) {
            new Janitor(kernel.database(), kernel.trail(), kernel.clock()).clean(leader);
        }
    }

    @Test
    void aRefusalIsADeadLetterAtOnceAndCanBeReplayedUnderItsId() {
        hub.plug(receivers);
        receivers.answer(ONE, new Outcome.Refused(400, "no such thing", false));
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        var event = scene.emit("RunCreated");
        scene.awaitEnd(subscription, 1);
        var dead = scene.only(subscription);
        assertThat(dead.delivery().state()).isEqualTo(State.DEAD);
        assertThat(dead.attempts()).hasSize(1);

        receivers.answer(ONE, new Outcome.Postponed(503, "later", Duration.ofHours(1)));
        var again = Kernel.done(scene.replay(subscription, dead.delivery().id()));
        assertThat(again.delivery().state()).isEqualTo(State.PENDING);
        Await.until("it is tried", () -> scene.attempts(subscription) == 2);
        assertThat(Kernel.done(scene.replay(subscription, dead.delivery().id())).attempts())
                .hasSize(2);
        receivers.answer(ONE, OK);
        kernel.advance(Duration.ofMinutes(61));

        scene.awaitEnd(subscription, 1);
        assertThat(scene.only(subscription).delivery().state()).isEqualTo(State.DELIVERED);
        assertThat(scene.only(subscription).attempts()).hasSize(3);
        assertThat(receivers.received())
                .extracting(arrival -> arrival.event().id())
                .containsExactly(event);
        assertThat(kernel.audited(dead.delivery().id())).containsExactly("delivery.replayed");
    }

    @Test
    void aReceiverThatIsGonePausesItsSubscription() {
        hub.plug(receivers);
        receivers.answer(ONE, new Outcome.Refused(410, "gone", true));
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        Await.until("it is paused", () -> scene.find(subscription).status() == Status.PAUSED);
        assertThat(scene.find(subscription).pausedReason()).contains("never to be called again");
        assertThat(kernel.audited(subscription.id())).containsExactlyInAnyOrder("webhook.created", "webhook.paused");
        assertThat(scene.only(subscription).delivery().state()).isEqualTo(State.DEAD);

        receivers.answer(ONE, OK);
        var edit = new Webhooks.Edit(UnaryOperator.identity(), Status.ACTIVE);
        Kernel.done(scene.webhooks()
                .update(
                        scene.maintainer(),
                        scene.ref(),
                        scene.find(subscription).version(),
                        subscription.id().value(),
                        edit));
        var event = scene.emit("RunCreated");

        scene.awaitEnd(subscription, 2);
        assertThat(receivers.received())
                .extracting(arrival -> arrival.event().id())
                .containsExactly(event);
        assertThat(scene.find(subscription).pausedReason()).isNull();
    }

    @Test
    void asksForASecretThatIsConfiguredAndForAPublisher() {
        var wish = new Wish(ONE, Set.of(EventType.RUN_CREATED), "unknown", null);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> scene.webhooks().create(scene.maintainer(), null, scene.ref(), wish))
                .satisfies(refusal ->
                        assertThat(refusal.violations().get(0).code()).isEqualTo(ProblemCode.PLUGIN_UNAVAILABLE));
        hub.plug(receivers);
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> scene.webhooks().create(scene.maintainer(), null, scene.ref(), wish))
                .satisfies(refusal ->
                        assertThat(refusal.violations().get(0).code()).isEqualTo(ProblemCode.UNKNOWN_REFERENCE));
    }

    @Test
    void aDeletedSubscriptionIsToldNothingMore() {
        hub.plug(receivers);
        var subscription = scene.subscribe(ONE, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        Await.until("it failed", () -> scene.attempts(subscription) == 1);
        Kernel.done(scene.webhooks()
                .delete(scene.maintainer(), scene.ref(), 1, subscription.id().value()));
        receivers.answer(ONE, OK);
        receivers.answer(TWO, OK);
        var witness = scene.subscribe(TWO, EventType.RUN_CREATED);
        scene.emit("RunCreated");
        kernel.advance(Duration.ofHours(1));

        scene.awaitEnd(witness, 1);
        assertThat(receivers.received())
                .allMatch(arrival -> arrival.destination().url().equals(TWO));
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> scene.find(subscription));
    }
}
