package io.animus.kernel.domain.run;

import static io.animus.kernel.domain.run.RunState.CANCELED;
import static io.animus.kernel.domain.run.RunState.DISPATCHING;
import static io.animus.kernel.domain.run.RunState.FAILED;
import static io.animus.kernel.domain.run.RunState.QUEUED;
import static io.animus.kernel.domain.run.RunState.RECONCILING;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static io.animus.kernel.domain.run.RunState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I-8: final states never change, and nothing moves a run backwards. */
class RunStateTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Map<RunState, Set<RunState>> TABLE = Map.of(
            QUEUED, EnumSet.of(DISPATCHING, CANCELED, FAILED),
            DISPATCHING, EnumSet.of(RUNNING, SUCCEEDED, FAILED, CANCELED, UNKNOWN, QUEUED),
            RUNNING, EnumSet.of(SUCCEEDED, FAILED, CANCELED, UNKNOWN, QUEUED),
            UNKNOWN, EnumSet.of(RECONCILING, FAILED),
            RECONCILING, EnumSet.of(RUNNING, SUCCEEDED, FAILED, CANCELED, UNKNOWN, QUEUED),
            SUCCEEDED, EnumSet.noneOf(RunState.class),
            FAILED, EnumSet.noneOf(RunState.class),
            CANCELED, EnumSet.noneOf(RunState.class));

    @ParameterizedTest
    @EnumSource(RunState.class)
    void changesOnlyAsTheTableSays(RunState from) {
        for (var to : RunState.values()) {
            assertThat(from.mayBecome(to))
                    .as(from + " to " + to)
                    .isEqualTo(TABLE.getOrDefault(from, Set.of()).contains(to));
        }
    }

    @ParameterizedTest
    @EnumSource(RunState.class)
    void holdsAPlaceOfTheQuotaExactlyBetweenQueueAndEnd(RunState state) {
        assertThat(RunState.ACTIVE.contains(state)).isEqualTo(state != QUEUED && !state.isFinal());
    }

    @ParameterizedTest
    @EnumSource(RunState.class)
    void keepsItsWord(RunState state) {
        assertThat(RunState.of(state.word())).isEqualTo(state);
    }

    @Test
    void progressRefusesWhatTheTableDoesNotKnow() {
        var queued = RunProgress.created(50, NOON);
        var succeeded = queued.dispatching().running(NOON).ended(AttemptEnd.succeeded(0, NOON));

        assertThatIllegalStateException().isThrownBy(() -> queued.running(NOON));
        assertThatIllegalStateException().isThrownBy(succeeded::dispatching);
        assertThatIllegalStateException().isThrownBy(() -> succeeded.running(NOON));
        assertThatIllegalStateException().isThrownBy(() -> succeeded.ended(AttemptEnd.canceled(null, NOON)));
    }

    @Test
    void progressCountsEveryChange() {
        var failure = new Failure(FailureCause.EXIT_NON_ZERO, "exited with 3");
        var retried = RunProgress.created(50, NOON).dispatching().running(NOON).retrying(3, NOON.plusSeconds(5));
        var failed = retried.dispatching().running(NOON.plusSeconds(6)).ended(AttemptEnd.failed(3, failure, NOON));

        assertThat(retried.version()).isEqualTo(4);
        assertThat(retried.queuedAt()).isEqualTo(NOON.plusSeconds(5));
        assertThat(retried.attempts()).isEqualTo(1);
        assertThat(failed.version()).isEqualTo(7);
        assertThat(failed.attempts()).isEqualTo(2);
        assertThat(failed.started()).as("of the first attempt").isEqualTo(NOON);
        assertThat(failed.failure()).isEqualTo(failure);
    }
}
