package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.store.postgres.CheckpointRepository.Signed;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Transaction;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Exports the whole log as one file, for {@code animus-verify}. All leaves are in it, whoever asks; values are disclosed only
 * to those who may see them. Safe for many threads; a few exports at a time.
 */
@Component(service = AuditExport.class)
public final class AuditExport {
    private static final int AT_ONCE = 2;

    private final Gate gate;
    private final Database database;
    private final Semaphore places = new Semaphore(AT_ONCE);

    @Activate
    public AuditExport(@Reference(name = "gate") Gate gate, @Reference(name = "database") Database database) {
        this.gate = gate;
        this.database = database;
    }

    /**
     * An export that is on record and may be written.
     *
     * @param checkpoint up to which
     */
    public record Opened(Caller caller, Signed checkpoint, TypeId auditEvent) {
        /** What the file may be called. */
        public String fileName() {
            return "audit-log-" + checkpoint.size() + ".zip";
        }
    }

    /**
     * Puts on record that the caller exports the log.
     *
     * @param size of the checkpoint up to which, for one that a witness has cosigned since; null for the newest
     * @throws RefusedException {@code RATE_LIMITED} if enough others do
     */
    public Opened open(Caller caller, @Nullable Long size) {
        var target = Target.inHub(AuditLog.TYPE, null);
        var answer = gate.changeHub(caller, target, Permission.READ_AUDIT, null, change -> {
            if (places.availablePermits() == 0) {
                throw tooMany();
            }
            var checkpoint = size == null ? AuditLog.newest(change.tx()) : require(change.tx(), size);
            var hub = Integrator.requireState(change.tx()).hubId();
            var event = change.audit(
                    Action.AUDIT_READ,
                    hub,
                    Json.object().put("size", checkpoint.size()).build());
            return new Opened(caller, checkpoint, event);
        });
        return ((Answer.Done<Opened>) answer).value();
    }

    /**
     * Writes the file: the log as it was at the checkpoint, though it may grow meanwhile. Takes little memory and no long
     * transaction.
     *
     * @throws IOException if {@code out} takes no more, or too many others have begun since {@link #open}
     */
    public void write(Opened export, OutputStream out) throws IOException {
        if (!places.tryAcquire()) {
            throw new IOException(tooMany());
        }
        try {
            new LogFile(database, export.checkpoint(), AuditLog.auditor(export.caller())).write(out);
        } finally {
            places.release();
        }
    }

    private static Signed require(Transaction tx, long size) {
        return tx.checkpoints()
                .find(size)
                .orElseThrow(() -> RefusedException.of(
                        ProblemCode.INVALID_PARAMETER, "The log has no checkpoint that covers just so many leaves."));
    }

    private static RefusedException tooMany() {
        return RefusedException.of(
                ProblemCode.RATE_LIMITED, "The hub writes as many exports as it may. Try again in a minute.");
    }
}
