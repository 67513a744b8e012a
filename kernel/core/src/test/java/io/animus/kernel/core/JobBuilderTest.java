package io.animus.kernel.core;

import static io.animus.kernel.domain.run.RunState.DISPATCHING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.executor.JobInput;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunInput;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it takes to make a job of a spec. */
class JobBuilderTest {
    private static Kernel kernel;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @Test
    void theDatabaseIsAskedWhereInputsAreOnlyIfThatIsNotedOfAny() throws Exception {
        var lab = new Laboratory(kernel);
        var database = kernel.anotherDatabase();
        try (var hub = lab.hub()) {
            var run = lab.create(hub, lab.wish("trains"));
            var spec = RunSpec.of(Json.read(run.spec()));
            var jobs = new JobBuilder(database, hub.ports(), kernel.clock());
            // Once to store the code, and once to find that it is stored.
            jobs.build(run, spec, underWay(run, false));
            var first = jobs.build(run, spec, underWay(run, false));
            database.close();

            var other = new RunInput(
                    spec.inputs().get(0).name(), lab.data().id(), Digest.of("others".getBytes(UTF_8)), 6, "text/csv");
            var second = jobs.build(run, with(spec, other), underWay(run, false));
            assertThat(second.inputs())
                    .extracting(JobInput::digest)
                    .containsExactly(first.inputs().get(0).digest(), other.digest());

            assertThatExceptionOfType(DatabaseUnavailableException.class)
                    .isThrownBy(() -> jobs.build(run, with(spec, other), underWay(run, true)));
        }
    }

    private static UnderWay underWay(Run run, boolean isNoted) {
        var attempt = new TypeId(run.id().value().replace(Run.PREFIX, Attempt.PREFIX));
        var there = new Placement("executor/memory/default", "plane");
        return new UnderWay(
                run.id(), run.project(), DISPATCHING, attempt, 1, there, null, isNoted, null, Instant.EPOCH, 60, false);
    }

    private static RunSpec with(RunSpec spec, RunInput input) {
        return new RunSpec(
                spec.kind(),
                spec.code(),
                spec.environment(),
                List.of(input),
                spec.command(),
                spec.parameters(),
                spec.seed(),
                spec.resources(),
                spec.networkClass(),
                spec.retry(),
                spec.timeoutSeconds());
    }
}
