package io.animus.kernel.trust;

import io.animus.kernel.audit.log.VerifierKey;
import java.util.List;

/**
 * Whether a package is to be trusted.
 *
 * @param signers publishers of the trust store whose signatures are right
 * @param isRevoked whether the operator has revoked something in it
 * @param problems why not; empty if it is
 */
public record Verdict(List<VerifierKey> signers, boolean isRevoked, List<String> problems) {
    public Verdict {
        signers = List.copyOf(signers);
        problems = List.copyOf(problems);
    }

    /** Whether a publisher answers for it and nothing speaks against it. */
    public boolean isTrusted() {
        return problems.isEmpty();
    }

    /** Whether it may be installed where the hub is as strict as this. */
    public boolean isLetIn(Mode mode) {
        return switch (mode) {
            case ENFORCE -> isTrusted();
            case WARN -> !isRevoked;
            case OFF -> true;
        };
    }
}
