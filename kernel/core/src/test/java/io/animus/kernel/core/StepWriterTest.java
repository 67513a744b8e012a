package io.animus.kernel.core;

import static io.animus.kernel.domain.run.RunState.DISPATCHING;
import static io.animus.kernel.domain.run.RunState.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.store.postgres.Leader;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepWriterTest {
    private Kernel kernel;
    private Laboratory lab;
    private Hub hub;
    private StepWriter writer;
    private final Map<TypeId, Optional<RuntimeException>> outcomes = new ConcurrentHashMap<>();

    @BeforeEach
    void open(@TempDir Path folder) {
        kernel = new Kernel(folder);
        lab = new Laboratory(kernel);
        hub = lab.hub();
        writer = new StepWriter(kernel.database(), new RunProgression(kernel.trail()), kernel.clock());
    }

    @AfterEach
    void close() {
        hub.close();
        kernel.close();
    }

    @Test
    void whatCannotBeWrittenKeepsNoOtherStepOfItsBatchFromIt() {
        var first = lab.create(hub, lab.wish("trains"));
        var second = lab.create(hub, lab.wish("trains"));
        var impossible = lab.create(hub, lab.wish("trains"));
        var canceled = lab.create(hub, lab.wish("trains"));
        var leader = hub.lead();
        assertThat(hub.scheduler().schedule(leader)).hasSize(4);
        var isWriting = new CompletableFuture<Void>();
        var mayGoOn = new CompletableFuture<Void>().orTimeout(1, TimeUnit.MINUTES);
        var tries = new AtomicInteger();

        var busy = CompletableFuture.runAsync(() -> write(leader, new Step(find(first), false, (batch, current) -> {
            isWriting.complete(null);
            mayGoOn.join();
            run(find(first)).on(batch, current);
        })));
        isWriting.orTimeout(1, TimeUnit.MINUTES).join();
        write(leader, new Step(find(second), false, (batch, current) -> {
            tries.incrementAndGet();
            run(find(second)).on(batch, current);
        }));
        write(leader, new Step(find(impossible), false, (batch, current) -> {
            run(find(impossible)).on(batch, current);
            batch.end(someoneElses(find(impossible)), AttemptEnd.canceled(null, Instant.now()));
        }));
        var seen = find(canceled);
        hub.runs().cancel(lab.developer(), null, lab.projectId(), canceled.id().value(), null);
        write(leader, new Step(seen, false, run(seen)));
        assertThat(outcomes).as("all wait for the first").isEmpty();
        mayGoOn.complete(null);
        busy.join();

        assertThat(outcomes).hasSize(4);
        assertThat(outcomes.get(first.id())).isEmpty();
        assertThat(outcomes.get(second.id())).isEmpty();
        assertThat(tries).as("once with the others, once alone").hasValue(2);
        assertThat(outcomes.get(impossible.id())).get().asString().contains("attempt_end");
        assertThat(outcomes.get(canceled.id())).get().isInstanceOf(RunProgression.OvertakenException.class);
        assertThat(lab.progress(hub, first.id()).state()).isEqualTo(RUNNING);
        assertThat(lab.progress(hub, second.id()).state()).isEqualTo(RUNNING);
        assertThat(lab.progress(hub, impossible.id()).state()).isEqualTo(DISPATCHING);
        assertThat(lab.progress(hub, canceled.id()).state()).isEqualTo(DISPATCHING);
        assertThat(kernel.audited(second.id())).containsExactly("run.created", "run.dispatched", "run.started");
        assertThat(kernel.audited(impossible.id())).doesNotContain("run.started");
    }

    private void write(Leader leader, Step step) {
        writer.write(leader, step, outcome -> outcomes.put(step.run().run(), outcome));
    }

    private UnderWay find(Run run) {
        return kernel.database().read(tx -> tx.queue().underWay(10)).stream()
                .filter(underWay -> underWay.run().equals(run.id()))
                .findFirst()
                .orElseThrow();
    }

    private static Step.Effect run(UnderWay run) {
        var now = Instant.now();
        return (batch, current) -> {
            batch.start(run, now, "here");
            batch.advance(
                    run, current.running(now), Action.RUN_STARTED, Json.object().build());
        };
    }

    /** With an attempt that isn't in the database. */
    private static UnderWay someoneElses(UnderWay run) {
        return new UnderWay(
                run.run(),
                run.project(),
                run.state(),
                run.run(),
                run.number(),
                run.placement(),
                run.store(),
                run.isNoted(),
                null,
                run.since(),
                run.timeoutSeconds(),
                false);
    }
}
