package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.storage.ObjectKey;
import io.animus.api.tck.InMemoryJobExecutor;
import io.animus.api.tck.InMemoryProgram;
import io.animus.api.tck.InMemoryScmHost;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.Resources;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.environment.Definition;
import io.animus.kernel.domain.environment.Environment;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import io.animus.kernel.domain.environment.LockedImage;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.project.Quota;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.RunTransition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A project with code, data, an environment and somebody who runs programs there, on a data plane in memory. */
final class Laboratory {
    static final URI REPOSITORY = URI.create("memory:///penguins");
    static final CommitSha COMMIT = new CommitSha("a".repeat(40));
    static final String DATA = "species,mass\nadelie,3750\n";

    private static final Digest IMAGE = Digest.of("image".getBytes(UTF_8));
    private static final PageRequest ALL = new PageRequest(500, null, false);

    private final Kernel kernel;
    private final Map<String, InMemoryProgram> programs = new ConcurrentHashMap<>();
    private final InMemoryJobExecutor jobs;
    private final DataPlane plane;
    private final Project project;
    private final Caller developer;
    private final DatasetVersion data;
    private final EnvironmentLock lock;

    Laboratory(Kernel kernel, String... networkClasses) {
        this.kernel = kernel;
        jobs = new InMemoryJobExecutor(kernel.clock(), Laboratory::read);
        jobs.install(IMAGE, sandbox -> {
            var name = sandbox.job().workload().command().get(0);
            return programs.getOrDefault(name, box -> 127).run(sandbox);
        });
        plane = new DataPlane(jobs);
        project = kernel.project(networkClasses);
        developer = kernel.member(project, Role.DEVELOPER);
        data = data(project);
        lock = lock(project, networkClasses.length == 0 ? "none" : networkClasses[0]);
        program("trains", sandbox -> {
            sandbox.print(LogLine.Stream.STDOUT, "epoch 1\nepoch 2");
            sandbox.write("model.bin", sandbox.input("penguins"));
            sandbox.write("second/metrics.json", "{}".getBytes(UTF_8));
            return 0;
        });
    }

    /** Makes a program what {@link RunWish#command} can name. */
    void program(String name, InMemoryProgram program) {
        programs.put(name, program);
    }

    /** Lets this many runs of the project be under way at a time. */
    void raiseQuota(int runs) {
        var quota = new Quota(runs, Quantity.cpu("64"), Quantity.bytes("64Gi"), 0);
        var raised = project.with(project.about(), quota, project.networkClasses(), project.plugins(), Instant.now());
        kernel.database().write(tx -> tx.projects().update(raised));
    }

    /** A hub on this data plane. */
    Hub hub() {
        return new Hub(kernel, scm(), plane);
    }

    /** A hub of the same database with a data plane of its own. */
    Hub hubElsewhere(JobExecutor other) {
        return new Hub(kernel, scm(), other);
    }

    static InMemoryScmHost scm() {
        return new InMemoryScmHost(Map.of(
                REPOSITORY,
                new InMemoryScmHost.Repository(Map.of("refs/heads/main", COMMIT), Map.of(COMMIT, "print(1)\n"))));
    }

    InMemoryJobExecutor jobs() {
        return jobs;
    }

    DataPlane plane() {
        return plane;
    }

    Caller developer() {
        return developer;
    }

    Project project() {
        return project;
    }

    String projectId() {
        return project.id().value();
    }

    DatasetVersion data() {
        return data;
    }

    EnvironmentLock environment() {
        return lock;
    }

    /** A production run of this program, all else by default. */
    RunWish wish(String program) {
        return new RunWish(this, program);
    }

    Run create(Hub hub, RunWish wish) {
        return Kernel.done(hub.runs().create(developer, null, projectId(), wish.draft()))
                .run();
    }

    Runs.View look(Hub hub, TypeId run) {
        return hub.runs().find(developer, projectId(), run.value());
    }

    RunProgress progress(Hub hub, TypeId run) {
        return look(hub, run).run().progress();
    }

    List<RunState> states(Hub hub, TypeId run) {
        return hub.results().transitions(developer, projectId(), run.value(), 0).stream()
                .map(RunTransition::progress)
                .map(RunProgress::state)
                .toList();
    }

    List<Attempt> attempts(Hub hub, TypeId run) {
        return hub.results().attempts(developer, projectId(), run.value(), ALL).items();
    }

    List<Artifact> artifacts(Hub hub, TypeId run) {
        return hub.results().artifacts(developer, projectId(), run.value(), ALL).items();
    }

    /** Lets the hub conduct until the run is in this state. */
    RunProgress conduct(Hub hub, TypeId run, RunState state) {
        Await.until(run + " is " + state, () -> {
            hub.beat();
            return progress(hub, run).state() == state;
        });
        return progress(hub, run);
    }

