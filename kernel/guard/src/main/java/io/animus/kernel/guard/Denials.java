package io.animus.kernel.guard;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what was denied, and hands it to the listener, when there is one, from a thread of its own: hooks must not wait. */
final class Denials implements Consumer<Denial>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Denials.class);
    private static final int MAX_WAITING = 1000;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(5);

    private final BlockingQueue<Denial> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final ServiceTracker<DenialListener, DenialListener> listeners;
    private final Duration betweenAttempts;
    private final Thread courier = new Thread(this::carry, "animus-guard");

    Denials(BundleContext guard) {
        this(guard, BETWEEN_ATTEMPTS);
    }

    /** @param betweenAttempts to hand one denial over */
    Denials(BundleContext guard, Duration betweenAttempts) {
        this.betweenAttempts = betweenAttempts;
        listeners = new ServiceTracker<>(guard, DenialListener.class, null);
        listeners.open();
        courier.setDaemon(true);
        courier.start();
    }

    @Override
    public void accept(Denial denial) {
        LOG.warn(
                "{} {} {} {}, which \"{}\" of its permissions does not name: it is hidden. If the plugin needs it, take a"
                        + " version that names it, and agree to that; if not, ask its publisher what this is for",
                denial.plugin(),
                denial.version(),
                denial.use() == Denial.Use.SEE ? "asked for" : "registered",
                denial.service().equals(Denial.FURTHER) ? "more services" : denial.service(),
                denial.use().permission());
        if (!waiting.offer(denial)) {
            LOG.error("This will not be in the audit log: {} denials wait already", MAX_WAITING);
        }
    }

    private void carry() {
        try {
            while (true) {
                var denial = waiting.take();
                while (!isTaken(denial)) {
                    TimeUnit.MILLISECONDS.sleep(betweenAttempts.toMillis());
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The guard stops; {} denials are not on record", waiting.size());
        }
    }

    private boolean isTaken(Denial denial) throws InterruptedException {
        var listener = listeners.waitForService(0);
        if (listener == null) {
            return false;
        }
        try {
            listener.denied(denial);
            return true;
        } catch (RuntimeException | LinkageError e) {
            // Classes of a listener whose bundle is being updated may be gone.
            LOG.warn("Not on record yet, and tried again: {}: {}", denial, e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        courier.interrupt();
        listeners.close();
    }
}
