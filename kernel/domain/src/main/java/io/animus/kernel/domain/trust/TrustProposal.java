package io.animus.kernel.domain.trust;

import static io.animus.kernel.domain.ProblemCode.SELF_APPROVAL;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mode of trust that somebody wants the hub to have. It takes a second person to make the hub laxer, and one to make it
 * {@link #STRICTEST}.
 *
 * @param number counts the proposals of the hub, from 1
 * @param mode {@code enforce}, {@code warn} or {@code off}
 * @param decided when and by whom; null as long as it isn't
 */
public record TrustProposal(TypeId id, int number, String mode, String reason, Made proposed, @Nullable Made decided) {
    public static final String PREFIX = "trp";

    /** The mode that a hub has of which nobody has decided anything. */
    public static final String STRICTEST = "enforce";

    /** How long it can be confirmed. */
    public static final Duration LIFETIME = Duration.ofHours(24);

    private static final Set<String> MODES = Set.of(STRICTEST, "warn", "off");

    public TrustProposal {
        if (number < 1) {
            throw new IllegalArgumentException("proposals are counted from 1, not " + number);
        }
        if (!MODES.contains(mode)) {
            throw new IllegalArgumentException("no mode of trust: " + mode);
        }
        if (decided != null && !mode.equals(STRICTEST) && decided.by().equals(proposed.by())) {
            throw new IllegalArgumentException("one alone can't decide for " + mode);
        }
    }

    /** Whether somebody can still confirm it, if no other one came after it. */
    public boolean isOpen(Instant now) {
        return decided == null && now.isBefore(expires());
    }

    /** From when on nobody can confirm it. */
    public Instant expires() {
        return proposed.at().plus(LIFETIME);
    }

    /**
     * Checks that {@code principal} may confirm it, role apart.
     *
     * @throws RefusedException {@code SELF_APPROVAL} to whoever proposed it, {@code STATE_CONFLICT} if it is too late
     */
    public void requireConfirmable(Principal principal, Instant now) {
        if (decided != null) {
            throw RefusedException.of(STATE_CONFLICT, "It is confirmed already.");
        }
        if (!isOpen(now)) {
            throw RefusedException.of(
                    STATE_CONFLICT,
                    "It was proposed more than " + LIFETIME.toHours() + " hours ago. Propose it again.");
        }
        if (proposed.by().equals(principal)) {
            throw RefusedException.of(
                    SELF_APPROVAL,
                    "You have proposed this mode. Somebody else with the role security-officer must confirm it.");
        }
    }

    /** The same, decided. */
    public TrustProposal decided(Made made) {
        return new TrustProposal(id, number, mode, reason, proposed, made);
    }
}
