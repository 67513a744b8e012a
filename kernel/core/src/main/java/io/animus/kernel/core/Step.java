package io.animus.kernel.core;

import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;

/**
 * What a run under way does next: decided outside of any transaction, written together with the steps of other runs.
 *
 * @param run as it was when this was decided; if it has moved on since, the step isn't taken
 * @param endsJob whether what the attempt left in the data plane is to be removed once this is written
 */
record Step(UnderWay run, boolean endsJob, Effect effect) {

    /** Adds the rows of a step to a batch. */
    @FunctionalInterface
    interface Effect {
        /** @param current how the run goes, locked */
        void on(StepBatch batch, RunProgress current);
    }
}
