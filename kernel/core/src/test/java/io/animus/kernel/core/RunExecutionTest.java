package io.animus.kernel.core;

import static io.animus.kernel.domain.run.RunState.CANCELED;
import static io.animus.kernel.domain.run.RunState.DISPATCHING;
import static io.animus.kernel.domain.run.RunState.FAILED;
import static io.animus.kernel.domain.run.RunState.QUEUED;
import static io.animus.kernel.domain.run.RunState.RECONCILING;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static io.animus.kernel.domain.run.RunState.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.tck.InMemoryProgram;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.ErrorClass;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.WaitingReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From the queue to the end of a run, whatever becomes of its program. */
class RunExecutionTest {
    private static Kernel kernel;

    private Laboratory lab;
    private Hub hub;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void open() {
        lab = new Laboratory(kernel);
        hub = lab.hub();
    }

    @AfterEach
    void close() {
        lab.jobs().setReachable(true);
        lab.plane().hold(false);
        lab.jobs().jobs().forEach(job -> lab.jobs().remove(job.dispatchId()));
        hub.close();
    }

    @Test
    void runsAProgramAndKeepsWhatItLeaves() {
        var run = lab.create(hub, lab.wish("trains"));

        var progress = lab.finish(hub, run.id());

        assertThat(progress.state()).isEqualTo(SUCCEEDED);
        assertThat(progress.exitCode()).isZero();
        assertThat(lab.states(hub, run.id())).containsExactly(QUEUED, DISPATCHING, RUNNING, SUCCEEDED);
        assertThat(lab.artifacts(hub, run.id()))
                .extracting(Artifact::name, Artifact::kind, Artifact::mediaType, Artifact::attempt)
                .containsExactlyInAnyOrder(
                        tuple("model.bin", Artifact.Kind.MODEL, "application/octet-stream", 1),
                        tuple("second/metrics.json", Artifact.Kind.METRICS, "application/json", 1),
                        tuple("log.jsonl", Artifact.Kind.LOG, "application/jsonl", 1));
        assertThat(lab.starts(hub, run.id())).containsExactly(1);
    }

    @Test
    void leavesLineageAuditAndEventsOfAllItDid() {
        var run = lab.create(hub, lab.wish("trains"));
        lab.finish(hub, run.id());

        assertThat(kernel.audited(run.id()))
                .containsExactly("run.created", "run.dispatched", "run.started", "run.succeeded");
        var id = run.id().value();
        assertThat(kernel.column("select type from outbox where subject = ? order by id", id))
                .containsExactly("RunCreated", "RunStarted", "RunFinished");
        assertThat(kernel.column("select relation from lineage_edge where from_id = ? order by 1", id))
                .containsExactly("built_from", "built_from", "produced", "produced", "produced", "trained_on");
        for (var artifact : lab.artifacts(hub, run.id())) {
            assertThat(kernel.audited(artifact.id())).containsExactly("artifact.created");
        }
    }

