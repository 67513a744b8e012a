package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link EventPublisher} must do. Implement the methods; inherit the tests. */
public interface EventPublisherContract {

    /** What not every publisher can. */
    enum Capability {
        /** Signs with a secret that the subscriber chose. Switched off, no secret is known. */
        SECRETS
    }

    /** What this publisher can't, which the tests then hold it to. By default it can everything. */
    default Set<Capability> lacks() {
        return Set.of();
    }

    /** The publisher under test. Called often; the same one during a test. */
    EventPublisher publisher();

    /** A destination whose receiver is up; with a secret, unless {@link #lacks} says that there are none. */
    Destination destination();

    /** A destination that nobody listens at. */
    Destination deadDestination();

    /** A URL that this publisher does not serve. */
    URI foreignUrl();

    /** The ids of the events that the receiver at {@link #destination} has, in the order of arrival. */
    List<String> received();

    @Test
    default void servesOnlyItsOwnUrls() {
        assertThat(publisher().serves(destination().url())).isTrue();
        assertThat(publisher().serves(foreignUrl())).isFalse();
    }

    @Test
    default void knowsOnlyConfiguredSecrets() {
        assertThat(publisher().knowsSecret("no-such-secret")).isFalse();
    }

    @Test
    default void knowsTheSecretOfItsDestination() {
        assumeFalse(lacks().contains(Capability.SECRETS));
        assertThat(destination().secret())
                .isNotNull()
                .satisfies(secret -> assertThat(publisher().knowsSecret(secret)).isTrue());
    }

    @Test
    default void lacksWhatItSwitchedOff() {
        if (lacks().contains(Capability.SECRETS)) {
            assertThat(destination().secret()).isNull();
            assertThat(publisher().knowsSecret("default")).isFalse();
        }
    }

    @Test
    default void deliversAnEvent() {
        assertThat(publisher().publish(event(1), destination())).isInstanceOf(Outcome.Delivered.class);
        assertThat(received()).containsExactly(event(1).id().value());
    }

    @Test
    default void sendsARepeatedEventAgain() {
        publisher().publish(event(1), destination());
        publisher().publish(event(1), destination());
        assertThat(received())
                .containsExactly(event(1).id().value(), event(1).id().value());
    }

    @Test
    default void postponesWhatADeadReceiverDoesNotTake() {
        var outcome = publisher().publish(event(1), deadDestination());
        assertThat(outcome).isInstanceOf(Outcome.Postponed.class);
        assertThat(outcome.status()).isZero();
    }

    @Test
    default void refusesASecretItDoesNotKnow() {
        var destination =
                new Destination(destination().subscription(), destination().url(), "no-such-secret");
        assertThat(publisher().publish(event(1), destination)).isInstanceOf(Outcome.Refused.class);
        assertThat(received()).isEmpty();
    }

    @Test
    default void servesManyCallersAtOnce() throws Exception {
        var callers = Executors.newFixedThreadPool(8);
        try {
            var calls = new ArrayList<Callable<Outcome>>();
            IntStream.range(0, 40).forEach(n -> calls.add(() -> publisher().publish(event(n), destination())));
            for (var answer : callers.invokeAll(calls, 30, SECONDS)) {
                assertThat(answer.get()).isInstanceOf(Outcome.Delivered.class);
            }
        } finally {
            callers.shutdownNow();
        }
        assertThat(received()).hasSize(40).doesNotHaveDuplicates();
    }

    /** An event as the hub makes them. */
    static DomainEvent event(int number) {
        var data = Json.object()
                .put("run", "run_1")
                .put("href", "/api/v1/projects/prj_1/runs/run_1")
                .build();
        return new DomainEvent(
                new TypeId("evt_" + "%026d".formatted(number)),
                URI.create("urn:animus:hub-1"),
                "RunCreated",
                "run_1",
                Instant.parse("2026-01-01T12:00:00.123456Z"),
                data);
    }
}
