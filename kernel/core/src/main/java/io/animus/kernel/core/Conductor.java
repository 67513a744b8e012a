package io.animus.kernel.core;

import io.animus.api.types.ExternalSystemException;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps runs moving: at every ring of the {@link Bell}, and at a steady beat for what happens elsewhere. Of several hubs on
 * one database one conducts; the others stand by and take over when its session ends.
 */
@Component(service = Conductor.class, immediate = true)
public final class Conductor {
    private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
    private static final String ROLE = "conductor";
    private static final Duration BEAT = Duration.ofMillis(250);
    private static final Duration BETWEEN_CLEANINGS = Duration.ofMinutes(10);

    private final Database database;
    private final AuditTrail trail;
    private final Scheduler scheduler;
    private final Reconciler reconciler;
    private final Janitor janitor;
    private final Clock clock;
    private final Bell bell;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService beats = Executors.newSingleThreadExecutor(Conductor::thread);
    private @Nullable Leader leader;
    private Instant nextCleaning = Instant.EPOCH;
    private boolean troubled;

    @Activate
    public Conductor(
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "scheduler") Scheduler scheduler,
            @Reference(name = "reconciler") Reconciler reconciler,
            @Reference(name = "janitor") Janitor janitor,
            @Reference(name = "bell") Bell bell) {
        this(database, trail, scheduler, reconciler, janitor, bell, Clock.systemUTC());
    }

    Conductor(
            Database database,
            AuditTrail trail,
            Scheduler scheduler,
            Reconciler reconciler,
            Janitor janitor,
            Bell bell,
            Clock clock) {
        this.clock = clock;
        this.database = database;
        this.trail = trail;
        this.scheduler = scheduler;
        this.reconciler = reconciler;
        this.janitor = janitor;
        this.bell = bell;
        beats.execute(this::keepBeating);
    }

    @Deactivate
    void close() throws InterruptedException {
        stopping.countDown();
        beats.shutdownNow();
        beats.awaitTermination(10, TimeUnit.SECONDS);
        resign();
    }

    private void keepBeating() {
        try {
            while (stopping.getCount() > 0) {
                var started = System.nanoTime();
                beat();
                // Rings may fill half of the time, not all of it: what a beat costs doesn't shrink with what it finds.
                var took = Duration.ofNanos(System.nanoTime() - started);
                if (!stopping.await(took.compareTo(BEAT) < 0 ? took.toNanos() : BEAT.toNanos(), TimeUnit.NANOSECONDS)) {
                    rest();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the next beat. Who doesn't conduct is not woken by what somebody else will do. */
    private void rest() throws InterruptedException {
        if (leader == null) {
            stopping.await(BEAT.toNanos(), TimeUnit.NANOSECONDS);
        } else {
            bell.await(BEAT);
        }
    }

    /** The outermost edge of this thread: nothing may end the beat. */
    private void beat() {
        try {
            conduct();
            troubled = false;
        } catch (DatabaseUnavailableException | ExternalSystemException | RefusedException e) {
            trouble("runs don't move now: {}", e.getMessage(), null);
            resign();
        } catch (RuntimeException e) {
            trouble("runs don't move now, for a reason that is a defect: {}", e.getMessage(), e);
            resign();
        }
    }

    private void conduct() {
        var now = clock.instant();
        if (leader == null || !leader.isAlive()) {
            resign();
            leader = Leader.elect(database, ROLE, trail.node(), now).orElse(null);
            if (leader == null) {
                return;
            }
            LOG.info("this hub conducts the runs from now on");
        }
        reconciler.reconcile(leader);
        if (!scheduler.schedule(leader).isEmpty()) {
            reconciler.reconcile(leader);
        }
        if (!now.isBefore(nextCleaning)) {
            // Put off first: what goes wrong in there must not keep the next beats from runs.
            nextCleaning = now.plus(BETWEEN_CLEANINGS);
            if (janitor.clean(leader)) {
                nextCleaning = now;
            }
        }
    }

    /** Says once that something is wrong, not four times a second. */
    private void trouble(String message, @Nullable String why, @Nullable Exception defect) {
        if (!troubled) {
            LOG.warn(message, why, defect);
            troubled = true;
        }
    }

    private void resign() {
        if (leader != null) {
            leader.close();
            leader = null;
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-conductor");
        thread.setDaemon(true);
        return thread;
    }
}
