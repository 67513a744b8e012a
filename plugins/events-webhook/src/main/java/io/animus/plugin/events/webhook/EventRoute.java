package io.animus.plugin.events.webhook;

import io.animus.api.events.Destination;
import io.animus.api.events.DomainEvent;
import io.animus.api.events.Outcome;
import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;

/** An attempt in, what came of it out. */
final class EventRoute extends RouteBuilder {
    static final String START = "direct:attempt";

    private final Function<Attempt, Outcome> delivery;

    record Attempt(DomainEvent event, Destination destination) {}

    EventRoute(Function<Attempt, Outcome> delivery) {
        this.delivery = delivery;
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        from(START).routeId("event-to-webhook").transform().body(Attempt.class, delivery::apply);
    }
}
