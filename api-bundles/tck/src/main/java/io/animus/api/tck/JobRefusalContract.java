package io.animus.api.tck;

import static io.animus.api.tck.JobPrograms.Program.COPIES_INPUT;
import static io.animus.api.tck.JobPrograms.Program.EXITS_3;
import static io.animus.api.tck.JobPrograms.Program.SUCCEEDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.Limits;
import io.animus.api.executor.Refusal;
import io.animus.api.executor.Workload;
import io.animus.api.types.Digest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link JobExecutor} must refuse, and in which words: the part of {@link JobExecutorContract} about that. */
public interface JobRefusalContract {
    /** Enough for each program but {@code EATS_MEMORY} and {@code FILLS_STORAGE}. */
    Limits LIMITS = new Limits(1000, 64 << 20, 4 << 20, 32, 0);

    /** What not every executor can. */
    enum Capability {
        /** Gives a program a GPU. Switched off, a job that wants one is refused. */
        GPUS
    }

    /** What this executor can't, which the tests then hold it to. By default it can everything. */
    default Set<Capability> lacks() {
        return Set.of();
    }

    /** The executor under test; the same object all through one test. */
    JobExecutor executor();

    /** A fresh object for the same data plane and configuration, as after a restart of the hub. */
    JobExecutor restarted();

    /** What can be run. */
    JobPrograms programs();

    /** A job that runs {@code program} without a network. */
    default Job job(String dispatchId, JobPrograms.Program program, JobInput... inputs) {
        return job(dispatchId, programs().workload(program), LIMITS, Job.NO_NETWORK, inputs);
    }

    /** A job whose specification digest is told by its other parts. */
    default Job job(String dispatchId, Workload workload, Limits limits, String networkClass, JobInput... inputs) {
        var spec = workload.image() + "\n" + workload.command() + "\n" + limits + "\n" + networkClass + "\n"
                + List.of(inputs);
        return new Job(dispatchId, Digest.of(spec.getBytes(UTF_8)), workload, limits, networkClass, List.of(inputs));
    }

    /** Reads the log to the end of the job, which must have been dispatched, and tells how it ended. */
    default JobStatus.Finished finish(String dispatchId) {
        executor().follow(dispatchId, 0, line -> {});
        return (JobStatus.Finished) executor().find(dispatchId).orElseThrow();
    }

    @Test
    default void refusesAnotherJobUnderTheSameId() {
        executor().dispatch(job("taken", SUCCEEDS));

        assertRefused(job("taken", EXITS_3), Refusal.DISPATCH_ID_TAKEN);
        assertThat(finish("taken").exit().code()).isZero();
    }

    @Test
    default void refusesAnImageItCanNotHave() {
        var job = job("no-image", programs().unknownImage(), LIMITS, Job.NO_NETWORK);

        assertRefused(job, Refusal.IMAGE_UNAVAILABLE);
        assertThat(executor().find("no-image")).isEmpty();
    }

    @Test
    default void refusesANetworkClassItDoesNotKnow() {
        var job = job("network", programs().workload(SUCCEEDS), LIMITS, "the-moon");

        assertRefused(job, Refusal.NETWORK_CLASS_UNKNOWN);
        assertThat(executor().find("network")).isEmpty();
    }

    @Test
    default void refusesLimitsItCanNotEnforce() {
        assertRefused(withGpus("gpus", 1_000_000), Refusal.LIMIT_NOT_ENFORCEABLE);
        assertThat(executor().find("gpus")).isEmpty();
    }

    @Test
    default void givesAGpuToTheProgram() {
        assumeFalse(lacks().contains(Capability.GPUS));
        executor().dispatch(withGpus("one-gpu", 1));

        assertThat(finish("one-gpu").exit().code()).isZero();
    }

    @Test
    default void lacksWhatItSwitchedOff() {
        if (lacks().contains(Capability.GPUS)) {
            assertRefused(withGpus("no-gpu", 1), Refusal.LIMIT_NOT_ENFORCEABLE);
            assertThat(executor().find("no-gpu")).isEmpty();
        }
    }

    @Test
    default void refusesAnInputWithAnotherDigestOrSize() {
        var served = programs().serve("data", JobInput.Form.FILE, "the data".getBytes(UTF_8));
        var digest = new JobInput("data", served.form(), served.source(), Digest.of(new byte[0]), served.size());
        var shorter = new JobInput("data", served.form(), served.source(), served.digest(), served.size() - 1);
        var longer = new JobInput("data", served.form(), served.source(), served.digest(), served.size() + 1);

        assertRefused(job("digest", COPIES_INPUT, digest), Refusal.INPUT_DIGEST_MISMATCH);
        assertRefused(job("shorter", COPIES_INPUT, shorter), Refusal.INPUT_DIGEST_MISMATCH);
        assertRefused(job("longer", COPIES_INPUT, longer), Refusal.INPUT_DIGEST_MISMATCH);
        assertThat(executor().jobs()).isEmpty();
    }

    @Test
    default void refusesAnInputThatIsNotThere() {
        var input = programs().absent("data");

        assertRefused(job("gone", COPIES_INPUT, input), Refusal.INPUT_UNAVAILABLE);
        assertThat(executor().jobs()).isEmpty();
    }

    @Test
    default void runsAJobThatWasRefusedWhenNothingStandsInItsWay() {
        assertRefused(job("again", COPIES_INPUT, programs().absent("data")), Refusal.INPUT_UNAVAILABLE);

        var served = programs().serve("data", JobInput.Form.FILE, "the data".getBytes(UTF_8));
        executor().dispatch(job("again", COPIES_INPUT, served));

        assertThat(finish("again").exit().code()).isZero();
    }

    private Job withGpus(String dispatchId, int gpus) {
        var limits =
                new Limits(LIMITS.milliCpus(), LIMITS.memoryBytes(), LIMITS.storageBytes(), LIMITS.processes(), gpus);
        return job(dispatchId, programs().workload(SUCCEEDS), limits, Job.NO_NETWORK);
    }

    private void assertRefused(Job job, Refusal refusal) {
        assertThat(executor().dispatch(job)).isInstanceOfSatisfying(JobStatus.Refused.class, r -> {
            assertThat(r.refusal()).isEqualTo(refusal);
            assertThat(r.dispatchId()).isEqualTo(job.dispatchId());
            assertThat(r.specDigest()).isEqualTo(job.specDigest());
            assertThat(r.detail()).isNotBlank().doesNotContain("\n");
        });
    }
}
