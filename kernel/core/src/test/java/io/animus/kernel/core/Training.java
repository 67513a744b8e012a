package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.Resources;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.environment.Definition;
import io.animus.kernel.domain.environment.Environment;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import io.animus.kernel.domain.environment.LockedImage;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.CodeRef;
import io.animus.kernel.domain.run.Retry;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunEnvironment;
import io.animus.kernel.domain.run.RunInput;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A run on one dataset version that has left a model and a report, as the tables have it when it is over.
 *
 * @param artifacts what it left
 */
record Training(DatasetVersion data, EnvironmentLock lock, Run run, List<Artifact> artifacts) {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static final Resources RESOURCES =
            new Resources(Quantity.cpu("1"), Quantity.bytes("1Gi"), Quantity.bytes("1Gi"), 64, 0);
    private static final ImageReference IMAGE = ImageReference.parse(
            "images.example/java@" + Digest.of(new byte[] {2}).value());

    /** How a training goes. */
    enum Course {
        SUCCEEDS,
        STILL_RUNS
    }

    static Training of(Kernel kernel, Project project, RunKind kind, Course course) {
        return kernel.database().write(tx -> {
            var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
            var made = new Made(now, Principal.HUB);
            var data = data(kernel, tx, project, made);
            var lock = lock(kernel, tx, project, made);
            var run = run(kernel, tx, kind, data, lock, made);
            if (course == Course.SUCCEEDS) {
                finish(tx, run, now);
            }
            var artifacts = List.of(
                    artifact(kernel, run, "model.json", Artifact.Kind.MODEL, now),
                    artifact(kernel, run, "report.html", Artifact.Kind.REPORT, now));
            tx.artifacts().insertProduced(artifacts);
            tx.lineage().insert(project.id(), edges(data, lock, run, artifacts));
            return new Training(data, lock, run, artifacts);
        });
    }

    /** The one version of a new dataset. */
    static DatasetVersion data(Kernel kernel, Transaction tx, Project project, Made made) {
        var id = kernel.trail().ids().next(Dataset.PREFIX);
        var dataset = new Dataset(
                id,
                project.id(),
                new Name(id.value().replace('_', '-')),
                null,
                List.of(),
                Dataset.Access.PROJECT,
                null,
                made,
                1);
        tx.datasets().insert(dataset);
        var content = new Content(
                Digest.of(id.value().getBytes(UTF_8)),
                9,
                "text/csv",
                null,
                List.of(),
                null,
                List.of(),
                Content.DEFAULT_RETENTION);
        var version = new DatasetVersion(
                kernel.trail().ids().next(DatasetVersion.PREFIX), project.id(), dataset.id(), 1, content, made);
        tx.datasetVersions().insert(version);
        return version;
    }

    private static EnvironmentLock lock(Kernel kernel, Transaction tx, Project project, Made made) {
        var ids = kernel.trail().ids();
        var id = ids.next(Environment.PREFIX);
        var environment = new Environment(id, project.id(), new Name(id.value().replace('_', '-')), null, null, made);
        var definition = new Definition(List.of(), RESOURCES, RESOURCES, List.of(), "none", List.of());
        var version = new EnvironmentVersion(
                ids.next(EnvironmentVersion.PREFIX), project.id(), environment.id(), 1, definition, made);
        var image = new LockedImage(new Name("java"), IMAGE, "application/vnd.oci.image.manifest.v1+json", 500);
        var content = new EnvironmentLock.Content(version.id(), List.of(image), List.of(), null);
        var lock =
                new EnvironmentLock(ids.next(EnvironmentLock.PREFIX), project.id(), environment.id(), 1, content, made);
        tx.environments().insert(environment);
        tx.environments().insert(version);
        tx.environmentLocks().insert(lock);
        return lock;
    }

    private static Run run(
            Kernel kernel, Transaction tx, RunKind kind, DatasetVersion data, EnvironmentLock lock, Made made) {
        var spec = new RunSpec(
                kind,
                new CodeRef("https://git.example/penguins.git", new CommitSha(COMMIT), null),
                new RunEnvironment(lock.id(), lock.lockDigest(), IMAGE),
                List.of(new RunInput(
                        new Name("penguins"),
                        data.id(),
                        data.content().digest(),
                        data.content().size(),
                        data.content().mediaType())),
                List.of("train"),
                Map.of(),
                1,
                RESOURCES,
                "none",
                new Retry(1, Set.of()),
                60);
        var run = new Run(
                kernel.trail().ids().next(Run.PREFIX),
                data.project(),
                kind,
                spec.toJson().canonical(),
                spec.digest(),
                Digest.of(new byte[] {3}),
                new Run.Labels(new Name("penguins"), List.of(), null, null),
                made,
                RunProgress.created(50, made.at()));
        tx.runs().insert(run, spec);
        return run;
    }

    private static void finish(Transaction tx, Run run, Instant now) {
        var dispatched = run.progress().dispatching();
        var running = dispatched.running(now);
        for (var next : List.of(dispatched, running, running.ended(AttemptEnd.succeeded(0, now)))) {
            tx.runs().advance(run.id(), next, now);
        }
    }

    private static Artifact artifact(Kernel kernel, Run run, String name, Artifact.Kind kind, Instant now) {
        var id = kernel.trail().ids().next(Artifact.PREFIX);
        var digest = Digest.of(id.value().getBytes(UTF_8));
        return new Artifact(
                id,
                run.project(),
                run.id(),
                1,
                name,
                kind,
                "application/octet-stream",
                digest,
                1,
                Artifact.DEFAULT_RETENTION,
                now);
    }

    private static List<LineageEdge> edges(
            DatasetVersion data, EnvironmentLock lock, Run run, List<Artifact> artifacts) {
        var edges = new ArrayList<LineageEdge>();
        edges.add(LineageEdge.of(data.id(), Relation.VERSION_OF, data.dataset()));
        edges.add(LineageEdge.of(run.id(), Relation.TRAINED_ON, data.id()));
        edges.add(new LineageEdge(run.id().value(), Relation.BUILT_FROM, "https://git.example/penguins.git@" + COMMIT));
        edges.add(LineageEdge.of(run.id(), Relation.BUILT_FROM, lock.id()));
        edges.add(LineageEdge.of(lock.id(), Relation.BUILT_FROM, lock.content().environmentVersion()));
        artifacts.forEach(artifact -> edges.add(LineageEdge.of(run.id(), Relation.PRODUCED, artifact.id())));
        return edges;
    }

    /** Its first artifact. */
    TypeId model() {
        return artifacts.get(0).id();
    }
}
