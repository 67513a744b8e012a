package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.Frontier;
import io.animus.kernel.audit.log.Proofs;
import io.animus.kernel.audit.log.TreeHasher;
import io.animus.kernel.store.postgres.AuditLogRepository.State;
import io.animus.kernel.store.postgres.CheckpointRepository.LogKey;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Consumer;

/** What of one hub process writes the audit log, on a database that it shares with others. */
final class LogHub implements AutoCloseable {
    private final Kernel kernel;
    private final Database database;
    private final AuditTrail trail;
    private final Path keys;
    private Sequencer sequencer;

    LogHub(Kernel kernel, Path keys) {
        this.kernel = kernel;
        this.keys = keys;
        database = kernel.anotherDatabase();
        trail = new AuditTrail(database, Composition.none(), kernel.clock(), new SecureRandom());
    }

    Database database() {
        return database;
    }

    AuditTrail trail() {
        return trail;
    }

    /** Starts a sequencer that beats by itself. */
    Sequencer run(LogStatus status) {
        sequencer = new Sequencer(database, trail, status, step -> {}, "", keys, kernel.clock());
        return sequencer;
    }

    Integrator integrator(Consumer<Integrator.Step> watch) {
        return new Integrator(database, watch);
    }

    CheckpointSigner signer() {
        return signer(step -> {});
    }

    CheckpointSigner signer(Consumer<Integrator.Step> watch) {
        return new CheckpointSigner(database, new LogKeys(keys), kernel.clock(), watch);
    }

    /** Leads from now on, by hand; waits until who led before has let go. */
    Leader lead() {
        var leader = Await.present(() ->
                Leader.elect(database, "sequencer", trail.node(), kernel.clock().instant()));
        database.write(tx -> {
            tx.auditLog().create(trail.ids().next("hub"), "log.example/test");
            return tx.auditLog().lead(leader.epoch());
        });
        return leader;
    }

    /** Records that this many things happened, each in a transaction of its own. */
    void record(int count) {
        for (var i = 0; i < count; i++) {
            record();
        }
    }

    /** Records that something happened. */
    TypeId record() {
        var node = new TypeId(kernel.trail().ids().next("node").value());
        return database.write(tx -> trail.succeed(
                tx,
                Caller.hub("test"),
                Action.COMPOSITION_CHANGED,
                node,
                null,
                Json.object().build(),
                kernel.clock().instant()));
    }

    State state() {
        return database.read(tx -> tx.auditLog().find()).orElseThrow();
    }

    /**
     * Every committed event is in the log exactly once, in order and without holes, the tree is that of the leaves, and every
     * checkpoint that was ever signed is the beginning of it.
     */
    void assertWhole() {
        assertThat(kernel.column("select count(*) from audit_event"))
                .isEqualTo(kernel.column("select count(distinct event_id) from audit_leaf"))
                .isEqualTo(kernel.column("select count(*) from audit_leaf"))
                .isEqualTo(kernel.column("select size from audit_log"));
        assertThat(kernel.column("select coalesce(max(leaf_index) + 1, 0) from audit_leaf"))
                .isEqualTo(kernel.column("select size from audit_log"));
        assertThat(
                        kernel.column(
                                "select count(*) from (select leaf_index, row_number() over (order by e.tx, e.id) - 1 as n"
                                        + " from audit_leaf l join audit_event e on e.id = l.event_id) o where n <> leaf_index"))
                .containsExactly("0");
        database.read(tx -> {
            var size = tx.auditTree().size();
            var hasher = new TreeHasher();
            var leaves = tx.auditTree().entries(0, size).stream()
                    .map(entry -> hasher.leaf(entry.leaf()))
                    .toList();
            var rebuilt = Frontier.EMPTY.append(leaves).frontier();
            var proofs = new Proofs(tx.auditTree());
            assertThat(rebuilt).isEqualTo(state().frontier());
            assertThat(proofs.root(size)).isEqualTo(rebuilt.root());
            var keys = tx.checkpoints().keys().stream().map(LogKey::key).toList();
            for (var one : kernel.column("select size from audit_checkpoint order by size")) {
                var note =
                        tx.checkpoints().find(Long.parseLong(one)).orElseThrow().note();
                var signed = Checkpoint.parse(note.text());
                assertThat(signed.root()).isEqualTo(proofs.root(signed.size()));
                assertThat(keys).anyMatch(note::isSignedBy);
            }
            return true;
        });
    }

    @Override
    public void close() {
        if (sequencer != null) {
            try {
                sequencer.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        database.close();
    }
}
