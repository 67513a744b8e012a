package io.animus.verifier;

import java.io.Serial;

/** Ends a verification: after this finding there is nothing more to say. */
final class FindingException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final Finding finding;

    FindingException(Finding finding) {
        super(finding.sentence());
        this.finding = finding;
    }

    FindingException(Fault fault, String sentence) {
        this(Finding.of(fault, sentence));
    }

    Finding finding() {
        return finding;
    }
}
