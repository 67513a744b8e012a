package io.animus.api.tck;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Receivers in memory, for tests of what stands above a publisher. What a receiver answers is told beforehand; one that
 * was never told of doesn't exist. Safe for many threads.
 */
public final class InMemoryEventPublisher implements EventPublisher {
    private final Map<URI, Outcome> answers = new ConcurrentHashMap<>();
    private final List<Arrival> received = new ArrayList<>();
    private final Set<String> secrets;

    /** An event and where it arrived. */
    public record Arrival(DomainEvent event, Destination destination) {}

    /** @param secrets names of the secrets that are known */
    public InMemoryEventPublisher(Set<String> secrets) {
        this.secrets = Set.copyOf(secrets);
    }

    /** From now on, {@code url} answers so. */
    public void answer(URI url, Outcome outcome) {
        answers.put(url, outcome);
    }

    /** What was delivered, in order, repeats included. */
    public List<Arrival> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    @Override
    public boolean serves(URI url) {
        return "memory".equals(url.getScheme());
    }

    @Override
    public boolean knowsSecret(String name) {
        return secrets.contains(name);
    }

    @Override
    public Outcome publish(DomainEvent event, Destination destination) {
        var secret = destination.secret();
        if (secret != null && !secrets.contains(secret)) {
            return new Outcome.Refused(0, "there is no secret " + secret, false);
        }
        var answer = answers.getOrDefault(destination.url(), new Outcome.Postponed(0, "nobody listens there", null));
        if (answer instanceof Outcome.Delivered) {
            synchronized (received) {
                received.add(new Arrival(event, destination));
            }
        }
        return answer;
    }
}
