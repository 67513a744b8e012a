package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackgroundProcessTest {
    @TempDir
    private Path folder;

    @Test
    void isFoundByItsFileUntilItIsStopped() throws Exception {
        var pidFile = folder.resolve("pid");
        BackgroundProcess.start(Command.of("sleep", "600"), pidFile, folder.resolve("log"));

        var found = BackgroundProcess.find(pidFile).orElseThrow();
        found.stop();

        assertThat(BackgroundProcess.find(pidFile)).isEmpty();
        assertThat(pidFile).doesNotExist();
    }

    @Test
    void isNotMistakenForALaterProcessWithTheSameId() throws Exception {
        var pidFile = folder.resolve("pid");
        Files.writeString(pidFile, ProcessHandle.current().pid() + " 1@another-boot\n");

        assertThat(BackgroundProcess.find(pidFile)).isEmpty();
    }

    @Test
    void isEndedByForceWhenItDoesNotListen() throws Exception {
        var pidFile = folder.resolve("pid");
        var ready = folder.resolve("ready");
        var deaf = Command.of("bash", "-c", "trap '' TERM; touch " + ready + "; while :; do sleep 1; done");
        var process = BackgroundProcess.start(deaf, pidFile, folder.resolve("log"));
        Patience.await(Duration.ofSeconds(10), () -> Optional.of(ready).filter(Files::exists));

        process.stop(Duration.ofMillis(100));

        assertThat(BackgroundProcess.find(pidFile)).isEmpty();
        assertThat(process.isAlive()).isFalse();
    }
}
