package io.animus.kernel.store.postgres;

import io.animus.api.database.DatabaseServer;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the hub's {@link Database} on a thread of its own, while the rest of the hub starts, and offers it as a service
 * once it is migrated and ready. A server that can't be used yet is tried again until it can. Safe for many threads.
 */
@Component(
        immediate = true,
        service = {})
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.animus.kernel.store.postgres.Database\"",
        uses = Database.class,
        effective = "active")
public final class DatabaseOpening {
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(5);
    private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(20);
    private static final Logger LOG = LoggerFactory.getLogger(DatabaseOpening.class);

    private final DatabaseServer server;
    private final Function<Database, Runnable> offer;
    private final Duration pause;
    private final ScheduledExecutorService work = Executors.newSingleThreadScheduledExecutor(DatabaseOpening::thread);

    // Of the one thread, and of whoever closes once that has ended.
    private @Nullable Database database;
    private @Nullable Runnable withdrawal;

    @Activate
    public DatabaseOpening(
            BundleContext bundle,
            @Reference(name = "server", policyOption = ReferencePolicyOption.GREEDY) DatabaseServer server) {
        this(server, database -> bundle.registerService(Database.class, database, null)::unregister, BETWEEN_ATTEMPTS);
    }

    /**
     * Begins at once.
     *
     * @param offer shows the open database to those who need it, and returns what takes it away from them
     * @param pause between attempts
     */
    DatabaseOpening(DatabaseServer server, Function<Database, Runnable> offer, Duration pause) {
        this.server = server;
        this.offer = offer;
        this.pause = pause;
        work.execute(this::open);
    }

    /** Takes the database away from those who use it, then closes it; breaks off an attempt under way. */
    @Deactivate
    void close() throws InterruptedException {
        work.shutdownNow();
        if (!work.awaitTermination(LONGEST_GOODBYE.toSeconds(), TimeUnit.SECONDS)) {
            LOG.warn("the opening of the database doesn't end");
            return;
        }
        if (withdrawal != null) {
            withdrawal.run();
        }
        if (database != null) {
            database.close();
        }
    }

    /** The outermost edge of this thread: whatever goes wrong is said, and tried again. */
    private void open() {
        try {
            var opened = new Database(server);
            database = opened;
            withdrawal = offer.apply(opened);
        } catch (RuntimeException e) {
            if (!work.isShutdown()) {
                LOG.error("the database can't be used, trying again in {} s: {}", pause.toSeconds(), e.getMessage(), e);
                work.schedule(this::open, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-database");
        thread.setDaemon(true);
        return thread;
    }
}
