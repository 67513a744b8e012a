package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.FLOATING_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.PLUGIN_UNAVAILABLE;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_DIGEST;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.registry.ImageManifest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.environment.DependencyLock;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import io.animus.kernel.domain.environment.LockedImage;
import io.animus.kernel.domain.environment.Sbom;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of environment locks. Safe for many threads. */
@Component(service = EnvironmentLocks.class)
public final class EnvironmentLocks {
    private static final String TYPE = "environmentLock";

    private final Gate gate;
    private final Ports ports;

    @Activate
    public EnvironmentLocks(@Reference(name = "gate") Gate gate, @Reference(name = "ports") Ports ports) {
        this.gate = gate;
        this.ports = ports;
    }

    /** An image that somebody wants in a lock. */
    public record Image(Name name, ImageReference reference) {}

    /**
     * What somebody wants to lock.
     *
     * @param environment id or name
     * @param version number
     * @param images 1 to 16, of distinct names; runs start in the first
     */
    public record Draft(
            String environment,
            int version,
            List<Image> images,
            List<DependencyLock> dependencyLocks,
            @Nullable Sbom sbom) {
        public Draft {
            images = List.copyOf(images);
            dependencyLocks = List.copyOf(dependencyLocks);
        }
    }

    /** Locks an environment version to images that their registries confirm. */
    public Answer<EnvironmentLock> create(
            Caller caller, @Nullable Once<EnvironmentLock> once, String project, Draft draft) {
        return gate.askAndChange(
                caller,
                Target.inProject(project, TYPE, null),
                Permission.WRITE,
                once,
                reading -> {
                    reading.project().requireActive();
                    var version = findVersion(reading.tx(), reading.project(), draft);
                    var registry = reading.project().plugins().registry();
                    return () -> confirm(version, draft, registry);
                },
                (change, images) -> lock(change, draft, images));
    }

    public EnvironmentLock find(Caller caller, String project, String id) {
        return gate.read(caller, Target.inProject(project, TYPE, id), Permission.READ, reading -> {
            if (!TypeId.isForm(EnvironmentLock.PREFIX, id)) {
                throw RefusedException.notFound("environment lock");
            }
            return reading.tx()
                    .environmentLocks()
                    .find(reading.project().id(), new TypeId(id))
                    .orElseThrow(() -> RefusedException.notFound("environment lock"));
        });
    }

    public Page<EnvironmentLock> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, Target.inProject(project, TYPE, null), Permission.READ, reading -> reading.tx()
                .environmentLocks()
                .page(reading.project().id(), page));
    }

    private static EnvironmentLock lock(Change change, Draft draft, List<LockedImage> images) {
        var project = change.project().requireActive();
        var version = findVersion(change.tx(), project, draft)
                .orElseThrow(() -> new RefusedException(List.of(unknown(draft))));
        var lock = new EnvironmentLock(
                change.newId(EnvironmentLock.PREFIX),
                project.id(),
                version.environment(),
                version.number(),
                new EnvironmentLock.Content(version.id(), images, draft.dependencyLocks(), draft.sbom()),
                change.made());
        change.tx().environmentLocks().insert(lock);
        change.tx()
                .lineage()
                .insert(project.id(), List.of(LineageEdge.of(lock.id(), Relation.BUILT_FROM, version.id())));
        var details = Json.object()
                .put("environmentVersion", version.id().value())
                .put("lockDigest", lock.lockDigest().value())
                .build();
        change.audit(Action.ENVIRONMENT_LOCK_CREATED, lock.id(), details);
        return lock;
    }

    /** @throws RefusedException for all that is wrong with the draft at once */
    private List<LockedImage> confirm(Optional<EnvironmentVersion> version, Draft draft, @Nullable String bound) {
        var violations = new ArrayList<Violation>();
        if (version.isEmpty()) {
            violations.add(unknown(draft));
        }
        var confirmed = new ArrayList<LockedImage>();
        for (var i = 0; i < draft.images().size(); i++) {
            var pointer = "/images/" + i + "/reference";
            var image = draft.images().get(i);
            var digest = image.reference().digest();
            if (digest == null) {
                violations.add(Violation.at(
                        pointer, FLOATING_REFERENCE, "A tag may move. Name the image by digest: " + image.reference()));
                continue;
            }
            var pinned = image.reference().at(digest);
            try {
                var manifest = ask(pointer, pinned, bound);
                confirmed.add(new LockedImage(image.name(), pinned, manifest.mediaType(), manifest.size()));
            } catch (RefusedException e) {
                violations.addAll(e.violations());
                if (e.violations().get(0).code() == PLUGIN_UNAVAILABLE) {
                    // The request must be repeated anyway, so nobody waits for the other images' registries.
                    break;
                }
            }
        }
        if (!violations.isEmpty()) {
            throw new RefusedException(violations);
        }
        return confirmed;
    }

    private ImageManifest ask(String pointer, ImageReference image, @Nullable String bound) {
        return PluginFailures.refused(
                        pointer, UNKNOWN_DIGEST, () -> ports.registry(bound, image, registry -> registry.find(image)))
                .orElseThrow(
                        () -> RefusedException.at(pointer, UNKNOWN_DIGEST, "The registry doesn't have " + image + "."));
    }

    private static Optional<EnvironmentVersion> findVersion(Transaction tx, Project project, Draft draft) {
        return tx.environments().find(project.id(), draft.environment()).flatMap(environment -> tx.environments()
                .findVersion(environment.id(), Integer.toString(draft.version())));
    }

    private static Violation unknown(Draft draft) {
        return Violation.at(
                "/version", UNKNOWN_REFERENCE, "There is no version " + draft.version() + " of this environment.");
    }
}
