package io.animus.api.tck;

import static io.animus.api.tck.JobPrograms.Program.COPIES_INPUT;
import static io.animus.api.tck.JobPrograms.Program.EATS_MEMORY;
import static io.animus.api.tck.JobPrograms.Program.EXITS_3;
import static io.animus.api.tck.JobPrograms.Program.FILLS_STORAGE;
import static io.animus.api.tck.JobPrograms.Program.IGNORES_SIGTERM;
import static io.animus.api.tck.JobPrograms.Program.LEAVES_A_LINK;
import static io.animus.api.tck.JobPrograms.Program.PRINTS_A_LONG_LINE;
import static io.animus.api.tck.JobPrograms.Program.SUCCEEDS;
import static io.animus.api.tck.JobPrograms.Program.WAITS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link JobExecutor} must do. Implement the three methods of {@link JobRefusalContract}, clean up what
 * {@link JobExecutor#jobs} still lists after each test, and inherit the tests.
 */
public interface JobExecutorContract extends JobRefusalContract {
    /** All lines of a job, once it has ended. */
    default List<LogLine> log(JobExecutor executor, String dispatchId, long after) {
        var lines = new ArrayList<LogLine>();
        executor.follow(dispatchId, after, lines::add);
        return lines;
    }

    @Test
    default void runsAProgramAndKeepsWhatItLeft() throws IOException {
        var job = job("succeeds", SUCCEEDS);
        var status = executor().dispatch(job);

        assertThat(status.dispatchId()).isEqualTo("succeeds");
        assertThat(status.specDigest()).isEqualTo(job.specDigest());
        var finished = finish("succeeds");
        assertThat(finished.specDigest()).isEqualTo(job.specDigest());
        assertThat(finished.exit().cause()).isEqualTo(Exit.Cause.EXITED);
        assertThat(finished.exit().code()).isZero();
        assertThat(finished.started()).isNotNull().isBeforeOrEqualTo(finished.ended());
        var outputs = executor().outputs("succeeds");
        assertThat(outputs.files())
                .containsExactly(
                        new JobOutput("result.txt", Digest.of("done\n".getBytes(UTF_8)), 5),
                        new JobOutput("sub/empty", Digest.of(new byte[0]), 0));
        assertThat(outputs.refused()).isEmpty();
        try (var content = executor().open("succeeds", "result.txt")) {
            assertThat(content.readAllBytes()).isEqualTo("done\n".getBytes(UTF_8));
        }
    }

    @Test
    default void tellsTheExitStatusOfAProgramThatFails() {
        executor().dispatch(job("exits-3", EXITS_3));

        var exit = finish("exits-3").exit();

        assertThat(exit.cause()).isEqualTo(Exit.Cause.EXITED);
        assertThat(exit.code()).isEqualTo(3);
        assertThat(log(executor(), "exits-3", 0))
                .filteredOn(l -> l.stream() == LogLine.Stream.STDERR)
                .extracting(LogLine::text)
                .containsExactly("failing");
    }

    @Test
    default void numbersTheLinesOfALogAlike() {
        executor().dispatch(job("log", SUCCEEDS));

        var all = log(executor(), "log", 0);

        assertThat(all).extracting(LogLine::text).containsExactly("ready", "second");
        assertThat(all).extracting(LogLine::number).containsExactly(1L, 2L);
        assertThat(all).extracting(LogLine::stream).containsOnly(LogLine.Stream.STDOUT);
        assertThat(log(restarted(), "log", 0)).isEqualTo(all);
        assertThat(log(executor(), "log", 1)).isEqualTo(all.subList(1, 2));
        assertThat(log(executor(), "log", 2)).isEmpty();
    }

    @Test
    default void cutsALongLineIntoPieces() {
        executor().dispatch(job("long-line", PRINTS_A_LONG_LINE));

        var texts = log(executor(), "long-line", 1).stream().map(LogLine::text).toList();

        assertThat(texts)
                .containsExactly(
                        "x".repeat(LogLine.MAX_LENGTH),
                        "x".repeat(LogLine.MAX_LENGTH),
                        "x".repeat(20_000 - 2 * LogLine.MAX_LENGTH),
                        "last");
    }

    @Test
    default void letsAnInterruptedFollowerGo() throws InterruptedException {
        executor().dispatch(job("followed", WAITS));
        awaitLine("followed", "ready");
        var ended = new CountDownLatch(1);
        var follower = new Thread(
                () -> {
                    executor().follow("followed", 1, line -> {});
                    ended.countDown();
                },
                "contract");
        follower.setDaemon(true);
        follower.start();
        assertThat(ended.await(200, MILLISECONDS)).as("ended by itself").isFalse();

        follower.interrupt();

        assertThat(ended.await(5, SECONDS)).as("ended within 5 seconds").isTrue();
    }

    @Test
    default void namesItsDataPlaneAlikeAfterARestart() {
        assertThat(executor().dataPlane()).matches("[^\\p{Cntrl}]{1,255}");
        assertThat(restarted().dataPlane()).isEqualTo(executor().dataPlane());
    }

    @Test
    default void runsAJobOnceHoweverOftenItIsDispatched() {
        var job = job("twice", WAITS);
        var first = executor().dispatch(job);

        assertThat(executor().dispatch(job)).isEqualTo(first);
        assertThat(restarted().dispatch(job)).isEqualTo(first);
        assertThat(log(executor(), "twice", 0, () -> executor().cancel("twice", Duration.ZERO)))
                .extracting(LogLine::text)
                .containsExactly("ready");
        assertThat(executor().dispatch(job)).isInstanceOf(JobStatus.Finished.class);
    }

    @Test
    default void runsAJobOnceWhenItIsDispatchedByManyAtOnce() throws Exception {
        var job = job("at-once", SUCCEEDS);
        var other = restarted();
        Set<Digest> specs = ConcurrentHashMap.newKeySet();
        var start = new CountDownLatch(1);
        var callers = Executors.newFixedThreadPool(4);
        try {
            var calls = new ArrayList<Callable<Boolean>>();
            for (var executor : List.of(executor(), other, executor(), other)) {
                calls.add(() -> {
                    start.await();
                    return specs.add(executor.dispatch(job).specDigest());
                });
            }
            var answers = calls.stream().map(callers::submit).toList();
            start.countDown();
            for (var answer : answers) {
                answer.get();
            }
        } finally {
            callers.shutdownNow();
        }

        assertThat(specs).containsExactly(job.specDigest());
        assertThat(log(executor(), "at-once", 0)).hasSize(2);
        assertThat(executor().jobs()).extracting(JobStatus::dispatchId).containsOnlyOnce("at-once");
    }

    @Test
    default void givesInputsToTheProgram() throws IOException {
        var file = programs().serve("data", JobInput.Form.FILE, "the data".getBytes(UTF_8));
        executor().dispatch(job("input", COPIES_INPUT, file));

        assertThat(finish("input").exit().code()).isZero();
        try (var copy = executor().open("input", "data")) {
            assertThat(copy.readAllBytes()).isEqualTo("the data".getBytes(UTF_8));
        }
    }

    @Test
    default void tellsAProgramThatFailedForWantOfStorage() {
        executor().dispatch(job("storage", FILLS_STORAGE));

        var exit = finish("storage").exit();

        assertThat(exit.cause()).isEqualTo(Exit.Cause.STORAGE_LIMIT);
        assertThat(exit.code()).isEqualTo(1);
        assertThat(restarted().find("storage")).get().isInstanceOfSatisfying(JobStatus.Finished.class, f -> assertThat(
                        f.exit())
                .isEqualTo(exit));
    }

    @Test
    default void tellsAProgramThatUsedTooMuchMemory() {
        executor().dispatch(job("memory", EATS_MEMORY));

        var exit = finish("memory").exit();

        assertThat(exit.cause()).isEqualTo(Exit.Cause.OUT_OF_MEMORY);
        assertThat(exit.code()).isEqualTo(137);
    }

    @Test
    default void cancelsAProgramThatListens() {
        executor().dispatch(job("cancel", WAITS));
        awaitLine("cancel", "ready");

        executor().cancel("cancel", Duration.ofSeconds(20));

        assertCanceled(executor(), "cancel");
        assertCanceled(restarted(), "cancel");
        executor().cancel("cancel", Duration.ofSeconds(20));
        assertCanceled(executor(), "cancel");
    }

    @Test
    default void cancelsAProgramThatDoesNotListen() {
        executor().dispatch(job("stubborn", IGNORES_SIGTERM));
        awaitLine("stubborn", "ready");

        executor().cancel("stubborn", Duration.ofSeconds(1));

        assertCanceled(executor(), "stubborn");
        assertThat(finish("stubborn").exit().code()).isEqualTo(137);
    }

    @Test
    default void cancelingAFinishedJobChangesNothing() {
        executor().dispatch(job("late", SUCCEEDS));
        var finished = finish("late");

        executor().cancel("late", Duration.ofSeconds(1));

        assertThat(executor().find("late")).contains(finished);
    }

    @Test
    default void findsARunningJobAgainAfterARestart() {
        executor().dispatch(job("restart", WAITS));
        awaitLine("restart", "ready");

        var other = restarted();

        assertThat(other.find("restart")).get().isInstanceOf(JobStatus.Running.class);
        assertThat(other.jobs()).extracting(JobStatus::dispatchId).containsExactly("restart");
        other.cancel("restart", Duration.ofSeconds(20));
        assertThat(log(other, "restart", 0)).extracting(LogLine::text).containsExactly("ready");
        assertCanceled(executor(), "restart");
    }

    @Test
    default void neverFollowsALinkInTheOutputs() {
        executor().dispatch(job("link", LEAVES_A_LINK));
        finish("link");

        var outputs = executor().outputs("link");

        assertThat(outputs.files()).extracting(JobOutput::path).containsExactly("kept");
        assertThat(outputs.refused()).singleElement().asString().contains("link");
        assertRejected(() -> executor().open("link", "link"));
        assertRejected(() -> executor().open("link", "../kept"));
        assertRejected(() -> executor().open("link", "absent"));
    }

    @Test
    default void rejectsToReadOutputsOfARunningJob() {
        executor().dispatch(job("running", WAITS));
        awaitLine("running", "ready");

        assertRejected(() -> executor().outputs("running"));
        assertRejected(() -> executor().open("running", "result.txt"));
    }

    @Test
    default void removesEverythingOfAJob() {
        executor().dispatch(job("remove", WAITS));
        awaitLine("remove", "ready");

        executor().remove("remove");

        assertThat(executor().find("remove")).isEmpty();
        assertThat(executor().jobs()).isEmpty();
        assertThat(log(executor(), "remove", 0)).isEmpty();
        executor().remove("remove");
    }

    @Test
    default void knowsNothingOfAJobThatNeverWas() {
        assertThat(executor().find("never")).isEmpty();
        assertThat(log(executor(), "never", 0)).isEmpty();
        executor().cancel("never", Duration.ofSeconds(1));
        executor().remove("never");
        assertRejected(() -> executor().outputs("never"));
        assertThat(executor().find("never")).isEmpty();
    }

    /** Waits until the job has written {@code text}, and fails if it ends without. */
    default void awaitLine(String dispatchId, String text) {
        var seen = new boolean[1];
        executor().follow(dispatchId, 0, line -> {
            if (line.text().equals(text)) {
                seen[0] = true;
                // The contract's way to stop following: the caller's thread is interrupted.
                Thread.currentThread().interrupt();
            }
        });
        Thread.interrupted();
        assertThat(seen[0]).as("the job wrote " + text).isTrue();
    }

    private List<LogLine> log(JobExecutor executor, String dispatchId, long after, Runnable onFirstLine) {
        var lines = new ArrayList<LogLine>();
        var acting = new ArrayList<Thread>();
        executor.follow(dispatchId, after, line -> {
            lines.add(line);
            if (acting.isEmpty()) {
                var actor = new Thread(onFirstLine, "contract");
                acting.add(actor);
                actor.start();
            }
        });
        try {
            for (var actor : acting) {
                actor.join();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return lines;
    }

    private static void assertCanceled(JobExecutor executor, String dispatchId) {
        assertThat(executor.find(dispatchId)).get().isInstanceOfSatisfying(JobStatus.Finished.class, f -> assertThat(
                        f.exit().cause())
                .isEqualTo(Exit.Cause.CANCELED));
    }

    private static void assertRejected(ThrowingCallable call) {
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(call)
                .matches(e -> e.reason() == Reason.REJECTED, "is rejected");
    }
}
