package io.animus.kernel.core;

import static io.animus.kernel.domain.run.RunState.CANCELED;
import static io.animus.kernel.domain.run.RunState.DISPATCHING;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.core.DataPlane.Moment;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.ErrorClass;
import io.animus.kernel.domain.run.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I-6: whenever a hub dies, another one brings every run to its end; nothing runs twice and nothing is left behind. */
class RunCrashTest {
    private static Kernel kernel;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Laboratory lab;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void enter() {
        lab = new Laboratory(kernel);
    }

    @AfterEach
    void leave() throws Exception {
        for (var hub : open) {
            hub.close();
        }
        lab.jobs().jobs().forEach(job -> lab.jobs().remove(job.dispatchId()));
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void convergesAfterADeathAtAnyMoment(Moment moment) {
        var first = hub();
        var run = lab.create(first, lab.wish("trains"));
        lab.plane().killAt(moment);
        Await.until("the hub dies", () -> {
            first.beat();
            return lab.plane().hasKilled();
        });

        first.close();
        lab.plane().spare();
        var second = hub();

        assertThat(lab.finish(second, run.id()).state()).isEqualTo(SUCCEEDED);
        assertRanOnce(second, run);
        assertThat(lab.artifacts(second, run.id()))
                .extracting(Artifact::name)
                .containsExactlyInAnyOrder("model.bin", "second/metrics.json", "log.jsonl");
    }

    @Test
    void convergesAfterADeathBetweenClaimAndDispatch() {
        var first = hub();
        var run = lab.create(first, lab.wish("trains"));
        first.scheduler().schedule(first.lead());
        assertThat(lab.progress(first, run.id()).state()).isEqualTo(DISPATCHING);

        first.close();
        var second = hub();

        assertThat(lab.finish(second, run.id()).state()).isEqualTo(SUCCEEDED);
        assertRanOnce(second, run);
    }

    @Test
    void convergesWhenTheJobEndsWhileNoHubLives() {
        var end = new CountDownLatch(1);
        lab.program("works", box -> {
            end.await();
            box.write("model.bin", new byte[] {1});
            return 0;
        });
        var first = hub();
        var run = lab.create(first, lab.wish("works"));
        lab.conduct(first, run.id(), RUNNING);
        lab.awaitStart(first, run.id());

        first.close();
        end.countDown();
        var second = hub();
        lab.awaitEndOfJob(second, run.id());

        assertThat(lab.finish(second, run.id()).state()).isEqualTo(SUCCEEDED);
        assertRanOnce(second, run);
    }

    @Test
    void keepsARunningJobThatStartedLongAgoWhileNoHubLived() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var first = hub();
        var run = lab.create(first, lab.wish("waits").timeout(86_400));
        lab.plane().killAt(Moment.AFTER_DISPATCH);
        Await.until("the hub dies", () -> {
            first.beat();
            return lab.plane().hasKilled();
        });
        first.close();
        lab.plane().spare();

        kernel.advance(Hub.DEADLINES.start().plusSeconds(60));
        var second = hub();

        lab.conduct(second, run.id(), RUNNING);
        second.runs().cancel(lab.developer(), null, lab.projectId(), run.id().value(), null);
        assertThat(lab.finish(second, run.id()).state()).isEqualTo(CANCELED);
        assertRanOnce(second, run);
    }

    @Test
    void aHubThatLostTheLeadChangesNothing() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var first = hub();
        var run = lab.create(first, lab.wish("waits"));
        var paused = first.lead();
        first.scheduler().schedule(paused);
        first.loseSession();

        var second = hub();
        lab.conduct(second, run.id(), RUNNING);
        second.runs().cancel(lab.developer(), null, lab.projectId(), run.id().value(), null);
        lab.finish(second, run.id());
        first.reconciler().reconcile(paused);
        first.awaitIdle();

        assertThat(lab.progress(second, run.id()).state()).isEqualTo(CANCELED);
        assertRanOnce(second, run);
    }

    @Test
    void twoHubsUnderLoadDispatchEachRunOnce() throws Exception {
        lab.raiseQuota(60);
        var hubs = List.of(hub(), hub());
        var runs = createTogether(hubs, 200);
        for (var hub : hubs) {
            open.add(0, hub.conduct()::close);
        }

        awaitEnd(200);

        lab.awaitNoJob();
        for (var run : runs) {
            assertThat(lab.progress(hubs.get(1), run.id()).state()).isEqualTo(SUCCEEDED);
            assertRanOnce(hubs.get(1), run);
        }
    }

    @Test
    void convergesWhenTheDatabaseRestartsInTheMiddle() throws Exception {
        lab.raiseQuota(10);
        var hub = hub();
        var runs = createTogether(List.of(hub), 40);
        open.add(0, hub.conduct()::close);
        Await.until("some are over", () -> countFinal() > 5);

        kernel.restartDatabase();

        awaitEnd(40);
        lab.awaitNoJob();
        for (var run : runs) {
            assertThat(lab.progress(hub, run.id()).state()).isEqualTo(SUCCEEDED);
            assertRanOnce(hub, run);
        }
    }

    private List<Run> createTogether(List<Hub> hubs, int count) throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var runs = new ArrayList<Run>();
            var calls = IntStream.range(0, count)
                    .mapToObj(i -> threads.submit(() -> {
                        var wish = lab.wish("trains").resources("100m", null).retry(3, ErrorClass.PLATFORM);
                        return lab.create(hubs.get(i % hubs.size()), wish);
                    }))
                    .toList();
            for (var call : calls) {
                runs.add(call.get(60, TimeUnit.SECONDS));
            }
            return runs;
        } finally {
            threads.shutdownNow();
        }
    }

    private void awaitEnd(int count) {
        Await.until("all are over", () -> countFinal() == count);
    }

    private int countFinal() {
        return kernel.column(
                        "select id from run where project_id = ? and state in ('succeeded', 'failed', 'canceled')",
                        lab.projectId())
                .size();
    }

    private Hub hub() {
        var hub = lab.hub();
        open.add(hub);
        return hub;
    }

    private void assertRanOnce(Hub hub, Run run) {
        assertThat(lab.starts(hub, run.id())).as(run.id().value()).containsExactly(1);
        assertThat(lab.jobs().jobs()).isEmpty();
    }
}
