package io.animus.kernel.core;

import static java.util.Objects.requireNonNull;

import io.animus.api.plugin.PluginRoutes;
import java.time.Duration;
import org.apache.camel.builder.RouteBuilder;

/** One plugin that answers at once, called in three ways. */
public final class BareCalls implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String START = "direct:answer";

    private final PortCalls calls = new PortCalls(new Metrics());
    private final PluginRoutes routes = PluginRoutes.start(new RouteBuilder() {
        @Override
        public void configure() {
            errorHandler(noErrorHandler());
            from(START).process(exchange -> {
                var message = exchange.getMessage();
                message.setBody(answer(message.getBody(Integer.class)));
            });
        }
    });

    public int direct(int question) {
        return answer(question);
    }

    /** With all that stands before a plugin. */
    public int guarded(int question) {
        return calls.call("scm", this, DEADLINE, plugin -> plugin.direct(question));
    }

    /** The same, and the plugin asks its route. */
    public int exchanged(int question) {
        return calls.call(
                "scm", this, DEADLINE, plugin -> requireNonNull(plugin.routes.request(START, question, Integer.class)));
    }

    @Override
    public void close() {
        routes.close();
        calls.close();
    }

    private static int answer(int question) {
        return question + 1;
    }
}
