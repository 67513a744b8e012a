package io.animus.kernel.core;

import io.animus.api.database.DatabaseAccess;
import io.animus.api.database.DatabaseAccess.Credentials;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.store.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A hub that only makes its audit log grow, as a program of its own: until it is killed, or until it has closed the accounts of
 * those that were killed and exported the log.
 */
public final class LogProgram {
    /** The line that it writes when it is to be killed. */
    public static final String MAY_DIE = "may die";

    /** Says so in the middle of its work, and works on. */
    public static final String ANYWHERE = "ANYWHERE";

    private static final String EXPORT = "EXPORT";
    private static final int HEAP_MEGABYTES = 128;
    private static final int BATCHES_BEFORE = 4;
    private static final int PARTS = 8;
    private static final int WRITERS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Database database;
    private final AuditTrail trail;
    private final AtomicInteger batches = new AtomicInteger();
    private final Random random = new Random(1);

    private LogProgram(DatabaseAccess access) {
        database = new Database(access);
        trail = new AuditTrail(database, Composition.none());
    }

    /** Where it can stand still: the steps of integrator and signer. */
    public static List<String> steps() {
        return Arrays.stream(Integrator.Step.values()).map(Enum::name).toList();
    }

    /**
     * Starts one that is to be killed.
     *
     * @param where one of {@link #steps}, at which it stands still, or {@link #ANYWHERE}
     */
    public static Process start(DatabaseAccess access, Path keys, String where) throws IOException {
        return start(access, keys, where, Path.of(""), HEAP_MEGABYTES);
    }

    /** Starts one that ends in order and leaves the log in a file. */
    public static Process export(DatabaseAccess access, Path keys, Path file) throws IOException {
        return export(access, keys, file, HEAP_MEGABYTES);
    }

    /** The same with a heap of this size. */
    public static Process export(DatabaseAccess access, Path keys, Path file, int heapMegabytes) throws IOException {
        return start(access, keys, EXPORT, file, heapMegabytes);
    }

    /** Has one live in this process for as long as it takes to record large events, 100 at a time. */
    public static void record(DatabaseAccess access, int hundreds, int bytes) throws InterruptedException {
        var program = new LogProgram(access);
        var lifecycle = new Lifecycle(program.database, program.trail, Clock.systemUTC());
        for (var i = 0; i < hundreds; i++) {
            // A slow machine takes longer than a hub without a heartbeat may give numbers.
            lifecycle.beat();
            program.record(100, bytes);
        }
        lifecycle.close();
        program.database.close();
    }

    private static Process start(DatabaseAccess access, Path keys, String what, Path file, int heapMegabytes)
            throws IOException {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LogProgram.class.getName(),
                access.url(),
                access.owner().user(),
                access.runtime().user(),
                keys.toString(),
                what,
                file.toString());
        builder.environment().put("OWNER_PASSWORD", access.owner().password());
        builder.environment().put("HUB_PASSWORD", access.runtime().password());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** For {@link #start}. */
    public static void main(String[] words) throws Exception {
        var access = new DatabaseAccess(
                words[0],
                new Credentials(words[1], System.getenv("OWNER_PASSWORD")),
                new Credentials(words[2], System.getenv("HUB_PASSWORD")));
        new LogProgram(access).run(Path.of(words[3]), words[4], Path.of(words[5]));
    }

    private void run(Path keys, String what, Path file) throws IOException, InterruptedException {
        var lifecycle = new Lifecycle(database, trail, Clock.systemUTC());
        var sequencer = new Sequencer(
                database,
                trail,
                new LogStatus(new Metrics()),
                step -> reach(step, what),
                "hub.example/audit",
                keys,
                Clock.systemUTC());
        if (!what.equals(EXPORT)) {
            for (var i = 0; i < WRITERS; i++) {
                new Thread(this::write, "writer").start();
            }
            return;
        }
        record(1, 0);
        await(() -> {
            lifecycle.beat();
            return database.read(tx -> tx.auditNodes().silent(List.of())).isEmpty();
        });
        lifecycle.close();
        await(this::isCovered);
        var newest = database.read(tx -> tx.checkpoints().latest()).orElseThrow();
        try (var out = Files.newOutputStream(file)) {
            new LogFile(database, newest, null).write(out);
        }
        sequencer.close();
        database.close();
    }

    private void reach(Integrator.Step step, String what) {
        var isHere = step.name().equals(what);
        if ((isHere || what.equals(ANYWHERE) && step == Integrator.Step.COMMITTED)
                && batches.getAndIncrement() == BATCHES_BEFORE) {
            System.out.println(MAY_DIE);
            while (isHere) {
                LockSupport.park();
            }
        }
    }

    private void write() {
        while (true) {
            record(1, 0);
        }
    }

    /** Events of one transaction, with details of so many bytes that no compression makes small. */
    private void record(int events, int bytes) {
        var node = new TypeId(trail.ids().next("node").value());
        database.write(tx -> {
            for (var i = 0; i < events; i++) {
                var details = Json.object();
                for (var part = 0; part < PARTS && bytes > 0; part++) {
                    var noise = new byte[bytes / PARTS];
                    random.nextBytes(noise);
                    details.put("part" + part, Base64.getEncoder().encodeToString(noise));
                }
                var now = Clock.systemUTC().instant();
                trail.succeed(tx, Caller.hub("test"), Action.COMPOSITION_CHANGED, node, null, details.build(), now);
            }
            return events;
        });
    }

    private boolean isCovered() {
        return database.read(tx -> {
            var state = Integrator.requireState(tx);
            return tx.auditLog().firstPending(state.cursor(), state.rebased()).isEmpty()
                    && tx.checkpoints().covered() == state.frontier().size();
        });
    }

    private static void await(BooleanSupplier condition) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
