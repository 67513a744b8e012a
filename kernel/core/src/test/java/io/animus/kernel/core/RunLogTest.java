package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.executor.LogLine.Stream;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.RunState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log reads the same while the run writes it and afterwards, from any line on. */
class RunLogTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static Kernel kernel;

    private final CountDownLatch rest = new CountDownLatch(1);
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
        lab.program("talks", box -> {
            box.print(Stream.STDOUT, "one\ntwo");
            rest.await();
            box.print(Stream.STDERR, "three");
            box.write("model.bin", new byte[] {1});
            return 0;
        });
    }

    @AfterEach
    void close() {
        lab.jobs().jobs().forEach(job -> lab.jobs().remove(job.dispatchId()));
        hub.close();
    }

    @Test
    void isReadWhileTheRunWritesAndGoesOnAfterTheEnd() {
        var run = lab.create(hub, lab.wish("talks")).id();
        lab.conduct(hub, run, RunState.RUNNING);
        lab.awaitStart(hub, run);
        var lines = new ArrayList<String>();

        Await.until("the first lines are there", () -> {
            lines.clear();
            assertThat(hub.results().readLog(run, 1, 0, SHORT, (attempt, line) -> lines.add(line.text())))
                    .as("the attempt goes on")
                    .isFalse();
            return lines.size() == 2;
        });
        rest.countDown();
        lab.finish(hub, run);
        var isOver = hub.results().readLog(run, 1, 2, SHORT, (attempt, line) -> lines.add(line.text()));

        assertThat(isOver).isTrue();
        assertThat(lines).containsExactly("one", "two", "three");
    }

    @Test
    void isReadFromWhatIsStoredExactlyAsItWasWritten() {
        rest.countDown();
        var run = lab.create(hub, lab.wish("talks")).id();
        lab.finish(hub, run);

        assertThat(read(run, 0)).containsExactly("1 1 STDOUT one", "1 2 STDOUT two", "1 3 STDERR three");
        assertThat(read(run, 1)).containsExactly("1 2 STDOUT two", "1 3 STDERR three");
        assertThat(read(run, 3)).isEmpty();
        assertThat(hub.results().isOver(run)).isTrue();
    }

    @Test
    void leavesAReaderNothingAfterItsTimeIsOver() {
        var run = lab.create(hub, lab.wish("talks")).id();
        lab.conduct(hub, run, RunState.RUNNING);
        var lines = new ArrayList<String>();
        Await.until("two lines", () -> {
            lines.clear();
            hub.results().readLog(run, 1, 0, SHORT, (attempt, line) -> lines.add(line.text()));
            return lines.size() == 2;
        });

        rest.countDown();
        lab.awaitEndOfJob(hub, run);

        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void manyReadersKeepNobodyFromConducting() {
        var run = lab.create(hub, lab.wish("talks")).id();
        lab.conduct(hub, run, RunState.RUNNING);
        var readers = new ArrayList<Thread>();
        for (var i = 0; i < 60; i++) {
            var reader = new Thread(() -> hub.results().readLog(run, 1, 0, Duration.ofSeconds(20), (a, line) -> true));
            reader.setDaemon(true);
            reader.start();
            readers.add(reader);
        }

        rest.countDown();

        assertThat(lab.finish(hub, run).state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void manyReadersWhoTakeTheirTimeKeepNobodyFromTheStore() throws Exception {
        rest.countDown();
        var run = lab.create(hub, lab.wish("talks")).id();
        lab.finish(hub, run);
        var reading = new CountDownLatch(RunResults.MOST_LOG_READERS);
        var mayGoOn = new CountDownLatch(1);
        var readers = Executors.newFixedThreadPool(RunResults.MOST_LOG_READERS);
        try {
            for (var i = 0; i < RunResults.MOST_LOG_READERS; i++) {
                readers.submit(() -> hub.results().readLog(run, 1, 0, SHORT, (attempt, line) -> {
                    reading.countDown();
                    await(mayGoOn);
                    return true;
                }));
            }

            assertThat(reading.await(20, TimeUnit.SECONDS))
                    .as("all read at once")
                    .isTrue();
            var artifact = lab.artifacts(hub, run).get(0).id().value();
            assertThat(hub.results().download(lab.developer(), lab.projectId(), run.value(), artifact))
                    .isNotNull();
        } finally {
            mayGoOn.countDown();
            readers.shutdownNow();
        }
    }

    @Test
    void whoWantsNoMoreOfAStoredLogGetsNoMore() {
        rest.countDown();
        var run = lab.create(hub, lab.wish("talks")).id();
        lab.finish(hub, run);
        var lines = new ArrayList<String>();

        hub.results().readLog(run, 1, 0, SHORT, (attempt, line) -> {
            lines.add(line.text());
            return false;
        });

        assertThat(lines).containsExactly("one");
    }

    @Test
    void isOpenedOnRecord() {
        rest.countDown();
        var run = lab.create(hub, lab.wish("talks")).id();

        assertThat(hub.results()
                        .openLog(lab.developer(), lab.projectId(), run.value())
                        .run())
                .isEqualTo(run);
        assertThat(kernel.audited(run)).endsWith("run_log.read");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> read(TypeId run, long after) {
        var lines = new ArrayList<String>();
        hub.results()
                .readLog(
                        run,
                        1,
                        after,
                        SHORT,
                        (attempt, line) ->
                                lines.add(attempt + " " + line.number() + " " + line.stream() + " " + line.text()));
        return lines;
    }
}
