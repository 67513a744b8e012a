package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.audit.Leaf;
import io.animus.kernel.audit.log.ConsistencyProof;
import io.animus.kernel.audit.log.EntryBundle;
import io.animus.kernel.audit.log.LogProof;
import io.animus.kernel.audit.log.Proofs;
import io.animus.kernel.audit.log.Tile;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.store.postgres.AuditTreeRepository;
import io.animus.kernel.store.postgres.CheckpointRepository.Signed;
import io.animus.kernel.store.postgres.DisclosureRepository.Recorded;
import io.animus.kernel.store.postgres.Transaction;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The log over all events, as far as the newest checkpoint covers it: its tiles and proofs, for whoever may read any of the
 * audit, and single values of an event, for whoever may read that event. Safe for many threads.
 */
@Component(service = AuditLog.class)
public final class AuditLog {
    static final String TYPE = "auditLog";

    private static final String EVENT = "auditEvent";

    private final Gate gate;

    @Activate
    public AuditLog(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * Proof that an event is in the log.
     *
     * @param leaf what was hashed
     */
    public record Inclusion(TypeId event, Leaf leaf, LogProof proof) {}

    /** An event with the disclosures that were asked for and are there. */
    public record Disclosed(Inclusion inclusion, List<Disclosure> disclosures) {}

    /** The newest signed note, with the cosignatures there are. */
    public String checkpoint(Caller caller) {
        return read(caller, tx -> newest(tx).note().format());
    }

    /** Proves that an event which the caller may see is in the log. */
    public Inclusion inclusion(Caller caller, String event) {
        return gate.readHub(caller, Target.inHub(EVENT, event), Permission.READ_AUDIT, tx -> prove(tx, caller, event));
    }

    /**
     * Proves that the log at one size is the beginning of the log at another.
     *
     * @param to null for that of the newest checkpoint
     */
    public ConsistencyProof consistency(Caller caller, long from, @Nullable Long to) {
        return read(caller, tx -> {
            var covered = newest(tx).size();
            var end = to == null ? covered : to;
            if (from > end || end > covered) {
                throw RefusedException.of(
                        ProblemCode.INVALID_PARAMETER,
                        "Ask for sizes with from ≤ to ≤ %d, which is what the newest checkpoint covers."
                                .formatted(covered));
            }
            return new Proofs(tx.auditTree()).consistency(from, end);
        });
    }

    /** The hashes of a tile. */
    public byte[] tile(Caller caller, Tile tile) {
        return read(caller, tx -> {
            requireCovered(tx, tile);
            return Objects.requireNonNull(tx.auditTree().read(List.of(tile)).get(tile));
        });
    }

    /** The leaves under a tile of level 0. */
    public byte[] entries(Caller caller, Tile tile) {
        return read(caller, tx -> {
            requireCovered(tx, tile);
            return EntryBundle.encode(tx.auditTree().entries(tile.start(), tile.end()).stream()
                    .map(AuditTreeRepository.Entry::leaf)
                    .toList());
        });
    }

    /**
     * Hands out what opens single values of an event, with proof that it is in the log; on record.
     *
     * @param paths of the values; those that the event does not have, or that were erased, are left out
     */
    public Answer<Disclosed> disclose(Caller caller, String event, List<String> paths) {
        return gate.changeHub(caller, Target.inHub(EVENT, event), Permission.READ_AUDIT, null, change -> {
            var inclusion = prove(change.tx(), caller, event);
            var shown = require(change.tx(), caller, event).disclosures().stream()
                    .filter(disclosure -> paths.contains(disclosure.path()))
                    .toList();
            change.audit(
                    Action.AUDIT_READ,
                    inclusion.event(),
                    Json.object()
                            .put(
                                    "paths",
                                    Json.texts(
                                            shown.stream().map(Disclosure::path).toList()))
                            .build());
            return new Disclosed(inclusion, shown);
        });
    }

    /** Null for whoever sees all events; otherwise only those of the projects in which this one is an auditor are seen. */
    static @Nullable Principal auditor(Caller caller) {
        return Permission.READ_AUDIT.isGranted(Set.of(), caller.systemRoles()) ? null : caller.principal();
    }

    /** @throws RefusedException if nothing was ever signed */
    static Signed newest(Transaction tx) {
        return tx.checkpoints()
                .latest()
                .orElseThrow(() -> RefusedException.of(
                        ProblemCode.NOT_COVERED, "The log has no checkpoint yet. Ask again in a second."));
    }

    private <T> T read(Caller caller, Function<Transaction, T> work) {
        return gate.readHub(caller, Target.inHub(TYPE, null), Permission.READ_AUDIT, work);
    }

    private static Recorded require(Transaction tx, Caller caller, String event) {
        if (!TypeId.isForm(AuditEvent.ID_PREFIX, event)) {
            throw RefusedException.notFound("audit event");
        }
        return tx.disclosures()
                .find(new TypeId(event), auditor(caller))
                .orElseThrow(() -> RefusedException.notFound("audit event"));
    }

    private static Inclusion prove(Transaction tx, Caller caller, String event) {
        var recorded = require(tx, caller, event);
        var id = new TypeId(event);
        var signed = newest(tx);
        var index = tx.auditTree()
                .indexOf(id)
                .filter(found -> found < signed.size())
                .orElseThrow(() -> RefusedException.of(
                        ProblemCode.NOT_COVERED, "No checkpoint covers the event yet. Ask again in a second."));
        var proof = new Proofs(tx.auditTree()).inclusion(index, signed.size());
        return new Inclusion(id, recorded.leaf(), new LogProof(proof, signed.note()));
    }

    private static void requireCovered(Transaction tx, Tile tile) {
        if (!tile.isWithin(newest(tx).size())) {
            throw RefusedException.notFound("tile");
        }
    }
}
