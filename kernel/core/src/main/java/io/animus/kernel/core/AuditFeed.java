package io.animus.kernel.core;

import static java.util.stream.Collectors.toMap;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.kernel.audit.AuditText;
import io.animus.kernel.domain.delivery.SinkFeed;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds one sink from the audit log, in leaf order, on a thread of its own: what another sink does costs this one nothing.
 * The cursor is stored after each batch, so that a crash repeats the last one and loses none.
 */
final class AuditFeed implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditFeed.class);
    private static final BackOff AWAY = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final BackOff REFUSING = new BackOff(Duration.ofSeconds(30), Duration.ofMinutes(1));
    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final int LONGEST_REASON = 500;

    private final Database database;
    private final Ports ports;
    private final Leader leader;
    private final String name;
    private final Limits limits;
    private final Clock clock;
    private final Semaphore bell = new Semaphore(0);
    private final Lines lines;
    private final FeedReader reader;
    private final FeedPace pace;

    private volatile boolean closing;
    private volatile boolean idle;
    private @Nullable AuditSink known;
    private @Nullable FeedCursor cursor;
    private int failures;

    /**
     * How a sink is fed.
     *
     * @param batch entries of one call
     * @param bytes of leaves after which a batch ends
     * @param deadline of a call
     * @param others those who work with the hub
     */
    record Limits(int batch, long bytes, Duration deadline, FeedCursor.Window window, FeedPace.Others others) {
        static final Limits DEFAULT = new Limits(
                AuditSink.MAX_BATCH, 4L << 20, Duration.ofSeconds(30), FeedCursor.Window.DEFAULT, FeedPace.Others.NONE);
    }

    /** One place in front of each sink: one call at a time, even when one didn't end at its deadline. Safe for many threads. */
    static final class Lines {
        private final Map<AuditSink, Semaphore> places = new WeakHashMap<>();

        private synchronized Semaphore of(AuditSink sink) {
            return places.computeIfAbsent(sink, one -> new Semaphore(1));
        }
    }

    AuditFeed(Database database, Ports ports, Lines lines, Leader leader, String name, Limits limits, Clock clock) {
        this.database = database;
        this.ports = ports;
        this.lines = lines;
        this.leader = leader;
        this.name = name;
        this.limits = limits;
        this.clock = clock;
        this.pace = new FeedPace(limits.others());
        this.reader = new FeedReader(database, "animus-feed-ahead-" + name, limits.bytes(), pace);
    }

    @Override
    public void run() {
        try (reader) {
            while (!closing) {
                pause(step());
            }
        } catch (InterruptedException e) {
            // The feed is closed.
        }
    }

    /** Something new may be there. */
    void ring() {
        if (idle) {
            bell.release();
        }
    }

    /** The sink is another object, or somebody wants a replay: no need to wait any longer. */
    void renew() {
        bell.release();
    }

    /** The thread that runs this is interrupted by whoever owns it. */
    void close() {
        closing = true;
        bell.release();
    }

    private void pause(Duration rest) throws InterruptedException {
        if (!rest.isZero() && bell.tryAcquire(rest.toNanos(), TimeUnit.NANOSECONDS)) {
            bell.drainPermits();
        }
        if (idle || failures > 0) {
            pace.restart();
        }
        idle = false;
    }

    /** Does what comes next; the outermost edge of this thread. */
    private Duration step() throws InterruptedException {
        var sink = ports.sinks().get(name);
        if (sink == null) {
            return IDLE;
        }
        if (sink != known) {
            known = sink;
            cursor = null;
            reader.forget();
            failures = 0;
        }
        try {
            return feed(sink);
        } catch (ExternalSystemException e) {
            return failed(e.reason() == Reason.UNAVAILABLE ? SinkFeed.State.WAITING : SinkFeed.State.HELD, e);
        } catch (DatabaseUnavailableException e) {
            // Whether the cursor was stored is not known, so it is read again.
            cursor = null;
            reader.forget();
            return IDLE;
        } catch (RuntimeException e) {
            LOG.error("The audit sink {} can't be fed, for a reason that is a defect", name, e);
            return failed(SinkFeed.State.WAITING, e);
        }
    }

    /**
     * What is to be done next.
     *
     * @param replay dead letters that somebody wants sent again; they come first
     * @param last leaf index of the log
     */
    private record Next(SinkFeed sink, FeedCursor cursor, List<Long> replay, long last) {}

    private Duration feed(AuditSink sink) throws InterruptedException {
        var next = database.read(tx -> next(tx, sink));
        cursor = next.cursor();
        if (!next.replay().isEmpty()) {
            replay(sink, next);
            return Duration.ZERO;
        }
        if (next.last() < next.cursor().next()) {
            idle = true;
            return IDLE;
        }
        return deliver(sink, next);
    }

    private Next next(Transaction tx, AuditSink sink) {
        var row = tx.sinks().find(name).orElseThrow();
        var place = cursor == null ? new FeedCursor(row, sink.acknowledges(), limits.window()) : cursor;
        var wanted = tx.deadLetters().wanted(row.id(), limits.batch());
        return new Next(row, place, wanted, tx.auditTree().size() - 1);
    }

    /** Sends a batch; while others need the machine too, in pieces with rests between. The cursor is stored behind the last. */
    private Duration deliver(AuditSink sink, Next next) throws InterruptedException {
        var place = next.cursor();
        var before = place.settled();
        var end = Math.min(before + limits.batch(), next.last());
        while (true) {
            Sent sent;
            try {
                sent = piece(sink, next);
            } catch (ExternalSystemException e) {
                if (place.settled() > before) {
                    store(next, Receipt.all(List.of()));
                }
                throw e;
            }
            var rest = place.settled() < next.last() ? pace.rest(sent.entries()) : Duration.ZERO;
            if (!pace.isShared()
                    || place.settled() >= end
                    || !sent.isSmooth()
                    || ports.sinks().get(name) != sink) {
                store(next, sent.receipt());
                sent.requireWhole();
                failures = 0;
                return rest;
            }
            pause(rest);
        }
    }

    /** What became of a piece with so many entries. */
    private record Sent(int entries, Receipt receipt) {
        boolean isSmooth() {
            return receipt.settled() == entries && receipt.refused().isEmpty();
        }

        void requireWhole() {
            if (receipt.settled() < entries) {
                throw new ExternalSystemException(
                        Reason.UNAVAILABLE, "it took only " + receipt.settled() + " of " + entries + " entries");
            }
        }
    }

    private Sent piece(AuditSink sink, Next next) throws InterruptedException {
        var place = next.cursor();
        var filter = next.sink().filter();
        var entries = pace.entries(limits.batch());
        var piece = reader.read(new FeedReader.Place(place.next(), filter), entries, next.last());
        if (!pace.isShared()) {
            reader.readAhead(new FeedReader.Place(piece.end() + 1, filter), entries, next.last());
        }
        var batch = piece.entries();
        var receipt = batch.isEmpty() ? Receipt.all(batch) : send(sink, batch);
        var isWhole = receipt.settled() == batch.size();
        if (!isWhole && receipt.settled() == 0) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "it took none of " + batch.size() + " entries");
        }
        var settled = isWhole ? piece.end() : batch.get(receipt.settled() - 1).index();
        place.settle(settled, receipt.settled(), clock.instant());
        return new Sent(batch.size(), receipt);
    }

    private void store(Next next, Receipt receipt) {
        var now = clock.instant();
        var place = next.cursor();
        store(tx -> {
            tx.deadLetters().insert(next.sink().id(), reasons(receipt), now);
            tx.sinks().advance(next.sink().id(), place.settled(), place.rewind(), now);
        });
    }

    private void replay(AuditSink sink, Next next) {
        var batch = reader.read(next.replay());
        var receipt = send(sink, batch);
        if (receipt.settled() == 0) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "it took none of " + batch.size() + " dead letters");
        }
        var replayed =
                batch.stream().limit(receipt.settled()).map(AuditEntry::index).toList();
        store(tx -> tx.deadLetters().settle(next.sink().id(), replayed, reasons(receipt), clock.instant()));
        failures = 0;
    }

    private Receipt send(AuditSink sink, List<AuditEntry> batch) {
        var receipt = ports.sink(sink, limits.deadline(), plugin -> alone(plugin, pace.givingWay(batch)));
        var settled = new HashSet<Long>();
        batch.stream().limit(receipt.settled()).forEach(entry -> settled.add(entry.index()));
        if (receipt.settled() > batch.size()
                || !receipt.refused().stream().allMatch(refused -> settled.contains(refused.index()))) {
            throw new IllegalStateException("the sink " + name + " settles what it was not given");
        }
        return receipt;
    }

    private Receipt alone(AuditSink sink, List<AuditEntry> batch) {
        var line = lines.of(sink);
        if (!line.tryAcquire()) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "a call that ran out of time has not ended yet");
        }
        try {
            return sink.deliver(batch);
        } finally {
            line.release();
        }
    }

    private void store(Consumer<Transaction> work) {
        database.write(tx -> {
            leader.fence(tx);
            work.accept(tx);
            return true;
        });
    }

    private Duration failed(SinkFeed.State state, RuntimeException failure) {
        if (closing) {
            return Duration.ZERO;
        }
        failures++;
        reader.forget();
        if (cursor != null) {
            cursor.startAgain();
        }
        var reason = AuditText.fit(String.valueOf(failure.getMessage()), LONGEST_REASON);
        if (failures == 1) {
            LOG.warn("The audit sink {} takes nothing now: {}", name, reason);
        }
        try {
            store(tx -> tx.sinks().find(name).ifPresent(sink -> tx.sinks()
                    .stop(sink.id(), state, reason, clock.instant())));
        } catch (DatabaseUnavailableException e) {
            cursor = null;
        }
        var backOff = state == SinkFeed.State.HELD ? REFUSING : AWAY;
        return backOff.after(failures, ThreadLocalRandom.current());
    }

    private static Map<Long, String> reasons(Receipt receipt) {
        return receipt.refused().stream()
                .collect(toMap(
                        Receipt.Refused::index,
                        refused -> AuditText.fit(refused.reason(), LONGEST_REASON),
                        (first, again) -> first));
    }
}
