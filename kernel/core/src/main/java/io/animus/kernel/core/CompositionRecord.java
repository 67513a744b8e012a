package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.AuditTrail.Draft;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.Transaction.End;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has what is installed on record before anything refers to it, and says with the first event after a change that it was
 * changed. Safe for many threads.
 */
final class CompositionRecord {
    private static final String TYPE = "composition";

    private final Composition composition;
    private final AtomicBoolean announcing = new AtomicBoolean();
    private volatile @Nullable Digest known;

    CompositionRecord(Composition composition) {
        this.composition = composition;
    }

    CompositionContents now() {
        return composition.contents();
    }

    /**
     * Writes it with this transaction, unless an earlier one did.
     *
     * @param announce gets the event of the change; not called for the first composition of a life, which the start of the hub
     *     tells
     */
    void record(Transaction tx, CompositionContents contents, Instant now, Consumer<Draft> announce) {
        if (contents.digest().equals(known)) {
            return;
        }
        tx.compositions().insert(contents.digest(), contents.json(), now);
        // An event that waited may refer to what was installed before.
        if (composition.isStill(contents) && announcing.compareAndSet(false, true)) {
            announce(tx, contents.digest(), now, announce);
        }
    }

    private void announce(Transaction tx, Digest digest, Instant now, Consumer<Draft> announce) {
        var before = known;
        if (digest.equals(before)) {
            announcing.set(false);
            return;
        }
        tx.whenOver(end -> {
            if (end == End.COMMITTED) {
                known = digest;
            }
            announcing.set(false);
        });
        if (before != null) {
            announce.accept(changed(before, digest, now));
        }
    }

    private static Draft changed(Digest before, Digest after, Instant now) {
        return new Draft(
                Caller.hub(TYPE),
                Action.COMPOSITION_CHANGED,
                new Resource(TYPE, after.value(), null),
                Outcome.SUCCESS,
                null,
                Json.object()
                        .put("before", before.value())
                        .put("after", after.value())
                        .build(),
                now);
    }
}
