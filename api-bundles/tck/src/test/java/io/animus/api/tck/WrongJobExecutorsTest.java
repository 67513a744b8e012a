package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.executor.Exit;
import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.Limits;
import io.animus.api.executor.LogLine;
import io.animus.api.executor.Refusal;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/** Executors that are wrong, each in one way. */
class WrongJobExecutorsTest implements WrongOnes {

    /** The executor that proves the contract, spoiled. */
    abstract static class Spoiled extends InMemoryJobExecutorTest {
        private final JobExecutor executor = spoil(super.executor());

        abstract JobExecutor spoil(JobExecutor right);

        @AfterEach
        void clearInterrupt() {
            Thread.interrupted();
        }

        @Override
        public JobExecutor executor() {
            return executor;
        }

        @Override
        public JobExecutor restarted() {
            return spoil(super.restarted());
        }
    }

    /** All right, until a subclass does something wrong. */
    static class Executor implements JobExecutor {
        final JobExecutor right;

        Executor(JobExecutor right) {
            this.right = right;
        }

        @Override
        public String dataPlane() {
            return right.dataPlane();
        }

        @Override
        public JobStatus dispatch(Job job) {
            return right.dispatch(job);
        }

        @Override
        public Optional<JobStatus> find(String dispatchId) {
            return right.find(dispatchId);
        }

        @Override
        public List<JobStatus> jobs() {
            return right.jobs();
        }

        @Override
        public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
            right.follow(dispatchId, after, lines);
        }

        @Override
        public JobOutputs outputs(String dispatchId) {
            return right.outputs(dispatchId);
        }

        @Override
        public InputStream open(String dispatchId, String path) {
            return right.open(dispatchId, path);
        }

        @Override
        public void cancel(String dispatchId, Duration grace) {
            right.cancel(dispatchId, grace);
        }

        @Override
        public void remove(String dispatchId) {
            right.remove(dispatchId);
        }
    }

    @CaughtBy("namesItsDataPlaneAlikeAfterARestart")
    static class NamesItsDataPlaneAnewEachTime extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public String dataPlane() {
                    return UUID.randomUUID().toString();
                }
            };
        }
    }

    @CaughtBy({"refusesAnotherJobUnderTheSameId", "runsAJobOnceHoweverOftenItIsDispatched"})
    static class RunsAJobAgain extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public synchronized JobStatus dispatch(Job job) {
                    // At once is another rule than twice, so the many at once are spared.
                    if (!job.dispatchId().equals("at-once")) {
                        right.remove(job.dispatchId());
                    }
                    return right.dispatch(job);
                }
            };
        }
    }

    @CaughtBy({"refusesAnInputThatIsNotThere", "runsAJobThatWasRefusedWhenNothingStandsInItsWay"})
    static class ThrowsWhenAnInputIsNotThere extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public JobStatus dispatch(Job job) {
                    var status = right.dispatch(job);
                    if (status instanceof JobStatus.Refused no && no.refusal() == Refusal.INPUT_UNAVAILABLE) {
                        throw new ExternalSystemException(Reason.UNAVAILABLE, no.detail());
                    }
                    return status;
                }
            };
        }
    }

    @CaughtBy("refusesAnInputWithAnotherDigestOrSize")
    static class TakesInputsAsTheyCome extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public JobStatus dispatch(Job job) {
                    var status = right.dispatch(job);
                    return status instanceof JobStatus.Refused no && no.refusal() == Refusal.INPUT_DIGEST_MISMATCH
                            ? right.dispatch(new Job(
                                    job.dispatchId(),
                                    job.specDigest(),
                                    job.workload(),
                                    job.limits(),
                                    job.networkClass(),
                                    List.of()))
                            : status;
                }
            };
        }
    }

    @CaughtBy("refusesANetworkClassItDoesNotKnow")
    static class RunsInAnyNetwork extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public JobStatus dispatch(Job job) {
                    return right.dispatch(new Job(
                            job.dispatchId(),
                            job.specDigest(),
                            job.workload(),
                            job.limits(),
                            Job.NO_NETWORK,
                            job.inputs()));
                }
            };
        }
    }

    @CaughtBy({"lacksWhatItSwitchedOff", "refusesLimitsItCanNotEnforce"})
    static class RunsWithoutTheGpusItWasAskedFor extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public JobStatus dispatch(Job job) {
                    return right.dispatch(withoutGpus(job));
                }
            };
        }
    }

    @CaughtBy("givesAGpuToTheProgram")
    static class LacksGpusAndDoesNotSaySo extends InMemoryJobExecutorTest {
        @Override
        public Set<Capability> lacks() {
            return Set.of();
        }
    }

    @CaughtBy({"cutsALongLineIntoPieces", "numbersTheLinesOfALogAlike"})
    static class LosesTheSecondLine extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
                    right.follow(dispatchId, after, line -> {
                        if (line.number() != 2 || !Set.of("log", "long-line").contains(dispatchId)) {
                            lines.accept(line);
                        }
                    });
                }
            };
        }
    }

    @CaughtBy("letsAnInterruptedFollowerGo")
    static class IgnoresTheDeadline extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public void follow(String dispatchId, long after, Consumer<LogLine> lines) {
                    right.follow(dispatchId, after, lines);
                    while (dispatchId.equals("followed")
                            && after > 0
                            && right.find(dispatchId)
                                    .filter(JobStatus.Running.class::isInstance)
                                    .isPresent()) {
                        Thread.interrupted();
                        right.follow(dispatchId, after, lines);
                    }
                }
            };
        }
    }

    @CaughtBy("tellsTheExitStatusOfAProgramThatFails")
    static class TakesEveryEndForSuccess extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public Optional<JobStatus> find(String dispatchId) {
                    return right.find(dispatchId).map(status -> {
                        if (status instanceof JobStatus.Finished end
                                && end.exit().code() == 3) {
                            var exit = new Exit(Exit.Cause.EXITED, 0, "done");
                            return new JobStatus.Finished(
                                    end.dispatchId(), end.specDigest(), end.started(), end.ended(), exit);
                        }
                        return status;
                    });
                }
            };
        }
    }

    @CaughtBy("runsAProgramAndKeepsWhatItLeft")
    static class TellsAnotherDigestOfAnOutput extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public JobOutputs outputs(String dispatchId) {
                    var outputs = right.outputs(dispatchId);
                    var files = outputs.files().stream()
                            .map(file -> new JobOutput(file.path(), Digest.of(new byte[0]), file.size()))
                            .toList();
                    return new JobOutputs(files, outputs.refused());
                }
            };
        }
    }

    @CaughtBy("neverFollowsALinkInTheOutputs")
    static class FollowsLinks extends Spoiled {
        @Override
        JobExecutor spoil(JobExecutor right) {
            return new Executor(right) {
                @Override
                public InputStream open(String dispatchId, String path) {
                    return path.equals("link")
                            ? new ByteArrayInputStream("root:x:0:0".getBytes(UTF_8))
                            : right.open(dispatchId, path);
                }
            };
        }
    }

    private static Job withoutGpus(Job job) {
        var limits = job.limits();
        return new Job(
                job.dispatchId(),
                job.specDigest(),
                job.workload(),
                new Limits(limits.milliCpus(), limits.memoryBytes(), limits.storageBytes(), limits.processes(), 0),
                job.networkClass(),
                job.inputs());
    }
}
