package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.store.postgres.CheckpointRepository.LogKey;

/**
 * Brings a new key for the log. The first checkpoint that covers the event of it is signed by both keys, later ones by the new
 * one alone, and the private half of the old one is removed.
 */
final class KeyRotation {
    private final LogKeys keys;

    KeyRotation(LogKeys keys) {
        this.keys = keys;
    }

    /**
     * Records the rotation within a change.
     *
     * @return the new key
     * @throws RefusedException if the rotation before is not through yet
     */
    LogKey rotate(Change change) {
        var tx = change.tx();
        if (!CheckpointSigner.isSettled(tx)) {
            throw RefusedException.of(
                    ProblemCode.STATE_CONFLICT, "The last key has signed nothing yet. Try again when it has.");
        }
        var log = Integrator.requireState(tx);
        var known = tx.checkpoints().keys();
        var old = known.get(known.size() - 1);
        var made = keys.make(log.origin()).verifier(log.origin());
        var details = Json.object()
                .put("oldVkey", old.key().vkey())
                .put("newVkey", made.vkey())
                .build();
        var event = change.audit(Action.LOG_KEY_ROTATED, log.hubId(), details);
        var next = new LogKey(old.number() + 1, made, event, change.now());
        tx.checkpoints().insert(next);
        return next;
    }
}
