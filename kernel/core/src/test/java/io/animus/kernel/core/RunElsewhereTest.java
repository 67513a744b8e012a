package io.animus.kernel.core;

import static io.animus.kernel.domain.run.RunState.DISPATCHING;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static io.animus.kernel.domain.run.RunState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.tck.InMemoryJobExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hubs with data planes of their own: a leader takes nothing for lost, and starts nothing again, because it isn't here. */
class RunElsewhereTest {
    private static Kernel kernel;

    private Laboratory lab;
    private Hub here;
    private Hub elsewhere;
    private InMemoryJobExecutor otherJobs;

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
        here = lab.hub();
        otherJobs = new InMemoryJobExecutor(kernel.clock(), source -> null);
        // The instances have the same name, as where both are the default.
        elsewhere = lab.hubElsewhere(new DataPlane(otherJobs));
    }

    @AfterEach
    void close() {
        elsewhere.close();
        here.close();
        lab.jobs().jobs().forEach(job -> lab.jobs().remove(job.dispatchId()));
    }

    @Test
    void aRunGoesOnWhileTheLeaderCannotLookAtIt() {
        var end = new CountDownLatch(1);
        lab.program("works", box -> {
            end.await();
            box.write("model.bin", new byte[] {1});
            return 0;
        });
        var run = lab.create(here, lab.wish("works"));
        lab.conduct(here, run.id(), RUNNING);
        here.close();

        lab.conduct(elsewhere, run.id(), UNKNOWN);
        beat(elsewhere, 3);
        assertThat(lab.progress(elsewhere, run.id()).state()).isEqualTo(UNKNOWN);

        elsewhere.close();
        end.countDown();
        here = lab.hub();
        assertThat(lab.finish(here, run.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(lab.starts(here, run.id())).containsExactly(1);
    }

    @Test
    void whatWasTakenForOneDataPlaneIsNotStartedInAnother() {
        var run = lab.create(here, lab.wish("trains"));
        here.scheduler().schedule(here.lead());
        here.close();

        beat(elsewhere, 3);
        assertThat(lab.progress(elsewhere, run.id()).state()).isEqualTo(DISPATCHING);
        assertThat(otherJobs.jobs()).isEmpty();

        elsewhere.close();
        here = lab.hub();
        assertThat(lab.finish(here, run.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(lab.starts(here, run.id())).containsExactly(1);
    }

    @Test
    void creatingCancelingAndEndingARunRingTheBell() throws InterruptedException {
        elsewhere.close();
        var first = lab.create(here, lab.wish("trains"));
        assertRung();
        here.runs().cancel(lab.developer(), null, lab.projectId(), first.id().value(), null);
        assertRung();

        var second = lab.create(here, lab.wish("trains"));
        assertRung();
        lab.finish(here, second.id());
        assertRung();
    }

    private void assertRung() throws InterruptedException {
        assertThat(here.bell().await(Duration.ZERO)).isTrue();
        assertThat(here.bell().await(Duration.ZERO)).as("only one ring").isFalse();
    }

    private static void beat(Hub hub, int times) {
        for (var i = 0; i < times; i++) {
            hub.beat();
            hub.awaitIdle();
        }
    }
}
