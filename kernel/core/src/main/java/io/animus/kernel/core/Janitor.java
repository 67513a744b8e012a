package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.AuditTrail.Deed;
import io.animus.kernel.domain.data.Upload;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.ToIntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Forgets what nobody asks for any more, and puts on record what came to nothing. */
@Component(service = Janitor.class)
public final class Janitor {
    /** How long a repeated request gets the first answer; at least the 24 hours that the API promises. */
    private static final Duration KEEP_ANSWERS = Duration.ofHours(48);

    /** How long a delivery to a webhook can be looked at and replayed after it has ended. */
    static final Duration KEEP_DELIVERIES = Duration.ofDays(30);

    private static final int BATCH = 1000;

    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;

    @Activate
    public Janitor(@Reference(name = "database") Database database, @Reference(name = "trail") AuditTrail trail) {
        this(database, trail, Clock.systemUTC());
    }

    Janitor(Database database, AuditTrail trail, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
    }

    /**
     * Cleans up a little, so that nobody who waits for the leader waits long.
     *
     * @return whether there is more
     */
    boolean clean(Leader leader) {
        var now = clock.instant();
        var then = now.minus(KEEP_ANSWERS);
        var ended = now.minus(KEEP_DELIVERIES);
        var first = Ids.first(Delivery.PREFIX, ended);
        var moreAnswers = isFull(leader, tx -> tx.idempotency().forgetBefore(then, BATCH));
        var moreDeliveries = isFull(leader, tx -> tx.deliveries().forgetBefore(first, ended, BATCH));
        var moreUploads = isFull(leader, this::expireUploads);
        return moreAnswers || moreDeliveries || moreUploads;
    }

    private int expireUploads(Transaction tx) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var expired = tx.uploads().expire(now, BATCH);
        trail.succeed(
                tx,
                Caller.hub("expireUploads"),
                expired.stream().map(Janitor::deed).toList(),
                now);
        return expired.size();
    }

    private static Deed deed(Upload upload) {
        var details = Json.object()
                .put("dataset", upload.dataset().value())
                .put("digest", upload.content().digest().value())
                .put("expires", upload.expires().toString())
                .build();
        return new Deed(Action.UPLOAD_EXPIRED, upload.id(), upload.project(), details);
    }

    private boolean isFull(Leader leader, ToIntFunction<Transaction> batch) {
        return database.write(tx -> {
            leader.fence(tx);
            return batch.applyAsInt(tx) == BATCH;
        });
    }
}
