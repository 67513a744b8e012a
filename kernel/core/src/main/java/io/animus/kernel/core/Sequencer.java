package io.animus.kernel.core;

import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the audit log out of committed events, and signs it. Of several hubs on one database one does; the others stand by.
 * An event is covered by a signed checkpoint within a second of its commit.
 */
@Component(service = Sequencer.class, immediate = true, configurationPid = "io.animus.audit")
@Designate(ocd = Sequencer.Config.class)
public final class Sequencer {
    /** The audit log. */
    @ObjectClassDefinition(name = "Audit log")
    public @interface Config {
        @AttributeDefinition(
                description = "Names the log in everything that it signs, for ever; without scheme and spaces, such as"
                        + " hub.example.com/audit. Empty: a name made up at the first start. Can't be changed later")
        String origin() default "";

        @AttributeDefinition(description = "Folder of the private keys; empty: audit below the hub's data folder")
        String key__folder() default "";
    }

    private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);
    private static final String ROLE = "sequencer";
    private static final String HUB_PREFIX = "hub";

    /** Batches wait for company: at one event after the other the log would cost as much as the events. */
    private static final Duration BEAT = Duration.ofMillis(100);

    private static final Duration BETWEEN_CHECKPOINTS = Duration.ofMillis(500);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Database database;
    private final AuditTrail trail;
    private final String origin;
    private final Clock clock;
    private final Integrator integrator;
    private final LogKeys keys;
    private final CheckpointSigner signer;
    private final LogStatus status;
    private final Semaphore bell = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "animus-sequencer");
    private volatile boolean closing;
    private volatile boolean urgent;
    private volatile boolean leading;
    private @Nullable Leader leader;
    private Instant lastCheckpoint = Instant.EPOCH;
    private Instant lastLook = Instant.EPOCH;

    @Activate
    public Sequencer(
            BundleContext bundle,
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "status") LogStatus status,
            Config config) {
        this(
                database,
                trail,
                status,
                step -> {},
                config.origin(),
                folder(config, bundle.getProperty("karaf.data")),
                Clock.systemUTC());
    }

    Sequencer(
            Database database,
            AuditTrail trail,
            LogStatus status,
            Consumer<Integrator.Step> watch,
            String origin,
            Path keys,
            Clock clock) {
        this.database = database;
        this.trail = trail;
        this.status = status;
        this.integrator = new Integrator(database, watch);
        this.origin = origin;
        this.clock = clock;
        this.keys = new LogKeys(keys);
        this.signer = new CheckpointSigner(database, this.keys, clock, watch);
        thread.setDaemon(true);
        thread.start();
    }

    @Deactivate
    void close() throws InterruptedException {
        closing = true;
        bell.release();
        thread.join(TimeUnit.SECONDS.toMillis(10));
    }

    /** Asks for a checkpoint as soon as can be: somebody waits for one. */
    void hurry() {
        urgent = true;
        bell.release();
    }

    /** The private keys of this hub. */
    LogKeys keys() {
        return keys;
    }

    /** Whether this hub writes the log, as far as it knows. */
    boolean isLeading() {
        return leading;
    }

    private void run() {
        while (!closing) {
            beat();
            try {
                bell.tryAcquire(BEAT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                closing = true;
            }
            bell.drainPermits();
        }
        resign();
    }

    /** The outermost edge of this thread: nothing may end the beat. */
    private void beat() {
        try {
            advance();
        } catch (LogStoppedException e) {
            stopped(e.why(), null);
        } catch (DatabaseUnavailableException e) {
            stopped("The audit log can't be written: the database is away, or another hub has taken it over.", null);
            resign();
        } catch (RuntimeException e) {
            stopped("The audit log can't be written; the log of the hub says why.", e);
            resign();
        }
    }

    private void advance() {
        var now = clock.instant();
        if (leader == null || !leader.isAlive()) {
            resign();
            leader = lead(now).orElse(null);
            leading = leader != null;
        }
        if (leader != null) {
            var hurried = urgent;
            urgent = false;
            while (integrator.integrate(leader.epoch()) >= Integrator.BATCH && !isCheckpointDue()) {
                // More is waiting.
            }
            if (hurried || isCheckpointDue()) {
                status.covered(signer.sign(leader.epoch()));
                lastCheckpoint = clock.instant();
            }
        }
        status.runs();
        if (Duration.between(lastLook, now).compareTo(BETWEEN_LOOKS) >= 0) {
            lastLook = now;
            look(now);
        }
    }

    private boolean isCheckpointDue() {
        return Duration.between(lastCheckpoint, clock.instant()).compareTo(BETWEEN_CHECKPOINTS) >= 0;
    }

    /** How much is waiting, whoever leads: a long transaction holds all of it back. */
    private void look(Instant now) {
        database.read(tx -> {
            var state = tx.auditLog().find();
            if (state.isPresent()) {
                var waiting = tx.auditLog()
                        .firstPending(state.get().cursor(), state.get().rebased());
                status.look(
                        state.get().frontier().size(),
                        tx.checkpoints().covered(),
                        waiting.map(first -> Duration.between(first, now)).orElse(Duration.ZERO));
            }
            return state.isPresent();
        });
    }

    private Optional<Leader> lead(Instant now) {
        var elected = Leader.elect(database, ROLE, trail.node(), now);
        if (elected.isPresent()) {
            database.write(tx -> {
                var hub = trail.ids().next(HUB_PREFIX);
                tx.auditLog().create(hub, origin.isEmpty() ? "animus-hub.invalid/audit/" + hub : origin);
                return tx.auditLog().lead(elected.get().epoch());
            });
            var named = database.read(tx -> Integrator.requireState(tx).origin());
            if (!origin.isEmpty() && !origin.equals(named)) {
                LOG.warn("The audit log keeps its origin {}; the configured one, {}, is not used", named, origin);
            }
            LOG.info("this hub writes the audit log {} from now on", named);
        }
        return elected;
    }

    private void stopped(String why, @Nullable RuntimeException defect) {
        if (status.stops(why)) {
            LOG.warn(why, defect);
        }
    }

    private void resign() {
        if (leader != null) {
            leading = false;
            leader.close();
            leader = null;
        }
    }

    private static Path folder(Config config, @Nullable String data) {
        if (!config.key__folder().isEmpty()) {
            return Path.of(config.key__folder());
        }
        if (data == null) {
            throw new IllegalStateException("karaf.data must name the hub's data folder");
        }
        return Path.of(data, "audit");
    }
}
