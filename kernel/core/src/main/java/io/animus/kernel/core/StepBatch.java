package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.AuditTrail.Deed;
import io.animus.kernel.core.RunProgression.Move;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.store.postgres.AttemptRepository.Ended;
import io.animus.kernel.store.postgres.AttemptRepository.Started;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import io.animus.kernel.store.postgres.StoredObjectRepository.StoredObject;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The rows of the steps of several runs: a constant number of statements for all of them. Not safe for several threads. */
final class StepBatch {
    private final Instant now;
    private final List<Started> starts = new ArrayList<>();
    private final List<Ended> ends = new ArrayList<>();
    private final List<Artifact> artifacts = new ArrayList<>();
    /** Of projects that are bound to a store. */
    private final List<StoredObject> stored = new ArrayList<>();

    private final List<Move> moves = new ArrayList<>();

    /** @param now the moment of all steps */
    StepBatch(Instant now) {
        this.now = now;
    }

    Instant now() {
        return now;
    }

    /** The executor has confirmed the start of the run's attempt. */
    void start(UnderWay run, Instant started, String node) {
        starts.add(new Started(run.attempt(), started, node));
    }

    /** The run's attempt is over. */
    void end(UnderWay run, AttemptEnd end) {
        ends.add(new Ended(run.attempt(), end));
    }

    /** What the run's attempt left, in the store of the run's project. */
    void keep(UnderWay run, List<Artifact> left) {
        artifacts.addAll(left);
        if (run.store() != null) {
            left.forEach(artifact -> stored.add(new StoredObject(run.project(), artifact.digest(), run.store())));
        }
    }

    /** The run goes on to {@code next}; every step moves its run exactly once. */
    void advance(UnderWay run, RunProgress next, Action action, Json.Members details) {
        moves.add(new Move(run.run(), run.project(), next, action, details));
    }

    /** Writes everything. */
    void write(Transaction tx, RunProgression progression) {
        progression.move(tx, moves, artifacts.stream().map(StepBatch::deed).toList(), now);
        // What is only inserted waits for the commit, and is asked for by nothing in between.
        tx.attempts().start(starts);
        tx.artifacts().insertProduced(artifacts);
        tx.storedObjects().insert(stored, now);
        tx.attempts().end(ends);
    }

    private static Deed deed(Artifact artifact) {
        var details = Json.object()
                .put("digest", artifact.digest().value())
                .put("kind", artifact.kind().word())
                .put("size", artifact.size())
                .build();
        return new Deed(Action.ARTIFACT_CREATED, artifact.id(), artifact.project(), details);
    }
}
