package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The hub or the engine goes away in the middle of something. */
@ParameterizedClass
@EnumSource(Engine.Brand.class)
class RestartIT {
    private static final String SLOW =
            "echo ready; while test ! -e /out/go; do sleep 0.05; done; echo went; echo x > /out/left";
    private static TestBed bed;

    @Parameter
    private Engine.Brand brand;

    private ContainerJobExecutor executor = bed.executor();

    @BeforeParameterizedClassInvocation
    static void startEngine(Engine.Brand brand) throws Exception {
        bed = new TestBed(brand);
    }

    @AfterParameterizedClassInvocation
    static void stopEngine() throws Exception {
        // Null where the engine can't be started.
        if (bed != null) {
            bed.stop();
            bed = null;
        }
    }

    @AfterEach
    void leavesNothing() throws Exception {
        assertThat(bed.clear()).isEmpty();
    }

    @Test
    void findsFollowsAndCollectsAJobOfAnEarlierHub() throws Exception {
        executor.dispatch(bed.job("earlier", SLOW));
        executor.close();
        executor = bed.executor();

        assertThat(executor.find("earlier")).get().isInstanceOf(JobStatus.Running.class);
        bed.letGo("earlier");

        assertThat(texts("earlier")).containsExactly("ready", "went");
        assertThat(executor.outputs("earlier").files())
                .extracting(JobOutput::path)
                .containsExactly("go", "left");
    }

    @Test
    void goesOnWithAJobWhenTheEngineIsKilledAndComesBack() throws Exception {
        executor.dispatch(bed.job("engine", SLOW));
        var ready = new CountDownLatch(1);
        var failures = new ArrayList<ExternalSystemException>();
        var follower = new Thread(() -> {
            try {
                executor.follow("engine", 0, line -> ready.countDown());
            } catch (ExternalSystemException e) {
                failures.add(e);
            }
        });
        follower.start();
        assertThat(ready.await(1, TimeUnit.MINUTES)).isTrue();

        bed.engine().killAndRestart();

        follower.join(Duration.ofMinutes(1).toMillis());
        assertThat(failures).singleElement().matches(e -> e.reason().isRetryable(), "is retryable");
        assertThat(executor.find("engine")).get().isInstanceOf(JobStatus.Running.class);
        bed.letGo("engine");
        assertThat(texts("engine")).containsExactly("ready", "went");
        assertThat(executor.outputs("engine").files())
                .extracting(JobOutput::path)
                .containsExactly("go", "left");
    }

    @Test
    void saysWhatToDoWhileTheEngineIsAway() throws Exception {
        assertThat(executor.health()).isEqualTo(PluginHealth.OK);
        bed.engine().kill();
        try {
            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> executor.find("away"))
                    .matches(e -> e.reason().isRetryable(), "is retryable");
            assertThat(executor.health().state()).isEqualTo(PluginHealth.State.DOWN);
            assertThat(executor.health().reason()).contains("podman system service");
        } finally {
            bed.engine().killAndRestart();
        }
    }

    @Test
    void beginsAnewWhatAnEarlierHubPreparedHalf() throws Exception {
        var folder = new JobFolder(bed.workFolder().resolve("half"));
        folder.create();
        Files.writeString(folder.inputs().resolve("data"), "half of i");
        folder.outputs().create(new BlankDisks(), 1 << 20, "0:0");
        var input = bed.serve("data", JobInput.Form.FILE, new byte[] {'x'});

        executor.dispatch(bed.job("half", "cat /in/data; grep -c ' /out ext4 ' /proc/mounts; echo y > /out/y", input));

        assertThat(texts("half")).first().isEqualTo("x1");
        assertThat(executor.outputs("half").files()).hasSize(1);
    }

    @Test
    void removesWhatAnEarlierHubPreparedHalf() throws Exception {
        var folder = new JobFolder(bed.workFolder().resolve("half"));
        folder.create();
        folder.outputs().create(new BlankDisks(), 1 << 20, "0:0");

        executor.remove("half");

        assertThat(folder.exists()).isFalse();
    }

    @Test
    void startsOnceWhatAnEarlierHubMadeAndDidNotStart() throws Exception {
        leaveUnstarted("made");

        assertThat(executor.jobs()).singleElement().isInstanceOf(JobStatus.Pending.class);
        assertThat(executor.dispatch(bed.job("made", SLOW))).isInstanceOf(JobStatus.Running.class);
        executor.dispatch(bed.job("made", SLOW));
        bed.letGo("made");

        assertThat(texts("made")).containsExactly("ready", "went");
    }

    @Test
    void neverStartsWhatWasCanceledBeforeItWasStarted() throws Exception {
        leaveUnstarted("made");

        executor.cancel("made", Duration.ZERO);

        assertThat(executor.find("made")).isEmpty();
        assertThat(bed.clear()).isEmpty();
    }

    /** Lets a hub die between making the job's container and starting it. */
    private void leaveUnstarted(String dispatchId) throws Exception {
        try (var cut = new CutSocket(bed.engine().file("cut.sock"), bed.engine().socket(), "/start")) {
            var doomed = bed.executor(bed.settings(List.of(cut.path())));
            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> doomed.dispatch(bed.job(dispatchId, SLOW)))
                    .matches(e -> e.reason().isRetryable(), "is retryable");
            doomed.close();
        }
    }

    @Test
    void readsOutputsThatAreNoLongerMounted() throws Exception {
        executor.dispatch(bed.job("reboot", "echo x > /out/left"));
        texts("reboot");
        HostCommand.run(
                "umount",
                new JobFolder(bed.workFolder().resolve("reboot"))
                        .outputs()
                        .mountPoint()
                        .toString());

        assertThat(executor.outputs("reboot").files())
                .extracting(JobOutput::path)
                .containsExactly("left");
    }

    @Test
    void remembersThatAJobWasCanceledByAnEarlierHub() {
        executor.dispatch(bed.job("canceled", "trap '' TERM; echo ready; sleep 600"));
        executor.cancel("canceled", Duration.ZERO);
        executor.close();
        executor = bed.executor();

        assertThat(executor.find("canceled")).get().isInstanceOfSatisfying(JobStatus.Finished.class, f -> assertThat(
                        f.exit().cause())
                .isEqualTo(Exit.Cause.CANCELED));
    }

    private List<String> texts(String dispatchId) {
        var texts = new ArrayList<String>();
        executor.follow(dispatchId, 0, (LogLine line) -> texts.add(line.text()));
        return texts;
    }
}
