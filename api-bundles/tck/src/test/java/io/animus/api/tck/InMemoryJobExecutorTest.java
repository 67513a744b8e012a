package io.animus.api.tck;

import static io.animus.api.executor.LogLine.Stream.STDERR;
import static io.animus.api.executor.LogLine.Stream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.Workload;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ImageReference;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The in-memory executor keeps the contract, and so proves that the contract can be kept. */
class InMemoryJobExecutorTest implements JobExecutorContract, JobPrograms {
    private final Map<URI, byte[]> served = new ConcurrentHashMap<>();
    private final InMemoryJobExecutor executor = new InMemoryJobExecutor(InstantSource.system(), served::get);

    @BeforeEach
    void install() {
        for (var program : Program.values()) {
            executor.install(digest(program), sandbox -> {
                sandbox.print(STDOUT, "ready");
                return run(program, sandbox);
            });
        }
    }

    @AfterEach
    void removeJobs() {
        executor.setReachable(true);
        executor.jobs().forEach(j -> executor.remove(j.dispatchId()));
    }

    @Test
    void failsAsUnavailableWhileTheDataPlaneIsAway() {
        executor.dispatch(job("away", Program.WAITS));
        executor.setReachable(false);

        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> executor.find("away"))
                .matches(e -> e.reason().isRetryable(), "is retryable");
    }

    @Test
    void countsEachStartOfAProgram() {
        var job = job("counted", Program.SUCCEEDS);

        executor.dispatch(job);
        executor.dispatch(job);

        assertThat(executor.starts("counted")).isEqualTo(1);
        assertThat(executor.starts("never")).isZero();
    }

    @Test
    void tellsAProgramThatFailedForWantOfProcesses() {
        executor.install(digest(Program.EXITS_3), sandbox -> {
            while (sandbox.fork()) {
                sandbox.print(STDOUT, "one more");
            }
            return 1;
        });
        executor.dispatch(job("processes", Program.EXITS_3));

        assertThat(finish("processes").exit().cause()).isEqualTo(Exit.Cause.PROCESS_LIMIT);
        assertThat(log(executor, "processes", 0)).hasSize(LIMITS.processes() - 1);
    }

    private static int run(Program program, InMemoryProgram.Sandbox sandbox) throws InterruptedException {
        switch (program) {
            case SUCCEEDS -> {
                sandbox.print(STDOUT, "second");
                sandbox.write("result.txt", "done\n".getBytes(UTF_8));
                sandbox.write("sub/empty", new byte[0]);
            }
            case EXITS_3 -> {
                sandbox.print(STDERR, "failing");
                return 3;
            }
            case WAITS -> sandbox.awaitTermination();
            case IGNORES_SIGTERM -> new CountDownLatch(1).await();
            case EATS_MEMORY -> sandbox.allocate(1L << 40);
            case FILLS_STORAGE -> {
                return sandbox.write("big", new byte[8 << 20]) ? 0 : 1;
            }
            case COPIES_INPUT -> sandbox.write("data", sandbox.input("data"));
            case LEAVES_A_LINK -> {
                sandbox.write("kept", "kept".getBytes(UTF_8));
                sandbox.link("link", "/etc/passwd");
            }
            case PRINTS_A_LONG_LINE -> sandbox.print(STDOUT, "x".repeat(20_000) + "\nlast");
        }
        return 0;
    }

    private static Digest digest(Program program) {
        return Digest.of(program.name().getBytes(UTF_8));
    }

    @Override
    public Set<Capability> lacks() {
        return Set.of(Capability.GPUS);
    }

    @Override
    public JobExecutor executor() {
        return executor;
    }

    @Override
    public JobExecutor restarted() {
        return executor.restarted();
    }

    @Override
    public JobPrograms programs() {
        return this;
    }

    @Override
    public Workload workload(Program program) {
        return workload(digest(program));
    }

    @Override
    public Workload unknownImage() {
        return workload(Digest.of("unknown".getBytes(UTF_8)));
    }

    private static Workload workload(Digest image) {
        return new Workload(new ImageReference("registry.test", "programs", null, image), List.of(), Map.of());
    }

    @Override
    public JobInput serve(String path, JobInput.Form form, byte[] content) {
        var source = URI.create("memory:" + path);
        served.put(source, content);
        return new JobInput(path, form, source, Digest.of(content), content.length);
    }

    @Override
    public JobInput absent(String path) {
        return new JobInput(path, JobInput.Form.FILE, URI.create("memory:absent"), Digest.of(new byte[0]), 0);
    }
}
