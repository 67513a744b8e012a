package io.animus.verifier;

import java.io.Serializable;

/**
 * One thing that is wrong.
 *
 * @param leaf index of the first wrong leaf, or {@link #NO_LEAF}
 * @param event id of the event in that leaf, as far as it can be read; else empty
 * @param sentence what is wrong, where, and what that means; for people
 */
record Finding(Fault fault, long leaf, String event, String sentence) implements Serializable {
    static final long NO_LEAF = -1;

    /** A finding that is about no single leaf. */
    static Finding of(Fault fault, String sentence) {
        return new Finding(fault, NO_LEAF, "", sentence);
    }
}
