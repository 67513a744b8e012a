package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.audit.log.InclusionProof;
import io.animus.kernel.audit.log.Proofs;
import io.animus.kernel.audit.log.TreeHasher;
import io.animus.kernel.store.postgres.AuditLogRepository.LeafRow;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The audit log without a framework around it. Whoever measures it says when what happens, or lets it beat by itself. */
public final class BareLog implements AutoCloseable {
    private static final int BATCH = 10_000;
    private static final Caller CALLER = Caller.hub("bench");
    private static final Json.Members DETAILS = Json.object()
            .put("digest", Digest.of("bench".getBytes(UTF_8)).value())
            .put("size", 1_048_576)
            .build();

    private final Database database;
    private final Path keys;
    private final AuditTrail trail;
    private @Nullable Sequencer sequencer;
    private @Nullable Leader leader;

    /** On a database that it brings up to date first. */
    public BareLog(DatabaseAccess access, Path keys) {
        this.database = new Database(access);
        this.keys = keys;
        this.trail = new AuditTrail(database, Composition.none(), Clock.systemUTC(), new SecureRandom());
    }

    /** From now on the log beats by itself. */
    public void start() {
        sequencer =
                new Sequencer(database, trail, new LogStatus(new Metrics()), step -> {}, "", keys, Clock.systemUTC());
    }

    /** From now on the log moves when {@link #integrate} or {@link #grow} say so. */
    public void lead() {
        var elected = Leader.elect(
                        database, "sequencer", trail.node(), Clock.systemUTC().instant())
                .orElseThrow();
        database.write(tx -> {
            tx.auditLog().create(trail.ids().next("hub"), "log.example/bench");
            return tx.auditLog().lead(elected.epoch());
        });
        leader = elected;
    }

    /** Commits this many events in one transaction; returns the last one. */
    public TypeId record(int events) {
        var resource = trail.ids().next("dsv");
        return database.write(tx -> {
            var last = resource;
            for (var i = 0; i < events; i++) {
                last = trail.succeed(
                        tx,
                        CALLER,
                        Action.DATASET_VERSION_DOWNLOADED,
                        resource,
                        null,
                        DETAILS,
                        Clock.systemUTC().instant());
            }
            return last;
        });
    }

    /**
     * Commits events one by one through the ring, as refusals are; returns when all are committed.
     *
     * @param inFlight how many may be under way before the first of them is answered
     */
    public void recordAlone(int events, int inFlight) {
        var resource = trail.ids().next("dsv");
        var asked = new ArrayDeque<CompletableFuture<TypeId>>(inFlight);
        for (var i = 0; i < events; i++) {
            if (asked.size() == inFlight) {
                asked.remove().join();
            }
            asked.add(trail.append(new AuditTrail.Draft(
                    CALLER,
                    Action.DATASET_VERSION_DOWNLOADED,
                    Resource.of("datasetVersion", resource, null),
                    Outcome.SUCCESS,
                    null,
                    DETAILS,
                    Clock.systemUTC().instant())));
        }
        asked.forEach(CompletableFuture::join);
    }

    /** Puts all that is committed into the log; returns how many events that were. */
    public long integrate() {
        var integrator = new Integrator(database);
        var sum = 0L;
        int taken;
        do {
            taken = integrator.integrate(epoch());
            sum += taken;
        } while (taken > 0);
        return sum;
    }

    /** Appends leaves of which there are no events: the log can't tell. */
    public void grow(long leaves) {
        var hasher = new TreeHasher();
        for (var done = 0L; done < leaves; done += BATCH) {
            var first = done;
            var count = (int) Math.min(BATCH, leaves - done);
            database.write(tx -> {
                var from = Integrator.requireState(tx);
                var rows = new ArrayList<LeafRow>(count);
                for (var i = 0; i < count; i++) {
                    var number = ByteBuffer.allocate(Long.BYTES).putLong(first + i);
                    rows.add(new LeafRow(trail.ids().next("aud").number(), hasher.leaf(number.array())));
                }
                var growth =
                        from.frontier().append(rows.stream().map(LeafRow::hash).toList());
                tx.auditLog().append(epoch(), from, rows, growth, from.cursor());
                return true;
            });
        }
    }

    /** How many leaves there are. */
    public long size() {
        return database.read(tx -> tx.auditTree().size());
    }

    /** How many leaves are covered by a signed checkpoint. */
    public long covered() {
        return database.read(tx -> tx.checkpoints().covered());
    }

    /** Where an event is in the log. */
    public long indexOf(TypeId event) {
        return database.read(tx -> tx.auditTree().indexOf(event)).orElseThrow();
    }

    /** As a client asks for it: by index, in a transaction of its own. */
    public InclusionProof prove(long leaf, long size) {
        return database.read(tx -> new Proofs(tx.auditTree()).inclusion(leaf, size));
    }

    private long epoch() {
        if (leader == null) {
            throw new IllegalStateException("lead first");
        }
        return leader.epoch();
    }

    @Override
    public void close() {
        if (leader != null) {
            leader.close();
        }
        try {
            if (sequencer != null) {
                sequencer.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            trail.close();
            database.close();
        }
    }
}
