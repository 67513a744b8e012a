package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.access.Permission;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Erases personal data from the record. The leaves stay, and with them everything that was proven. Safe for many threads.
 */
@Component(service = AuditErasure.class)
public final class AuditErasure {
    /** The most events of which one request erases values: their ids stand in the event that records it. */
    public static final int BATCH = 250;

    /** What tells who acted and from where. */
    public static final List<String> WHO = List.of("/actor/subject", "/actor/onBehalfOf", "/sourceIp", "/userAgent");

    private final Gate gate;

    @Activate
    public AuditErasure(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * What is to be erased.
     *
     * @param subject of an actor, in whose events values are erased; null if {@code events} says in which
     * @param events at most {@link #BATCH}; empty if {@code subject} says in which
     * @param paths of values; {@code /details} is all details
     * @param reason for the record
     */
    public record Wish(@Nullable String subject, List<TypeId> events, List<String> paths, String reason) {
        public Wish {
            events = List.copyOf(events);
            paths = List.copyOf(paths);
        }
    }

    /**
     * What was erased.
     *
     * @param events in how many
     * @param isComplete false if the subject acted in more events: then the same wish erases on
     */
    public record Erased(int events, boolean isComplete) {}

    /**
     * Erases in one batch. Events of hub processes and of the log itself keep what they say, or the log could not be judged.
     *
     * @param once null if the caller gave no idempotency key
     */
    public Answer<Erased> erase(Caller caller, @Nullable Once<Erased> once, Wish wish) {
        return gate.changeHub(caller, Target.inHub(AuditLog.TYPE, null), Permission.ERASE_AUDIT, once, change -> {
            var subject = wish.subject();
            var found =
                    subject == null ? wish.events() : change.tx().disclosures().actedBy(subject, BATCH);
            var erased = change.tx().disclosures().erase(found, wish.paths());
            if (erased.isEmpty()) {
                change.unchanged();
            } else {
                change.audit(
                        Action.AUDIT_ERASED,
                        Integrator.requireState(change.tx()).hubId(),
                        Json.object()
                                .put("reason", wish.reason())
                                .put("paths", Json.texts(wish.paths()))
                                .put(
                                        "events",
                                        Json.texts(erased.stream()
                                                .map(TypeId::value)
                                                .toList()))
                                .build());
            }
            return new Erased(erased.size(), subject == null || found.size() < BATCH);
        });
    }
}