    @Test
    void givesTheProgramItsCodeDataParametersAndSeed() {
        lab.program("looks", sandbox -> {
            var environment = sandbox.job().workload().environment();
            sandbox.write("parameters", environment.get("ANIMUS_PARAMETERS").getBytes(UTF_8));
            sandbox.write("seed", environment.get("ANIMUS_SEED").getBytes(UTF_8));
            var isAllThere = sandbox.input("penguins").length == Laboratory.DATA.length()
                    && sandbox.input("code").length > 0
                    && environment.get("ANIMUS_PARAMETERS").equals("{\"rate\":\"0.1\"}")
                    && environment.get("ANIMUS_SEED").equals("7");
            return isAllThere ? 0 : 1;
        });
        var run = lab.create(hub, lab.wish("looks"));

        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure("exits with 3", box -> 3, FailureCause.EXIT_NON_ZERO, 3),
                failure("eats memory", box -> allocate(box), FailureCause.OUT_OF_MEMORY, 137),
                failure("leaves nothing", box -> 0, FailureCause.OUTPUT_MISSING, 0),
                failure("leaves a link", box -> link(box), FailureCause.OUTPUT_REFUSED, 0),
                failure("leaves a name of no letters", box -> write(box, "\ufffd"), FailureCause.OUTPUT_REFUSED, 0),
                failure("takes the log's name", box -> write(box, "log.jsonl"), FailureCause.OUTPUT_REFUSED, 0));
    }

    private static Arguments failure(String what, InMemoryProgram program, FailureCause cause, int code) {
        return Arguments.of(what, program, cause, code);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void namesTheCauseOfAFailureOfTheProgram(String what, InMemoryProgram program, FailureCause cause, int code) {
        lab.program(what, program);
        var run = lab.create(hub, lab.wish(what).retry(3, ErrorClass.PLATFORM));

        var progress = lab.finish(hub, run.id());

        assertFailed(progress, cause);
        assertThat(progress.failure().errorClass()).isEqualTo(ErrorClass.USER);
        assertThat(progress.exitCode()).isEqualTo(code);
        assertThat(progress.attempts()).as("no retry for this class").isEqualTo(1);
        assertThat(lab.artifacts(hub, run.id())).extracting(Artifact::name).contains("log.jsonl");
    }

    @Test
    void attemptsAgainByClassAndNotBeforeItIsDue() {
        lab.program("fails", box -> 3);
        var run = lab.create(hub, lab.wish("fails").retry(3, ErrorClass.USER));

        var retried = lab.conduct(hub, run.id(), QUEUED, 1);
        hub.beat();
        assertThat(lab.look(hub, run.id()).waiting()).isEqualTo(WaitingReason.RETRY_BACKOFF);
        assertThat(Duration.between(kernel.clock().instant(), retried.queuedAt()))
                .isBetween(Duration.ofSeconds(1), Hub.DEADLINES.firstRetry());

        kernel.advance(Hub.DEADLINES.firstRetry());
        var again = lab.conduct(hub, run.id(), QUEUED, 2);
        assertThat(Duration.between(kernel.clock().instant(), again.queuedAt()))
                .as("it doubles")
                .isGreaterThan(Hub.DEADLINES.firstRetry());

        kernel.advance(Hub.DEADLINES.retryAfter(2));
        assertFailed(lab.finish(hub, run.id()), FailureCause.EXIT_NON_ZERO);
        assertThat(lab.starts(hub, run.id())).containsExactly(1, 1, 1);
        assertThat(kernel.audited(run.id()).stream().filter("run.retried"::equals))
                .hasSize(2);
    }

    @Test
    void endsARunWhoseTimeIsOver() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var run = lab.create(hub, lab.wish("waits").timeout(60));
        lab.conduct(hub, run.id(), RUNNING);

        kernel.advance(Duration.ofSeconds(61));

        assertFailed(lab.finish(hub, run.id()), FailureCause.TIMED_OUT);
    }

    @Test
    void endsARunningRunThatIsCanceledEvenIfItIgnoresTheSignal() {
        lab.program("ignores", box -> {
            new CountDownLatch(1).await();
            return 0;
        });
        var run = lab.create(hub, lab.wish("ignores").retry(3, ErrorClass.USER, ErrorClass.PLATFORM));
        lab.conduct(hub, run.id(), RUNNING);

        hub.runs().cancel(lab.developer(), null, lab.projectId(), run.id().value(), "wrong data");

        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(CANCELED);
        assertThat(kernel.audited(run.id()))
                .containsExactly(
                        "run.created", "run.dispatched", "run.started", "run.cancel_requested", "run.canceled");
    }

    @Test
    void startsAJobThatWaitsInTheDataPlaneWhenItCan() {
        lab.plane().hold(true);
        var run = lab.create(hub, lab.wish("trains"));
        lab.awaitWaitingJob(hub, run.id());

        lab.plane().hold(false);
        kernel.advance(Hub.DEADLINES.rest());

        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(lab.starts(hub, run.id())).containsExactly(1);
    }

    @Test
    void cancelsARunWhoseJobWaitsInTheDataPlane() {
        lab.plane().hold(true);
        var run = lab.create(hub, lab.wish("trains"));
        lab.awaitWaitingJob(hub, run.id());

        hub.runs().cancel(lab.developer(), null, lab.projectId(), run.id().value(), "wrong data");
        kernel.advance(Hub.DEADLINES.rest());

        lab.conduct(hub, run.id(), CANCELED);
        assertThat(lab.plane().jobs()).isEmpty();
        assertThat(lab.starts(hub, run.id())).containsExactly(0);
    }

    @Test
    void failsARunThatTheDataPlaneDoesNotStartInTime() {
        lab.plane().hold(true);
        var run = lab.create(hub, lab.wish("trains"));
        lab.awaitWaitingJob(hub, run.id());

        kernel.advance(Hub.DEADLINES.start().plusSeconds(1));
        lab.conduct(hub, run.id(), DISPATCHING);
        kernel.advance(Hub.DEADLINES.rest());

        assertFailed(lab.conduct(hub, run.id(), FAILED), FailureCause.EXECUTOR_UNAVAILABLE);
        assertThat(lab.plane().jobs()).isEmpty();
        assertThat(lab.starts(hub, run.id())).containsExactly(0);
    }

    @Test
    void doubtsAndThenLearnsTheTruthWhenTheExecutorComesBack() {
        var finish = new CountDownLatch(1);
        lab.program("works", box -> {
            finish.await();
            box.write("model.bin", new byte[] {1});
            return 0;
        });
        var run = lab.create(hub, lab.wish("works"));
        lab.conduct(hub, run.id(), RUNNING);

        lab.jobs().setReachable(false);
        hub.beat();
        assertThat(lab.progress(hub, run.id()).state())
                .as("a moment proves nothing")
                .isEqualTo(RUNNING);
        kernel.advance(Hub.DEADLINES.silence().plusSeconds(1));
        lab.conduct(hub, run.id(), UNKNOWN);
        finish.countDown();
        lab.jobs().setReachable(true);

        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(lab.states(hub, run.id()))
                .containsExactly(QUEUED, DISPATCHING, RUNNING, UNKNOWN, RECONCILING, SUCCEEDED);
        assertThat(lab.starts(hub, run.id())).containsExactly(1);
    }

    @Test
    void givesUpWhatCanNotBeProvenAndDoesNotTryItTwice() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var run = lab.create(hub, lab.wish("waits").timeout(60).retry(3, ErrorClass.PLATFORM));
        lab.conduct(hub, run.id(), RUNNING);
        lab.jobs().setReachable(false);
        hub.beat();
        kernel.advance(Hub.DEADLINES.silence().plusSeconds(1));
        lab.conduct(hub, run.id(), UNKNOWN);

        kernel.advance(Duration.ofSeconds(61).plus(Hub.DEADLINES.proof()));
        assertFailed(lab.conduct(hub, run.id(), FAILED), FailureCause.CONTACT_LOST);

        lab.jobs().setReachable(true);
        lab.cleanUp(hub);
        assertThat(lab.progress(hub, run.id()).attempts()).isEqualTo(1);
    }

    @Test
    void failsARunWhoseJobVanished() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var run = lab.create(hub, lab.wish("waits"));
        lab.conduct(hub, run.id(), RUNNING);

        lab.jobs().remove(lab.attempts(hub, run.id()).get(0).id().value());

        var progress = lab.finish(hub, run.id());
        assertFailed(progress, FailureCause.EXECUTOR_FAILED);
        assertThat(progress.failure().errorClass()).isEqualTo(ErrorClass.PLATFORM);
    }

    @Test
    void waitsForAnExecutorAndForItsTurn() {
        hub.ports().removeExecutor(lab.plane());
        var run = lab.create(hub, lab.wish("trains"));
        hub.beat();
        assertThat(lab.look(hub, run.id()).waiting()).isEqualTo(WaitingReason.EXECUTOR_UNAVAILABLE);

        hub.ports().addExecutor(lab.plane(), Map.of());
        assertThat(lab.look(hub, run.id()).waiting()).isEqualTo(WaitingReason.IN_QUEUE);
        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
    }

    @Test
    void holdsBackWhatExceedsTheQuota() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var all = Stream.generate(() -> lab.create(hub, lab.wish("waits").resources("4", null)))
                .limit(5)
                .toList();
        for (var run : all.subList(0, 4)) {
            lab.conduct(hub, run.id(), RUNNING);
        }

        var last = all.get(4).id();
        assertThat(lab.look(hub, last).waiting()).isEqualTo(WaitingReason.QUOTA_EXCEEDED);
        hub.runs()
                .cancel(lab.developer(), null, lab.projectId(), all.get(0).id().value(), null);
        assertThat(lab.conduct(hub, last, RUNNING).attempts()).isEqualTo(1);
    }

    private static void assertFailed(RunProgress progress, FailureCause cause) {
        assertThat(progress.state()).isEqualTo(FAILED);
        assertThat(progress.failure()).isNotNull();
        assertThat(progress.failure().cause()).isEqualTo(cause);
    }

    private static int allocate(InMemoryProgram.Sandbox box) throws InterruptedException {
        box.allocate(1L << 40);
        return 0;
    }

    private static int link(InMemoryProgram.Sandbox box) {
        box.write("model.bin", new byte[] {1});
        box.link("passwd", "/etc/passwd");
        return 0;
    }

    private static int write(InMemoryProgram.Sandbox box, String path) {
        box.write(path, new byte[] {1});
        return 0;
    }
}