    /** Lets the hub conduct until the run is in this state with so many attempts. */
    RunProgress conduct(Hub hub, TypeId run, RunState state, int attempts) {
        Await.until(run + " is " + state + " after attempt " + attempts, () -> {
            hub.beat();
            var progress = progress(hub, run);
            return progress.state() == state && progress.attempts() == attempts;
        });
        return progress(hub, run);
    }

    /** Lets the hub conduct until the run is over and the data plane holds nothing any more. */
    RunProgress finish(Hub hub, TypeId run) {
        Await.until(run + " is over", () -> {
            hub.beat();
            return progress(hub, run).state().isFinal();
        });
        cleanUp(hub);
        return progress(hub, run);
    }

    /** Lets the hub conduct until the data plane holds nothing any more. */
    void cleanUp(Hub hub) {
        Await.until("no job is left", () -> {
            if (jobs.jobs().isEmpty()) {
                return true;
            }
            // Leftovers are looked for at leisure; time passes.
            kernel.advance(Duration.ofSeconds(6));
            hub.beat();
            return false;
        });
    }

    /** Until a conductor has left nothing in the data plane. */
    void awaitNoJob() {
        Await.until("no job is left", () -> {
            kernel.advance(Duration.ofMillis(100));
            return jobs.jobs().isEmpty();
        });
    }

    /** Lets the hub conduct until the data plane has accepted the job of the run's only attempt, and doesn't start it. */
    void awaitWaitingJob(Hub hub, TypeId run) {
        Await.until("the job waits", () -> {
            hub.beat();
            return attempts(hub, run).stream()
                    .flatMap(attempt -> plane.find(attempt.id().value()).stream())
                    .anyMatch(JobStatus.Pending.class::isInstance);
        });
    }

    /** Until the program of the run's latest attempt runs. */
    void awaitStart(Hub hub, TypeId run) {
        Await.until("the job runs", () -> starts(hub, run).contains(1));
    }

    /** How often each attempt of the run was started in the data plane. */
    List<Integer> starts(Hub hub, TypeId run) {
        return attempts(hub, run).stream()
                .map(attempt -> jobs.starts(attempt.id().value()))
                .toList();
    }

    /** Waits until the job of the run's latest attempt has ended in the data plane, whatever the hub knows of it. */
    void awaitEndOfJob(Hub hub, TypeId run) {
        var attempts = attempts(hub, run);
        var dispatchId = attempts.get(attempts.size() - 1).id().value();
        Await.until("the job has ended", () -> jobs.find(dispatchId)
                .filter(JobStatus.Finished.class::isInstance)
                .isPresent());
    }

    /** A dataset version whose content is in the object store. */
    DatasetVersion data(Project owner) {
        var version = kernel.database().write(tx -> {
            var ids = kernel.trail().ids();
            var id = ids.next(Dataset.PREFIX);
            var dataset =
                    new Dataset(id, owner.id(), name(id), null, List.of(), Dataset.Access.PROJECT, null, made(), 1);
            tx.datasets().insert(dataset);
            var found = new DatasetVersion(
                    ids.next(DatasetVersion.PREFIX), owner.id(), id, 1, DatasetSteps.content(DATA), made());
            tx.datasetVersions().insert(found);
            return found;
        });
        try {
            var bytes = DATA.getBytes(UTF_8);
            var key = new ObjectKey(owner.id().value(), Digest.of(bytes));
            kernel.store().put(key, bytes.length, new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return version;
    }

    private EnvironmentLock lock(Project owner, String networkClass) {
        return kernel.database().write(tx -> {
            var ids = kernel.trail().ids();
            var id = ids.next(Environment.PREFIX);
            tx.environments().insert(new Environment(id, owner.id(), name(id), null, null, made()));
            var definition = new Definition(
                    List.of(), resources("1", "64Mi"), resources("4", "1Gi"), List.of(), networkClass, List.of());
            var version =
                    new EnvironmentVersion(ids.next(EnvironmentVersion.PREFIX), owner.id(), id, 1, definition, made());
            tx.environments().insert(version);
            var reference = new ImageReference("registry.test", "java", null, IMAGE);
            var image = new LockedImage(new Name("java"), reference, "application/vnd.oci.image.manifest.v1+json", 5);
            var made = new EnvironmentLock(
                    ids.next(EnvironmentLock.PREFIX),
                    owner.id(),
                    id,
                    1,
                    new EnvironmentLock.Content(version.id(), List.of(image), List.of(), null),
                    made());
            tx.environmentLocks().insert(made);
            return made;
        });
    }

    private static Resources resources(String cpu, String memory) {
        return new Resources(Quantity.cpu(cpu), Quantity.bytes(memory), Quantity.bytes("8Mi"), 64, 0);
    }

    private static Name name(TypeId id) {
        return new Name(id.value().replace('_', '-'));
    }

    private static Made made() {
        return new Made(Instant.now().truncatedTo(ChronoUnit.MICROS), Principal.HUB);
    }

    private static byte[] read(URI source) {
        try (var in = source.toURL().openStream()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
