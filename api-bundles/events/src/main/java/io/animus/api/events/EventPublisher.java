package io.animus.api.events;

import io.animus.api.types.ExternalSystemException;
import java.net.URI;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Carries domain events to subscribers by one technology. The kernel keeps subscriptions, deliveries and attempts, and
 * repeats; a publisher makes one attempt.
 *
 * <p><b>Threads.</b> Calls come from many threads at once, may block, and are interrupted at the kernel's deadline.
 * <b>Repeats.</b> At least once; a repeat carries the same id. <b>Order.</b> None is promised. <b>Errors.</b> The kernel
 * retries, never the plugin.
 */
@ConsumerType
public interface EventPublisher {

    /** Whether this publisher is the one for {@code url}. Answers at once, from configuration alone. */
    boolean serves(URI url);

    /**
     * Whether a secret of this name is configured. Answers at once; asked before a subscription is accepted.
     *
     * @param name of a secret
     */
    boolean knowsSecret(String name);

    /**
     * Makes one attempt.
     *
     * @return what the receiver made of it, its absence included: that one receiver doesn't answer is an outcome
     * @throws ExternalSystemException {@code UNAVAILABLE} if this publisher itself can't work now, for no receiver's fault
     */
    Outcome publish(DomainEvent event, Destination destination);
}
