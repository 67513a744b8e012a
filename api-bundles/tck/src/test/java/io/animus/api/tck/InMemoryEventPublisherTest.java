package io.animus.api.tck;

import io.animus.api.events.Destination;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import io.animus.api.types.TypeId;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;

class InMemoryEventPublisherTest implements EventPublisherContract {
    private static final URI LIVING = URI.create("memory:living");
    private static final TypeId SUBSCRIPTION = new TypeId("whk_" + "0".repeat(26));

    private final InMemoryEventPublisher publisher = new InMemoryEventPublisher(Set.of("known"));

    @BeforeEach
    void listen() {
        publisher.answer(LIVING, new Outcome.Delivered(200));
    }

    @Override
    public EventPublisher publisher() {
        return publisher;
    }

    @Override
    public Destination destination() {
        return new Destination(SUBSCRIPTION, LIVING, "known");
    }

    @Override
    public Destination deadDestination() {
        return new Destination(SUBSCRIPTION, URI.create("memory:dead"), null);
    }

    @Override
    public URI foreignUrl() {
        return URI.create("https://example.org/");
    }

    @Override
    public List<String> received() {
        return publisher.received().stream()
                .map(arrival -> arrival.event().id().value())
                .toList();
    }
}
