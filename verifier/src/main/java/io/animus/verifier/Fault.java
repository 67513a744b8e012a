package io.animus.verifier;

/** What can be wrong with a log, as docs/audit/format.md names it. */
enum Fault {
    BUNDLE_MALFORMED(Severity.NOT_INTACT),
    LEAF_CHANGED(Severity.NOT_INTACT),
    LEAF_MALFORMED(Severity.NOT_INTACT),
    DISCLOSURE_WRONG(Severity.NOT_INTACT),
    TILE_MALFORMED(Severity.NOT_INTACT),
    TILE_CHANGED(Severity.NOT_INTACT),
    SIGNATURE_WRONG(Severity.NOT_INTACT),
    COSIGNATURE_WRONG(Severity.NOT_INTACT),
    ROOT_MISMATCH(Severity.NOT_INTACT),
    TRUNCATED(Severity.NOT_INTACT),
    FORKED(Severity.NOT_INTACT),
    NOT_INCLUDED(Severity.NOT_INTACT),

    DETAILS_MISSING(Severity.INCOMPLETE),
    NODE_NOT_STARTED(Severity.INCOMPLETE),
    NODE_STARTED_TWICE(Severity.INCOMPLETE),
    NODE_SILENT(Severity.INCOMPLETE),
    NODE_LEFT_OPEN(Severity.INCOMPLETE),
    NUMBER_TWICE(Severity.INCOMPLETE),
    NUMBER_ABOVE_LAST(Severity.INCOMPLETE),
    NUMBER_MISSING(Severity.INCOMPLETE),

    UNREADABLE(Severity.UNJUDGED),
    CHECKPOINT_MALFORMED(Severity.UNJUDGED),
    PROOF_MALFORMED(Severity.UNJUDGED),
    KEY_UNKNOWN(Severity.UNJUDGED),
    WITNESS_MISSING(Severity.UNJUDGED),
    OTHER_LOG(Severity.UNJUDGED);

    /** What a fault means for the verdicts. */
    enum Severity {
        /** The log is not what was signed. */
        NOT_INTACT,
        /** What is there is right, but not all is there. */
        INCOMPLETE,
        /** Nothing can be said. */
        UNJUDGED
    }

    private final Severity severity;

    Fault(Severity severity) {
        this.severity = severity;
    }

    Severity severity() {
        return severity;
    }
}
