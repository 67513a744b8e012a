package io.animus.kernel.core;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.TrustMode.InForce;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.trust.TrustProposal;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.Transaction.End;
import io.animus.kernel.trust.Mode;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Use cases of the mode of trust: two make the hub laxer, one makes it as strict as can be. What is decided holds for all hubs on
 * the database. Safe for many threads.
 */
@Component(service = TrustDecisions.class)
public final class TrustDecisions {
    private final Gate gate;
    private final TrustMode trust;
    private final Clock clock;

    @Activate
    public TrustDecisions(@Reference(name = "gate") Gate gate, @Reference(name = "trust") TrustMode trust) {
        this(gate, trust, Clock.systemUTC());
    }

    TrustDecisions(Gate gate, TrustMode trust, Clock clock) {
        this.gate = gate;
        this.trust = trust;
        this.clock = clock;
    }

    /**
     * How it stands.
     *
     * @param inForce on the node that answers
     * @param decided what was decided last; null if nothing ever was
     * @param open what can be confirmed now; null if nothing can
     */
    public record Standing(InForce inForce, @Nullable TrustProposal decided, @Nullable TrustProposal open) {}

    public Standing find(Caller caller) {
        return gate.readHub(caller, target(null), Permission.READ_PLUGINS, tx -> {
            trust.learn(tx.trust().decided());
            return standing(tx, clock.instant());
        });
    }

    /**
     * Asks for another mode. Whoever proposes anew takes the place of what was open.
     *
     * @param mode not {@link Mode#ENFORCE}, which needs nobody's consent
     * @param reason for the record, 1 to 1000 characters
     */
    public Answer<Standing> propose(Caller caller, @Nullable Once<Standing> once, Mode mode, String reason) {
        if (mode == Mode.ENFORCE) {
            throw new IllegalArgumentException("nobody has to propose the strictest mode");
        }
        return gate.changeHub(caller, target(null), Permission.PROPOSE_TRUST_MODE, once, change -> {
            var tx = change.tx();
            tx.trust().lock();
            if (decidedIn(tx).filter(mode.word()::equals).isPresent()) {
                throw RefusedException.of(
                        ProblemCode.STATE_CONFLICT, "The mode of trust is " + mode.word() + " already.");
            }
            var proposal = next(change, mode, reason);
            tx.trust().insert(proposal);
            change.audit(Action.TRUST_MODE_PROPOSED, proposal.id(), details(tx, proposal));
            return standing(tx, change.now());
        });
    }

    /**
     * Decides what somebody else has proposed.
     *
     * @throws RefusedException {@code SELF_APPROVAL} to whoever proposed it, {@code STATE_CONFLICT} if it is too old or another one
     *     took its place
     */
    public Answer<Standing> confirm(Caller caller, @Nullable Once<Standing> once, TypeId id) {
        return gate.changeHub(caller, target(id), Permission.CONFIRM_TRUST_MODE, once, change -> {
            var tx = change.tx();
            tx.trust().lock();
            var last = tx.trust().last().filter(one -> one.id().equals(id));
            var proposal = last.orElseThrow(() -> RefusedException.of(
                    ProblemCode.STATE_CONFLICT, "This is not the last proposal. Read what was proposed since."));
            proposal.requireConfirmable(caller.principal(), change.now());
            change.audit(Action.TRUST_MODE_CHANGED, id, details(tx, proposal));
            tx.trust().decide(proposal, change.made());
            return decided(change);
        });
    }

    /** Makes the hub as strict as can be, at once; what was proposed can't be confirmed any more. */
    public Answer<Standing> enforce(Caller caller, @Nullable Once<Standing> once, String reason) {
        return gate.changeHub(caller, target(null), Permission.PROPOSE_TRUST_MODE, once, change -> {
            var tx = change.tx();
            tx.trust().lock();
            var proposal = next(change, Mode.ENFORCE, reason).decided(change.made());
            change.audit(Action.TRUST_MODE_CHANGED, proposal.id(), details(tx, proposal));
            tx.trust().insert(proposal);
            return decided(change);
        });
    }

    private static TrustProposal next(Change change, Mode mode, String reason) {
        var number = change.tx().trust().last().map(TrustProposal::number).orElse(0) + 1;
        return new TrustProposal(change.newId(TrustProposal.PREFIX), number, mode.word(), reason, change.made(), null);
    }

    /** From the commit on; until then the hub is what it was. */
    private Standing decided(Change change) {
        var tx = change.tx();
        var decision = tx.trust().decided();
        tx.whenOver(end -> {
            if (end == End.COMMITTED) {
                trust.learn(decision);
            }
        });
        return new Standing(trust.whenDecided(decision), decision.orElse(null), null);
    }

    private Standing standing(Transaction tx, Instant now) {
        var decided = tx.trust().decided();
        var open = tx.trust().last().filter(one -> one.isOpen(now));
        return new Standing(trust.whenDecided(decided), decided.orElse(null), open.orElse(null));
    }

    private static Json.Members details(Transaction tx, TrustProposal proposal) {
        return Json.object()
                .put("mode", proposal.mode())
                .put("before", decidedIn(tx).orElse(TrustProposal.STRICTEST))
                .put("reason", Json.clean(proposal.reason()))
                .put("proposedBy", proposal.proposed().by().toString())
                .build();
    }

    private static Optional<String> decidedIn(Transaction tx) {
        return tx.trust().decided().map(TrustProposal::mode);
    }

    private static Target target(@Nullable TypeId proposal) {
        return Target.inHub("trustMode", proposal == null ? null : proposal.value());
    }
}
