package io.animus.kernel.core;

import static io.animus.kernel.domain.run.RunState.CANCELED;
import static io.animus.kernel.domain.run.RunState.QUEUED;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static io.animus.kernel.domain.run.RunState.SUCCEEDED;
import static io.animus.kernel.domain.run.RunState.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.executor.LogLine.Stream;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.WaitingReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each run goes to the executor of its project and is looked after there; what is wrong with one executor is no other's. */
class ProjectExecutorsTest {
    private static final PageRequest ALL = new PageRequest(500, null, false);
    private static final Map<String, ?> BEHIND = Map.of("service.ranking", -1);
    private static Kernel kernel;

    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    /** A project that is not bound, and what its jobs are on. */
    private Laboratory free;
    /** A project that is bound to {@code memory.second}. */
    private Laboratory bound;

    private NamedExecutor first;
    private NamedExecutor second;
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
        free = laboratory();
        bound = laboratory();
        bind(bound, 1, "memory.second");
        first = new NamedExecutor("first", free.plane());
        second = new NamedExecutor("second", bound.plane());
        hub = new Hub(kernel, Laboratory.scm(), first);
        hub.ports().addExecutor(second, BEHIND);
    }

    @AfterEach
    void close() {
        end.countDown();
        released.countDown();
        hub.close();
        kernel.returnToNow();
        for (var lab : List.of(free, bound)) {
            lab.jobs().setReachable(true);
            lab.jobs().jobs().forEach(job -> lab.jobs().remove(job.dispatchId()));
        }
    }

    @Test
    void eachRunGoesToTheExecutorOfItsProject() {
        var one = free.create(hub, free.wish("trains"));
        var other = bound.create(hub, bound.wish("trains"));

        assertThat(free.finish(hub, one.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(bound.finish(hub, other.id()).state()).isEqualTo(SUCCEEDED);

        assertThat(executors(free, one)).containsExactly("executor/memory/first");
        assertThat(executors(bound, other)).containsExactly("executor/memory/second");
        assertThat(free.starts(hub, one.id())).containsExactly(1);
        assertThat(bound.starts(hub, other.id())).containsExactly(1);
        assertThat(bound.artifacts(hub, other.id())).hasSize(3);
    }

    @Test
    void whileItsExecutorIsAwayARunWaitsAndOthersGoOn() {
        hub.ports().removeExecutor(second);
        var waiting = bound.create(hub, bound.wish("trains"));
        var other = free.create(hub, free.wish("trains"));

        assertThat(free.finish(hub, other.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(bound.look(hub, waiting.id()).waiting()).isEqualTo(WaitingReason.EXECUTOR_UNAVAILABLE);
        assertThat(listed(waiting)).isEqualTo(WaitingReason.EXECUTOR_UNAVAILABLE);
        assertThat(bound.progress(hub, waiting.id()).state()).isEqualTo(QUEUED);

        hub.ports().addExecutor(second, BEHIND);
        assertThat(bound.look(hub, waiting.id()).waiting()).isEqualTo(WaitingReason.IN_QUEUE);
        assertThat(bound.finish(hub, waiting.id()).state()).isEqualTo(SUCCEEDED);
    }

    @Test
    void theFirstBeingAwayIsNoMatterToWhoIsBoundToAnother() {
        free.jobs().setReachable(false);
        beat(1);
        var waiting = free.create(hub, free.wish("trains"));
        var other = bound.create(hub, bound.wish("trains"));

        assertThat(bound.finish(hub, other.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(free.look(hub, waiting.id()).waiting()).isEqualTo(WaitingReason.EXECUTOR_UNAVAILABLE);
        assertThat(free.attempts(hub, waiting.id())).isEmpty();
    }

    @Test
    void aRunOutlivesTheUpdateOfItsExecutorUnseen() {
        var run = running(bound);
        hub.ports().removeExecutor(second);

        free.finish(hub, free.create(hub, free.wish("trains")).id());
        beat(3);
        assertThat(bound.progress(hub, run.id()).state()).isEqualTo(RUNNING);

        hub.ports().addExecutor(new NamedExecutor("second", bound.plane()), BEHIND);
        end.countDown();
        assertThat(bound.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(bound.states(hub, run.id())).doesNotContain(UNKNOWN);
        assertThat(bound.starts(hub, run.id())).containsExactly(1);
    }

    @Test
    void whatAnotherExecutorDoesNotKnowIsNotMissing() {
        var run = running(bound);
        var other = running(free);
        bound.jobs().setReachable(false);
        beat(3);
        kernel.advance(Hub.DEADLINES.silence().plusSeconds(1));

        bound.conduct(hub, run.id(), UNKNOWN);
        assertThat(free.progress(hub, other.id()).state()).isEqualTo(RUNNING);
        hub.ports().removeExecutor(second);
        kernel.advance(Hub.DEADLINES.silence());
        beat(3);
        assertThat(bound.progress(hub, run.id()).state().isFinal()).isFalse();

        bound.jobs().setReachable(true);
        hub.ports().addExecutor(second, BEHIND);
        end.countDown();
        assertThat(bound.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(bound.starts(hub, run.id())).containsExactly(1);
    }

    @Test
    void anExecutorThatDoesNotAnswerHoldsUpNoOther() {
        second.holdLooks(released);
        hub.beat();
        Await.until("it is not offered jobs", () -> !hub.ports().dataPlanes().isAble("memory.second"));
        var waiting = bound.create(hub, bound.wish("trains"));
        var other = free.create(hub, free.wish("trains"));

        assertThat(free.finish(hub, other.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(bound.look(hub, waiting.id()).waiting()).isEqualTo(WaitingReason.EXECUTOR_UNAVAILABLE);

        released.countDown();
        assertThat(bound.finish(hub, waiting.id()).state()).isEqualTo(SUCCEEDED);
    }

    @Test
    void aCrowdOfJobsThatAreNotTakenHoldsUpNoOtherExecutor() {
        var crowd = laboratory();
        crowd.raiseQuota(20);
        bind(crowd, 2, "memory.second");
        second.holdDispatches(released);
        for (var i = 0; i < 20; i++) {
            crowd.create(hub, crowd.wish("trains"));
        }
        hub.beat();
        var other = free.create(hub, free.wish("trains"));

        assertThat(free.finish(hub, other.id()).state()).isEqualTo(SUCCEEDED);
    }

    @Test
    void afterARestartEachRunIsFoundWhereItIs() {
        var one = running(free);
        var other = running(bound);
        hub.close();

        hub = new Hub(kernel, Laboratory.scm(), new NamedExecutor("second", bound.plane()));
        hub.ports().addExecutor(new NamedExecutor("first", free.plane()), BEHIND);
        hub.runs().cancel(free.developer(), null, free.projectId(), one.id().value(), null);
        assertThat(free.finish(hub, one.id()).state()).isEqualTo(CANCELED);
        assertThat(bound.progress(hub, other.id()).state()).isEqualTo(RUNNING);

        end.countDown();
        assertThat(bound.finish(hub, other.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(bound.starts(hub, other.id())).containsExactly(1);
    }

    @Test
    void whoIsBoundToAnotherOneEndsWhereItBegan() {
        var before = running(free);
        bind(free, 1, "memory.second");
        bound.jobs().install(free.environment().content().images().get(0).digest(), box -> {
            box.write("model.bin", new byte[] {2});
            return 0;
        });
        var after = free.create(hub, free.wish("trains"));

        free.conduct(hub, after.id(), SUCCEEDED);
        end.countDown();
        assertThat(free.finish(hub, before.id()).state()).isEqualTo(SUCCEEDED);
        assertThat(executors(free, before)).containsExactly("executor/memory/first");
        assertThat(executors(free, after)).containsExactly("executor/memory/second");
    }

    @Test
    void theLogOfARunUnderWayIsReadWhereItIs() {
        var run = running(bound).id();
        var lines = new ArrayList<String>();

        Await.until("the line is there", () -> {
            lines.clear();
            hub.results().readLog(run, 1, 0, Duration.ofMillis(200), (attempt, line) -> lines.add(line.text()));
            return lines.contains("works");
        });
        hub.ports().removeExecutor(second);
        assertThat(hub.results().readLog(run, 1, 0, Duration.ofMillis(200), (attempt, line) -> true))
                .as("the attempt goes on")
                .isFalse();
    }

    @Test
    void ofTwoInOneDataPlaneTheOneThatTheProjectIsBoundToTakesTheJob() {
        first.holdDispatches(released);
        hub.ports().addExecutor(new NamedExecutor("third", free.plane()), BEHIND);
        bind(free, 1, "memory.third");
        var run = free.create(hub, free.wish("trains"));

        assertThat(free.finish(hub, run.id()).state()).isEqualTo(SUCCEEDED);
    }

    private Laboratory laboratory() {
        var lab = new Laboratory(kernel);
        lab.program("works", box -> {
            box.print(Stream.STDOUT, "works");
            end.await();
            box.write("model.bin", new byte[] {1});
            return 0;
        });
        return lab;
    }

    private Run running(Laboratory lab) {
        var run = lab.create(hub, lab.wish("works"));
        lab.conduct(hub, run.id(), RUNNING);
        return run;
    }

    private void beat(int times) {
        for (var i = 0; i < times; i++) {
            hub.beat();
            hub.awaitIdle();
        }
    }

    private List<String> executors(Laboratory lab, Run run) {
        return lab.attempts(hub, run.id()).stream()
                .map(attempt -> attempt.placement().executor())
                .toList();
    }

    private @Nullable WaitingReason listed(Run run) {
        return hub.runs().list(bound.developer(), bound.projectId(), new RunFilter(null, null), ALL).items().stream()
                .filter(view -> view.run().id().equals(run.id()))
                .findFirst()
                .orElseThrow()
                .waiting();
    }

    private static void bind(Laboratory lab, long version, String executor) {
        var edit = new Projects.Edit(
                UnaryOperator.identity(),
                UnaryOperator.identity(),
                null,
                now -> new PluginBindings(null, null, executor, null),
                "/plugins");
        var admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
        Kernel.done(new Projects(kernel.gate()).update(admin, lab.projectId(), version, edit));
    }
}
