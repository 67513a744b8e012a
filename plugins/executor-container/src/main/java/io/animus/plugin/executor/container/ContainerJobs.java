package io.animus.plugin.executor.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.animus.api.executor.Exit;
import io.animus.api.executor.Job;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.Refusal;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.plugin.executor.container.JobFolder.Mark;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Jobs as containers. The truth is in the engine and on the disk; this object knows nothing that a restart would lose.
 * Name of the container: {@code animus-<dispatch id>}.
 */
final class ContainerJobs implements Closeable {
    private static final long SPARE_BYTES = 64 << 20;

    private final Settings settings;
    private final ContainerEngine engine;
    private final JobInputs inputs;
    private final Sandbox sandbox;
    private final ContainerStatus statuses;
    private final InstantSource clock;
    private final DispatchLocks locks;
    private final BlankDisks blanks = new BlankDisks();
    private final DiskThreads threads;
    private final ForkCounter forks = new ForkCounter(Path.of("/proc"), Path.of("/sys/fs/cgroup"));

    ContainerJobs(
            Settings settings, ContainerEngine engine, JobInputs inputs, ContainerStatus statuses, InstantSource clock)
            throws IOException {
        this.settings = settings;
        this.engine = engine;
        this.inputs = inputs;
        this.sandbox = new Sandbox(settings);
        this.statuses = statuses;
        this.clock = clock;
        this.locks = new DispatchLocks(settings.workFolder());
        this.threads = new DiskThreads("executor-container-" + settings.instance() + "-disks");
    }

    static String name(String dispatchId) {
        return "animus-" + dispatchId;
    }

    JobStatus dispatch(Job job) throws IOException {
        return locks.holding(job.dispatchId(), () -> dispatchAlone(job));
    }

    private JobStatus dispatchAlone(Job job) throws IOException {
        var id = job.dispatchId();
        var existing = engine.find(name(id));
        if (existing.isEmpty()) {
            try {
                prepare(job);
            } catch (RefusedException e) {
                removeAlone(id);
                return refused(job, e);
            }
            existing = engine.find(name(id));
        }
        var container = existing.orElseThrow(() -> vanished(id));
        if (!ContainerStatus.specDigest(container).equals(job.specDigest())) {
            return refused(
                    job, new RefusedException(Refusal.DISPATCH_ID_TAKEN, "another job has the dispatch id " + id));
        }
        return waitsForStart(container) ? start(id) : status(container);
    }

    private boolean waitsForStart(JsonNode container) throws IOException {
        return ContainerStatus.isCreated(container) && status(container) instanceof JobStatus.Pending;
    }

    private static JobStatus refused(Job job, RefusedException e) {
        // It may quote an archive or a registry.
        var detail = String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ");
        return new JobStatus.Refused(job.dispatchId(), job.specDigest(), e.refusal(), detail);
    }

    /** Everything up to a container that only waits to be started; what fails half-way is taken back. */
    private void prepare(Job job) throws IOException, RefusedException {
        var folder = folder(job.dispatchId());
        checkPossible(job);
        var image = image(job);
        try {
            // What an earlier try left is half-made at best.
            discard(job.dispatchId());
            checkSpace(job);
            folder.create();
            var logIsOurs = engine.dialect() == Dialect.PODMAN;
            try (var disks = threads.begin(() -> makeOutputs(job, folder), () -> makeLog(logIsOurs, folder))) {
                inputs.fetch(job.inputs(), folder);
                disks.await();
            }
            var container = sandbox.container(job, folder, image, engine.dialect());
            if (engine.create(name(job.dispatchId()), container)) {
                checkMade(job.dispatchId(), image);
            }
        } catch (IOException | RuntimeException e) {
            takeBack(job.dispatchId(), e);
            throw e;
        }
    }

    private void makeOutputs(Job job, JobFolder folder) throws IOException {
        folder.outputs().create(blanks, job.limits().storageBytes(), settings.user());
        if (settings.userNamespaces()) {
            // The engine chooses the job's ids later; the folder above is the hub's alone.
            Files.setPosixFilePermissions(folder.outputs().mountPoint(), PosixFilePermissions.fromString("rwxrwxrwx"));
        }
    }

    private void makeLog(boolean logIsOurs, JobFolder folder) throws IOException {
        if (logIsOurs) {
            folder.log().create(blanks, settings.logDiskBytes(), "0:0");
        }
    }

