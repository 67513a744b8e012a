package io.animus.plugin.executor.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.LogLine;
import io.animus.api.executor.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a job can't do, asked from inside. */
@ParameterizedClass
@EnumSource(Engine.Brand.class)
class IsolationIT {
    private static TestBed bed;

    @Parameter
    private Engine.Brand brand;

    private final ContainerJobExecutor executor = bed.executor();

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
    void runsWithoutAnyPrivilege() {
        var lines = run(bed.job("privileges", "id -u; id -g; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status"));

        assertThat(lines).startsWith("10001", "10001").contains("NoNewPrivs:\t1", "Seccomp:\t2");
        assertThat(lines)
                .filteredOn(l -> l.startsWith("Cap"))
                .hasSize(5)
                .allMatch(l -> l.endsWith("\t0000000000000000"));
    }

    @Test
    void makesNoNamespacesAndNoMounts() {
        var lines = run(
                bed.job(
                        "namespaces",
                        "unshare -U true || echo no user; unshare -n true || echo no net; mount -t tmpfs x /tmp || echo no mount"));

        assertThat(lines).contains("no user", "no net", "no mount");
    }

    @Test
    void startsThreadsAndProcessesAllTheSame() {
        assertThat(run(bed.job("processes", "echo a | cat; (echo b)"))).containsExactly("a", "b");
    }

    @Test
    void writesOnlyWhereItMay() {
        var input = bed.serve("data", JobInput.Form.FILE, new byte[] {'x'});
        var lines = run(bed.job(
                "files",
                "for d in / /bin /etc /in /proc/sys /sys; do touch $d/x 2>/dev/null && echo wrote $d; done;"
                        + " touch /tmp/x && echo tmp; touch /out/x && echo out; echo x > /in/data || echo in stays",
                input));

        assertThat(lines).contains("tmp", "out", "in stays");
        assertThat(lines).noneMatch(l -> l.startsWith("wrote"));
    }

    @Test
    void runsNothingOfWhatItWrote() {
        var lines = run(bed.job(
                "programs",
                "for d in /out /tmp; do cp /bin/busybox $d/p; $d/p echo ran 2>/dev/null || echo refused; done"));

        assertThat(lines).containsExactly("refused", "refused");
    }

    @Test
    void hasNoNetwork() {
        var lines = run(bed.job(
                "network",
                "grep -c : /proc/net/dev; wget -T 2 -q -O- http://" + bed.registry() + "/v2/ || echo unreachable"));

        assertThat(lines).startsWith("1").endsWith("unreachable");
    }

    @Test
    void hasTheNetworkOfItsClassOnly() {
        var open = bed.executor(bed.settings(false, Map.of("gpu-farm", "none")));

        open.dispatch(bed.job("class", "echo ran", TestBed.LIMITS, "gpu-farm"));

        assertThat(lines(open, "class")).containsExactly("ran");
    }

    @Test
    void hasUserIdsOfItsOwnWhereTheMachineHasARange() throws Exception {
        assumeTrue(brand == Engine.Brand.PODMAN, "Docker's daemon decides this for all containers");
        assumeTrue(Files.readString(Path.of("/etc/subuid")).contains("containers:"), "a range for containers");
        var apart = bed.executor(bed.settings(false, Map.of(), true));
        var input = bed.serve("data", JobInput.Form.FILE, new byte[] {'x'});

        apart.dispatch(bed.job("ids", "cat /proc/self/uid_map; cp /in/data /out/data && echo copied", input));

        var lines = lines(apart, "ids");
        assertThat(lines).last().isEqualTo("copied");
        assertThat(lines.get(0).strip()).doesNotStartWith("0          0");
        assertThat(apart.outputs("ids").files()).hasSize(1);
    }

    @Test
    void getsItsEnvironmentAndItsInputs() {
        var input = bed.serve("some/where/data", JobInput.Form.FILE, new byte[] {'x', '\n'});
        var lines = run(bed.job("environment", "echo $ANIMUS; cat /in/some/where/data; hostname", input));

        assertThat(lines).containsExactly("yes", "x", "job");
    }

    @Test
    void limitsTheFoldersThatTheImageWantsAsVolumes() throws Exception {
        var image = BusyboxImage.make(",'Volumes':{'/data':{}}");
        var workload = new Workload(
                bed.load(image, "animus/volumes"),
                List.of("sh", "-c", "dd if=/dev/zero of=/data/x bs=64k count=64 2>/dev/null || echo full"),
                Map.of());
        var job = new Job("volumes", image.digest(), workload, TestBed.LIMITS, Job.NO_NETWORK, List.of());

        assertThat(run(job)).containsExactly("full");
        assertThat(bed.engine().run("volume", "ls", "--quiet")).isEmpty();
    }

    @Test
    void keepsItsFilesFromOtherUsers() throws Exception {
        run(bed.job("private", "true"));
        var folder = new JobFolder(bed.workFolder().resolve("private"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.seccompProfile())))
                .isEqualTo("rw-------");
    }

    private List<String> run(Job job) {
        executor.dispatch(job);
        return lines(executor, job.dispatchId());
    }

    private static List<String> lines(ContainerJobExecutor executor, String dispatchId) {
        var lines = new ArrayList<LogLine>();
        executor.follow(dispatchId, 0, lines::add);
        return lines.stream()
                .filter(l -> l.stream() == LogLine.Stream.STDOUT)
                .map(LogLine::text)
                .toList();
    }
}
