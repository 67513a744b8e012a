package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.animus.api.executor.Job;
import io.animus.api.executor.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** The walls around a job: what the engine is told, none of which a job can choose. */
final class Sandbox {
    /** The label with the digest of the job's specification. */
    static final String SPEC = "io.animus.spec";

    private static final int NANOS_PER_MILLI_CPU = 1_000_000;
    private static final int MAX_PROCESSES_OF_USER = 4096;

    private final Settings settings;
    private final String seccompProfile = readProfile();

    Sandbox(Settings settings) {
        this.settings = settings;
    }

    /**
     * The engine's network for the job.
     *
     * @throws RefusedException if its network class isn't configured
     */
    String network(Job job) throws RefusedException {
        if (job.networkClass().equals(Job.NO_NETWORK)) {
            return "none";
        }
        var network = settings.networks().get(job.networkClass());
        if (network == null) {
            throw new RefusedException(
                    Refusal.NETWORK_CLASS_UNKNOWN, "this executor has no network class " + job.networkClass());
        }
        return network;
    }

    /** The whole container, as the engine's create call takes it. */
    ObjectNode container(Job job, JobFolder folder, ContainerEngine.Image image, Dialect dialect)
            throws IOException, RefusedException {
        var workload = job.workload();
        var container = ContainerEngine.object();
        // By id, not by name: what was checked is what runs.
        container.put("Image", image.id()).put("User", settings.user()).put("Hostname", "job");
        container.put("StopSignal", "SIGTERM").put("AttachStdin", false).put("Tty", false);
        var command = container.putArray("Cmd");
        workload.command().forEach(command::add);
        var environment = container.putArray("Env");
        workload.environment().forEach((name, value) -> environment.add(name + "=" + value));
        container
                .putObject("Labels")
                .put(ContainerEngine.DISPATCH, job.dispatchId())
                .put(SPEC, job.specDigest().value());
        var host = container.putObject("HostConfig");
        isolate(host, job, folder, dialect);
        limit(host, job);
        mount(host, folder, image, dialect);
        dialect.log(host.putObject("LogConfig"), folder.log(), settings.logDiskBytes());
        return container;
    }

    private void isolate(ObjectNode host, Job job, JobFolder folder, Dialect dialect)
            throws IOException, RefusedException {
        host.put("NetworkMode", network(job)).put("IpcMode", "private").put("Privileged", false);
        host.put("ReadonlyRootfs", true).put("AutoRemove", false);
        host.putArray("CapDrop").add("ALL");
        host.putArray("SecurityOpt")
                .add("no-new-privileges")
                .add(dialect.seccomp(writeProfile(folder), seccompProfile));
        if (settings.userNamespaces() && dialect == Dialect.PODMAN) {
            host.put("UsernsMode", "auto");
        }
        host.putObject("RestartPolicy").put("Name", "no");
    }

    private void limit(ObjectNode host, Job job) {
        var limits = job.limits();
        host.put("NanoCpus", limits.milliCpus() * NANOS_PER_MILLI_CPU);
        // Memory and swap together: no swap at all.
        host.put("Memory", limits.memoryBytes()).put("MemorySwap", limits.memoryBytes());
        host.put("PidsLimit", limits.processes());
        host.put("ShmSize", settings.tmpBytes());
        var ulimits = host.putArray("Ulimits");
        // Always spelled out: Podman swaps soft and hard of its own defaults. The number of processes is limited by the
        // cgroup above; this one counts all jobs of the user together.
        ulimits.addObject()
                .put("Name", "nofile")
                .put("Soft", settings.openFiles())
                .put("Hard", settings.openFiles());
        ulimits.addObject()
                .put("Name", "nproc")
                .put("Soft", MAX_PROCESSES_OF_USER)
                .put("Hard", MAX_PROCESSES_OF_USER);
        ulimits.addObject().put("Name", "core").put("Soft", 0).put("Hard", 0);
    }

    private void mount(ObjectNode host, JobFolder folder, ContainerEngine.Image image, Dialect dialect) {
        host.putArray("Binds")
                .add(folder.inputs() + ":/in:" + dialect.mountOptions("ro"))
                .add(folder.outputs().mountPoint() + ":/out:" + dialect.mountOptions("rw"));
        var memory = "rw,noexec,nosuid,nodev,size=" + settings.tmpBytes() + ",mode=1777";
        var scratch = host.putObject("Tmpfs").put("/tmp", memory);
        // Else the engine would make volumes for them, and nothing limits those.
        image.volumes().stream()
                .filter(f -> !f.equals("/out") && !f.equals("/in"))
                .forEach(f -> scratch.put(f, memory));
    }

    private Path writeProfile(JobFolder folder) throws IOException {
        var file = folder.seccompProfile();
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, seccompProfile, UTF_8, StandardOpenOption.WRITE);
        }
        return file;
    }

    private static String readProfile() {
        try (var profile = Objects.requireNonNull(Sandbox.class.getResourceAsStream("seccomp.json"))) {
            return new String(profile.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the bundle's seccomp profile can't be read", e);
        }
    }
}
