package io.animus.kernel.core;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.EventPublisher;
import io.animus.api.events.Outcome;
import java.net.URI;

/** A publisher for any address, where something happens after an event has arrived and before the hub is told so. */
final class WatchedPublisher implements EventPublisher {
    private final EventPublisher receivers;
    private final Watch watch;

    /** What happens. */
    @FunctionalInterface
    interface Watch {
        void arrived(URI url) throws InterruptedException;
    }

    WatchedPublisher(EventPublisher receivers, Watch watch) {
        this.receivers = receivers;
        this.watch = watch;
    }

    @Override
    public boolean serves(URI url) {
        return true;
    }

    @Override
    public boolean knowsSecret(String name) {
        return true;
    }

    @Override
    public Outcome publish(DomainEvent event, Destination destination) {
        var outcome = receivers.publish(event, destination);
        try {
            watch.arrived(destination.url());
        } catch (InterruptedException e) {
            return new Outcome.Postponed(0, "interrupted", null);
        }
        return outcome;
    }
}