    private void takeBack(String dispatchId, Exception failure) {
        // An interrupted call must be able to clean up too.
        var interrupted = Thread.interrupted();
        try {
            removeAlone(dispatchId);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void checkPossible(Job job) throws RefusedException {
        if (job.limits().gpus() > 0) {
            throw new RefusedException(Refusal.LIMIT_NOT_ENFORCEABLE, "this executor gives no GPUs");
        }
        sandbox.network(job);
        var gaps = Enforcement.gaps(engine.facts());
        if (!gaps.isEmpty()) {
            throw new RefusedException(
                    Refusal.LIMIT_NOT_ENFORCEABLE,
                    "this machine can't enforce the job's limits: " + String.join("; ", gaps));
        }
    }

    private void checkSpace(Job job) throws IOException {
        var needed = SPARE_BYTES + settings.logDiskBytes() + job.limits().storageBytes();
        for (var input : job.inputs()) {
            // An archive is there twice until it is unpacked.
            needed += input.size() * (input.form() == JobInput.Form.TAR ? 2 : 1);
        }
        var free = Files.getFileStore(settings.workFolder()).getUsableSpace();
        if (free < needed) {
            throw new ExternalSystemException(
                    Reason.UNAVAILABLE, "the work folder has " + free + " bytes free, the job needs " + needed);
        }
    }

    private ContainerEngine.Image image(Job job) throws RefusedException {
        var reference = job.workload().image();
        var image = engine.findImage(reference);
        if (image.isEmpty() && settings.pullImages()) {
            engine.pull(reference);
            image = engine.findImage(reference);
        }
        return image.orElseThrow(
                () -> new RefusedException(Refusal.IMAGE_UNAVAILABLE, "the engine has no image " + reference));
    }

    /** An engine forgives much: what will run is read back. */
    private void checkMade(String dispatchId, ContainerEngine.Image image) {
        var runs = engine.find(name(dispatchId)).map(c -> c.path("Image").asText());
        if (runs.filter(id -> strip(id).equals(strip(image.id()))).isEmpty()) {
            throw new ExternalSystemException(
                    Reason.UNAVAILABLE, "the engine made another container than it was asked for");
        }
    }

    private static String strip(String imageId) {
        return imageId.startsWith("sha256:") ? imageId.substring("sha256:".length()) : imageId;
    }

    private JobStatus start(String dispatchId) throws IOException {
        var folder = folder(dispatchId);
        folder.set(Mark.STARTING, clock.instant(), statuses.boot());
        var failure = engine.start(name(dispatchId));
        if (failure.isPresent()) {
            folder.set(Mark.NOT_STARTED, clock.instant(), failure.get());
        }
        return find(dispatchId).orElseThrow(() -> vanished(dispatchId));
    }

    Optional<JobStatus> find(String dispatchId) throws IOException {
        var container = engine.find(name(dispatchId));
        return container.isEmpty() ? Optional.empty() : Optional.of(status(container.get()));
    }

    List<JobStatus> jobs() throws IOException {
        var statuses = new ArrayList<JobStatus>();
        for (var name : engine.names()) {
            var container = engine.find(name);
            if (container.isPresent()) {
                statuses.add(status(container.get()));
            }
        }
        return statuses;
    }

    /** The status of a container; what will not be seen again when it has ended is kept in its folder. */
    private JobStatus status(JsonNode container) throws IOException {
        var folder = folder(ContainerStatus.dispatchId(container));
        var status = statuses.of(container, folder, engine.dialect());
        if (status instanceof JobStatus.Running && forks.hasRefused(container)) {
            folder.note(Mark.PROCESS_LIMIT, clock.instant());
        }
        // After a restart of the machine its disk may not be mounted.
        if (status instanceof JobStatus.Finished finished && finished.exit().cause() == Exit.Cause.STORAGE_LIMIT) {
            folder.note(Mark.STORAGE_LIMIT, clock.instant());
        }
        return status;
    }

    JobOutputs outputs(String dispatchId) throws IOException {
        return outputTree(dispatchId).read();
    }

    InputStream open(String dispatchId, String path) throws IOException {
        return outputTree(dispatchId)
                .open(path)
                .orElseThrow(() -> rejected("the job " + dispatchId + " left no file " + path));
    }

    private OutputTree outputTree(String dispatchId) throws IOException {
        var root = mounted(dispatchId);
        return new OutputTree(root, Files.getFileStore(root).getTotalSpace());
    }

    private Path mounted(String dispatchId) throws IOException {
        return locks.holding(dispatchId, () -> finishedDisk(dispatchId).mount());
    }

    private Disk finishedDisk(String dispatchId) throws IOException {
        var folder = folder(dispatchId);
        if (find(dispatchId).filter(JobStatus.Finished.class::isInstance).isEmpty()) {
            throw rejected("the job " + dispatchId + " is not finished");
        }
        if (!Files.exists(folder.outputs().file())) {
            throw new ExternalSystemException(
                    Reason.UNAVAILABLE, "the disk of the job " + dispatchId + " is not in this work folder");
        }
        return folder.outputs();
    }

    void cancel(String dispatchId, Duration grace) throws IOException {
        var container = engine.find(name(dispatchId));
        if (container.isPresent() && waitsForStart(container.get())) {
            locks.holding(dispatchId, () -> takeBackWaiting(dispatchId));
        }
        if (find(dispatchId).filter(JobStatus.Running.class::isInstance).isPresent()) {
            var folder = folder(dispatchId);
            if (folder.find(Mark.CANCELED).isEmpty()) {
                folder.set(Mark.CANCELED, clock.instant(), "");
            }
            engine.stop(name(dispatchId), grace);
        }
    }

    /** Somebody else may have started it before we had the lock. */
    private boolean takeBackWaiting(String dispatchId) throws IOException {
        var container = engine.find(name(dispatchId));
        return container.isPresent() && waitsForStart(container.get()) && removeAlone(dispatchId);
    }

    void remove(String dispatchId) throws IOException {
        locks.holding(dispatchId, () -> removeAlone(dispatchId));
    }

    private boolean removeAlone(String dispatchId) throws IOException {
        engine.remove(name(dispatchId));
        discard(dispatchId);
        return true;
    }

    /** Removes what is left of a job without a container. */
    private void discard(String dispatchId) throws IOException {
        var folder = folder(dispatchId);
        folder.outputs().release();
        folder.log().release();
        folder.delete();
    }

    /** What the hub itself keeps of a job. */
    JobFolder folder(String dispatchId) {
        return new JobFolder(settings.workFolder().resolve(dispatchId));
    }

    private static ExternalSystemException vanished(String dispatchId) {
        return new ExternalSystemException(Reason.UNAVAILABLE, "the container of " + dispatchId + " vanished");
    }

    private static ExternalSystemException rejected(String message) {
        return new ExternalSystemException(Reason.REJECTED, message);
    }

    @Override
    public void close() throws IOException {
        threads.close();
        locks.close();
    }
}
