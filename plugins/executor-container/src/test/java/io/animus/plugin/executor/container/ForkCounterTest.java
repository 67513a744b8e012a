package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layouts of other machines; that of this one is read in the integration tests. */
class ForkCounterTest {
    private static final String ID = "4f2a";

    @TempDir
    Path machine;

    private ForkCounter counter;

    @BeforeEach
    void makeMachine() {
        counter = new ForkCounter(machine.resolve("proc"), machine.resolve("cgroup"));
    }

    @Test
    void readsTheHierarchyOfVersion1() throws IOException {
        process("9:name=systemd:/\n8:pids:/libpod_parent/libpod-4f2a\n4:memory:/other\n0::/\n");
        events("pids/libpod_parent/libpod-4f2a", "max 0\n");
        assertThat(hasRefused(7)).isFalse();

        events("pids/libpod_parent/libpod-4f2a", "max 12\n");
        assertThat(hasRefused(7)).isTrue();
    }

    @Test
    void readsThePidsControllerThatSharesAHierarchy() throws IOException {
        process("3:cpuset,pids:/docker/4f2a\n");
        events("pids/docker/4f2a", "max 1\n");

        assertThat(hasRefused(7)).isTrue();
    }

    @Test
    void readsTheUnifiedHierarchyAboveTheRuntimesOwnGroup() throws IOException {
        process("0::/machine.slice/libpod-4f2a.scope/container\n");
        events("machine.slice/libpod-4f2a.scope/container", "max 0\n");
        events("machine.slice/libpod-4f2a.scope", "max 3\n");

        assertThat(hasRefused(7)).isTrue();
    }

    @Test
    void readsNothingOfOthers() throws IOException {
        process("0::/user.slice/another.scope\n");
        events("user.slice/another.scope", "max 3\n");
        assertThat(hasRefused(7)).isFalse();

        process("0::/../../libpod-4f2a.scope\n");
        events("../libpod-4f2a.scope", "max 3\n");
        assertThat(hasRefused(7)).isFalse();
    }

    @Test
    void neverTakesWhatEncloses() throws IOException {
        process("0::/machine.slice/libpod-4f2a.scope\n");
        events("machine.slice", "max 3\n");

        assertThat(hasRefused(7)).isFalse();
    }

    @Test
    void knowsNothingOfAProcessThatIsGone() {
        assertThat(hasRefused(7)).isFalse();
        assertThat(hasRefused(0)).isFalse();
    }

    @Test
    void knowsNothingOfAProcessThatEndsWhileItIsRead() throws IOException {
        // What can't be read as a file stands for one that the kernel has taken back after it was opened.
        Files.createDirectories(machine.resolve("proc/7/cgroup"));

        assertThat(hasRefused(7)).isFalse();
    }

    private boolean hasRefused(int process) {
        var container = ContainerEngine.object().put("Id", ID);
        container.putObject("State").put("Pid", process);
        return counter.hasRefused(container);
    }

    private void process(String cgroups) throws IOException {
        write(machine.resolve("proc/7/cgroup"), cgroups);
    }

    private void events(String cgroup, String text) throws IOException {
        write(machine.resolve("cgroup").resolve(cgroup).resolve("pids.events"), text);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.normalize().getParent());
        Files.writeString(file.normalize(), text);
    }
}
