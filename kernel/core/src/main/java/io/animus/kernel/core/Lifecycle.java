package io.animus.kernel.core;

import static java.util.stream.Collectors.toSet;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.store.postgres.AuditNodeRepository.Horizon;
import io.animus.kernel.store.postgres.AuditNodeRepository.Node;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts on record that this hub starts, lives and stops, and accounts for the numbers of its events, so that a log from which
 * one was taken shows the gap. Lives that ended without a word are closed by whichever hub finds them.
 */
@Component(service = Lifecycle.class, immediate = true)
public final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
    private static final Caller CALLER = Caller.hub("lifecycle");
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    /** How long before its number an event may have got its id. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofHours(1);

    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(Lifecycle::thread);
    private final Map<String, Long> silentSince = new HashMap<>();
    /** Earlier lives of this process that are not closed yet. */
    private final Set<String> over = new HashSet<>();

    private @Nullable Doubt doubt;
    private boolean troubled;

    /** Events of which the database can say whether they are committed once it has passed a transaction. */
    private record Doubt(List<TypeId> events, long until) {}

    @Activate
    public Lifecycle(@Reference(name = "database") Database database, @Reference(name = "trail") AuditTrail trail) {
        this(database, trail, Clock.systemUTC());
        beats.schedule(this::safely, trail.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Beats only when it is told to. */
    Lifecycle(Database database, AuditTrail trail, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
        if (trail.numbers().isClosed()) {
            trail.begin();
        }
        start();
    }

    @Deactivate
    void close() throws InterruptedException {
        beats.shutdownNow();
        beats.awaitTermination(10, TimeUnit.SECONDS);
        try {
            stop();
        } catch (DatabaseUnavailableException e) {
            LOG.warn(
                    "The stop of this hub is not on record: the database is away. Another start will close its account");
        }
    }

    private void start() {
        var since = System.nanoTime();
        var now = clock.instant();
        var details = Json.object()
                .put("heartbeatSeconds", trail.heartbeat().toSeconds())
                .put("java", Runtime.version().toString())
                .build();
        database.write(tx -> {
            tx.auditNodes().start(trail.node(), floor(now), trail.heartbeat(), now);
            trail.open(tx, CALLER, details, now);
            return true;
        });
        stayFresh(since);
    }

    /** The outermost edge of this thread: nothing may end the beat. What failed is tried again before numbers run out. */
    private void safely() {
        var pause = trail.heartbeat();
        try {
            beat();
            troubled = false;
        } catch (DatabaseUnavailableException e) {
            missed(e, null);
            pause = BETWEEN_ATTEMPTS;
        } catch (RuntimeException e) {
            missed(e, e);
            pause = BETWEEN_ATTEMPTS;
        }
        try {
            beats.schedule(this::safely, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The hub stops, so this was the last heartbeat");
        }
    }

    private void missed(RuntimeException why, @Nullable RuntimeException defect) {
        if (!troubled) {
            LOG.warn("No heartbeat of this hub is on record now: {}", why.getMessage(), defect);
            troubled = true;
        }
    }

    /** A sign of life, with what became of the numbers so far. */
    void beat() {
        if (trail.numbers().isStale()) {
            beginAnother();
            LOG.warn("No sign of life of this hub was on record for too long; it goes on under another name");
        } else {
            settleDoubts();
            var since = System.nanoTime();
            if (account(Action.NODE_HEARTBEAT)) {
                stayFresh(since);
            } else {
                LOG.error("Others have declared this hub lost; it goes on under another name");
                beginAnother();
            }
        }
        closeTheLost();
    }

    private void beginAnother() {
        over.add(trail.node());
        trail.begin();
        doubt = null;
        start();
    }

    /** False if this life was declared over. */
    private boolean account(Action action) {
        var now = clock.instant();
        try {
            return database.write(tx -> {
                var account = trail.account(
                        tx,
                        CALLER,
                        action,
                        numbers -> Json.object()
                                .put("lastSeq", numbers.number())
                                .put("voided", ranges(numbers.voided()))
                                .build(),
                        now);
                if (!tx.auditNodes().beat(trail.node(), account.settled(), floor(now))) {
                    throw new LifeOverException();
                }
                return action != Action.NODE_STOPPED || tx.auditNodes().end(trail.node(), now);
            });
        } catch (LifeOverException e) {
            return false;
        }
    }

    private void stop() throws InterruptedException {
        var isQuiet = trail.numbers().close(PATIENCE);
        settleDoubts();
        settleDoubts();
        if (!isQuiet || !trail.numbers().doubtful().isEmpty() || !account(Action.NODE_STOPPED)) {
            LOG.warn(
                    "The stop of this hub is not on record: it is not known what became of its last events. Another start"
                            + " will close its account");
        }
    }

    private void settleDoubts() {
        var waiting = doubt;
        if (waiting == null) {
            var events = trail.numbers().doubtful();
            doubt = events.isEmpty() ? null : new Doubt(events, horizon().next());
        } else if (horizon().oldest() >= waiting.until()) {
            var committed = database.read(tx -> tx.auditNodes().committed(waiting.events()));
            trail.numbers().settle(waiting.events(), committed);
            doubt = null;
        }
    }

    private void closeTheLost() {
        var silent = database.read(tx -> tx.auditNodes().silent(over));
        over.retainAll(silent.stream().map(Node::node).collect(toSet()));
        silentSince.keySet().retainAll(silent.stream().map(Node::node).collect(toSet()));
        var horizon = horizon();
        for (var node : silent) {
            // Silent for three beats it gives no numbers any more; what it gave is over when the horizon has passed.
            var since = silentSince.putIfAbsent(node.node(), horizon.next());
            if (since != null && horizon.oldest() >= since && !node.node().equals(trail.node())) {
                database.write(tx -> closeLost(tx, node));
                LOG.warn("Closed the account of {}, which ended without a word", node.node());
            }
        }
    }

    private boolean closeLost(Transaction tx, Node node) {
        var now = clock.instant();
        if (!tx.auditNodes().end(node.node(), now)) {
            return false;
        }
        var found = tx.auditNodes().numbers(node);
        var last = found.isEmpty() ? node.settled() : found.get(found.size() - 1);
        var missing = new ArrayList<Long>();
        var known = new HashSet<>(found);
        for (var number = node.settled() + 1; number < last; number++) {
            if (!known.contains(number)) {
                missing.add(number);
            }
        }
        var details = Json.object()
                .put("node", node.node())
                .put("lastSeq", last)
                .put("voided", ranges(missing))
                .build();
        var lost = new TypeId(node.node().substring(node.node().lastIndexOf('/') + 1));
        trail.succeed(tx, CALLER, Action.NODE_LOST, lost, null, details, now);
        return true;
    }

    private Horizon horizon() {
        return database.read(tx -> tx.auditNodes().horizon());
    }

    private void stayFresh(long since) {
        trail.numbers().stayFresh(since, trail.heartbeat().multipliedBy(2));
    }

    private static TypeId floor(Instant now) {
        return Ids.first(AuditEvent.ID_PREFIX, now.minus(LONGEST_TRANSACTION));
    }

    /** Ascending numbers as {@code [[from,to],…]}. */
    static Json ranges(List<Long> numbers) {
        var ranges = new ArrayList<Json>();
        for (var i = 0; i < numbers.size(); ) {
            var from = i;
            while (i + 1 < numbers.size() && numbers.get(i + 1) == numbers.get(i) + 1) {
                i++;
            }
            ranges.add(Json.array(Json.of(numbers.get(from)), Json.of(numbers.get(i))));
            i++;
        }
        return Json.array(ranges);
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-lifecycle");
        thread.setDaemon(true);
        return thread;
    }

    /** Rolls back what the account of a life would say that is over. */
    private static final class LifeOverException extends RuntimeException {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        LifeOverException() {
            super("over", null, false, false);
        }
    }
}
