package io.animus.api.plugin;

import io.animus.api.types.ExternalSystemException;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.karaf.core.OsgiDefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * The Camel context of one plugin instance: started whole or not at all, stopped with everything it started.
 *
 * <p>Routes neither retry nor handle errors, which is the kernel's part: give each one {@code noErrorHandler()}, and what
 * it throws comes out of {@link #request} unchanged. Safe for use by many threads.
 */
public final class PluginRoutes implements AutoCloseable {
    private final CamelContext camel;
    private final ProducerTemplate producer;

    private PluginRoutes(CamelContext camel, RouteBuilder routes) throws Exception {
        this.camel = camel;
        try {
            camel.addRoutes(routes);
            camel.start();
            this.producer = camel.createProducerTemplate();
        } catch (Exception e) {
            // A context that fails half-way keeps its threads, so each failed update would leak them.
            camel.stop();
            throw e;
        }
    }

    /**
     * Starts {@code routes} in a context of the plugin's bundle.
     *
     * @param name of the context in logs and JMX; the plugin's instance
     * @throws IllegalStateException if a route can't be started; nothing is left running
     */
    public static PluginRoutes start(BundleContext bundle, String name, RouteBuilder routes) {
        var camel = new OsgiDefaultCamelContext(bundle);
        camel.getCamelContextExtension().setName(name);
        return start(camel, routes);
    }

    /** Starts {@code routes} without a framework, as tests do. */
    public static PluginRoutes start(RouteBuilder routes) {
        return start(new DefaultCamelContext(), routes);
    }

    private static PluginRoutes start(CamelContext camel, RouteBuilder routes) {
        try {
            camel.disableJMX();
            return new PluginRoutes(camel, routes);
        } catch (Exception e) {
            throw new IllegalStateException("the plugin's routes don't start: " + e.getMessage(), e);
        }
    }

    /**
     * Sends {@code body} through the route behind {@code endpoint} and waits for its answer.
     *
     * @param endpoint usually {@code direct:…}
     * @param answer what the route answers with
     * @return null if the route's answer has no body
     * @throws ExternalSystemException as the route threw it, or {@code UNAVAILABLE} if the thread was interrupted
     * @throws IllegalStateException if the route threw anything else, which is a defect of the plugin
     */
    public <T> @Nullable T request(String endpoint, @Nullable Object body, Class<T> answer) {
        try {
            return producer.requestBody(endpoint, body, answer);
        } catch (CamelExecutionException e) {
            if (e.getCause() instanceof ExternalSystemException known) {
                throw known;
            }
            if (Thread.currentThread().isInterrupted() || e.getCause() instanceof InterruptedException) {
                throw new ExternalSystemException(
                        ExternalSystemException.Reason.UNAVAILABLE, "the call was cut off at its deadline", e);
            }
            throw new IllegalStateException("the plugin failed in a way it doesn't know: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        camel.stop();
    }
}
