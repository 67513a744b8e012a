package io.animus.kernel.domain.project;

import io.animus.kernel.domain.Quantity;

/**
 * What all runs of a project together may use at one time.
 *
 * @param concurrentRuns runs between dispatch and end; 0 lets none start
 */
public record Quota(int concurrentRuns, Quantity cpu, Quantity memory, int gpu) {
    /** What a project gets that asks for nothing else. */
    public static final Quota DEFAULT = new Quota(4, Quantity.cpu("16"), Quantity.bytes("64Gi"), 0);

    public Quota {
        if (concurrentRuns < 0 || gpu < 0) {
            throw new IllegalArgumentException("a quota is not negative");
        }
    }
}
