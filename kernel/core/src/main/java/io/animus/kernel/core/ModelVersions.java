package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violations;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Reach;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.model.Model;
import io.animus.kernel.domain.model.ModelArtifact;
import io.animus.kernel.domain.model.ModelOrigin;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.model.Stage;
import io.animus.kernel.domain.model.StageChange;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.store.postgres.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of model versions. Safe for many threads. */
@Component(service = ModelVersions.class)
public final class ModelVersions {
    private static final String TYPE = "modelVersion";

    private final Gate gate;

    @Activate
    public ModelVersions(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * What somebody wants as a model version.
     *
     * @param artifacts 1 to 64 different ones of the run
     */
    public record Draft(TypeId run, List<TypeId> artifacts, String modelCard) {
        public Draft {
            artifacts = List.copyOf(artifacts);
        }
    }

    /**
     * Where a model version is found.
     *
     * @param project id or name
     * @param model id or name
     * @param version id or number
     */
    public record Path(String project, String model, String version) {
        Target target() {
            return Target.inProject(project, TYPE, version);
        }
    }

    /**
     * All that made a version.
     *
     * @param run that left its artifacts
     * @param datasetVersions the inputs and everything they were derived from, by id
     */
    public record Provenance(
            ModelVersion version, Run run, List<DatasetVersion> datasetVersions, EnvironmentLock environmentLock) {
        public Provenance {
            datasetVersions = List.copyOf(datasetVersions);
        }
    }

    /** One kind of step from stage to stage. */
    private record Step(Stage to, Permission permission, Action action, String event) {
        static final Step VALIDATE =
                new Step(Stage.VALIDATED, Permission.VALIDATE_MODEL, Action.MODEL_VERSION_VALIDATED, "ModelValidated");
        static final Step APPROVE =
                new Step(Stage.APPROVED, Permission.APPROVE_MODEL, Action.MODEL_VERSION_APPROVED, "ModelApproved");
        static final Step DEPRECATE = new Step(
                Stage.DEPRECATED, Permission.DEPRECATE_MODEL, Action.MODEL_VERSION_DEPRECATED, "ModelDeprecated");
    }

    /** Makes a draft version from artifacts of a run that has succeeded. */
    public Answer<ModelVersion> create(
            Caller caller, @Nullable Once<ModelVersion> once, String project, String model, Draft draft) {
        var target = Target.inProject(project, "model", model);
        return gate.change(caller, target, Models.admission(Permission.WRITE, model), once, (change, of) -> {
            change.project().requireActive();
            var run = change.tx()
                    .runs()
                    .find(change.project().id(), draft.run(), change.rights().reach(Permission.READ))
                    .filter(found -> change.rights().isMember())
                    .orElseThrow(() -> RefusedException.at(
                            "/run", UNKNOWN_REFERENCE, "The project has no run " + draft.run() + "."));
            var artifacts = artifacts(change.tx(), run, draft.artifacts());
            var version = new ModelVersion(
                    change.newId(ModelVersion.PREFIX),
                    change.project().id(),
                    of.id(),
                    change.tx().modelVersions().nextNumber(of.id()),
                    run.id(),
                    ModelOrigin.of(RunSpec.of(Json.read(run.spec()))),
                    artifacts,
                    draft.modelCard(),
                    change.made(),
                    List.of());
            change.tx().modelVersions().insert(version);
            change.tx().lineage().insert(version.project(), edges(version));
            change.audit(Action.MODEL_VERSION_CREATED, version.id(), details(version));
            change.emit("ModelVersionCreated", version.id());
            return version;
        });
    }

    public ModelVersion find(Caller caller, Path path) {
        return gate.read(
                caller,
                path.target(),
                Models.admission(Permission.READ, path.model()),
                (reading, model) -> require(reading.tx(), reading.rights(), model, path.version()));
    }

    public Provenance findProvenance(Caller caller, Path path) {
        return gate.read(caller, path.target(), Models.admission(Permission.READ, path.model()), (reading, model) -> {
            var tx = reading.tx();
            var project = reading.project().id();
            var rights = reading.rights();
            var version = require(tx, rights, model, path.version());
            var ancestry = tx.lineageGraph().ancestry(project, version.origin().datasetVersions());
            return new Provenance(
                    version,
                    tx.runs().find(project, version.run(), Reach.ALL).orElseThrow(),
                    tx.datasetVersions().findAll(project, ancestry, rights.reach(Permission.READ)).values().stream()
                            .filter(one -> rights.isMember() || rights.isGrantedOn(one.dataset(), Permission.READ))
                            .sorted(Comparator.comparing(DatasetVersion::id))
                            .toList(),
                    tx.environmentLocks()
                            .find(project, version.origin().environmentLock())
                            .orElseThrow());
        });
    }

    /** @param model id or name */
    public Page<ModelVersion> list(Caller caller, String project, String model, PageRequest page) {
        return gate.read(
                caller,
                Target.inProject(project, "model", model),
                Models.admission(Permission.READ, model),
                (reading, of) -> reading.tx().modelVersions().page(of.id(), reach(reading.rights(), of), page));
    }

    /** Says that a draft is sound. */
    public Answer<ModelVersion> validate(
            Caller caller, @Nullable Once<ModelVersion> once, Path path, @Nullable String reason) {
        return take(Step.VALIDATE, caller, once, path, reason);
    }

    /** Releases a validated version of a production run; nobody releases their own. */
    public Answer<ModelVersion> approve(
            Caller caller, @Nullable Once<ModelVersion> once, Path path, @Nullable String reason) {
        return take(Step.APPROVE, caller, once, path, reason);
    }

    /** Says that a version is not to be used any more. */
    public Answer<ModelVersion> deprecate(
            Caller caller, @Nullable Once<ModelVersion> once, Path path, @Nullable String reason) {
        return take(Step.DEPRECATE, caller, once, path, reason);
    }

    private Answer<ModelVersion> take(
            Step step, Caller caller, @Nullable Once<ModelVersion> once, Path path, @Nullable String reason) {
        var admission = Models.admission(step.permission(), path.model());
        return gate.change(caller, path.target(), admission, once, (change, model) -> {
            var before = require(change.tx(), change.rights(), model, path.version());
            before.requireMayBecome(step.to(), caller.principal());
            change.project().requireActive();
            var details = Json.object()
                    .put("from", before.stage().word())
                    .put("to", step.to().word())
                    .putIfPresent("reason", reason == null ? null : Json.clean(reason))
                    .build();
            var event = change.audit(step.action(), before.id(), details);
            var made = new StageChange(before.stage(), step.to(), change.made(), reason, event);
            if (!change.tx().modelVersions().insert(before, made)) {
                throw RefusedException.of(STATE_CONFLICT, "Somebody else changed the stage at the same time.");
            }
            change.emit(step.event(), before.id());
            return before.with(made);
        });
    }

    private static List<ModelArtifact> artifacts(Transaction tx, Run run, List<TypeId> ids) {
        var known = tx.modelVersions().findArtifacts(run.id(), ids);
        var found = new ArrayList<ModelArtifact>();
        var violations = new Violations();
        var state = run.progress().state();
        violations.check(
                state == RunState.SUCCEEDED,
                "/run",
                STATE_CONFLICT,
                "The run is " + state.word() + "; a model version comes from one that has succeeded.");
        for (var i = 0; i < ids.size(); i++) {
            var artifact = known.get(ids.get(i));
            if (artifact == null) {
                violations.add("/artifacts/" + i, UNKNOWN_REFERENCE, "The run has no artifact " + ids.get(i) + ".");
            } else {
                found.add(artifact);
            }
        }
        violations.refuseIfAny();
        return found;
    }

    private static List<LineageEdge> edges(ModelVersion version) {
        var edges = new ArrayList<LineageEdge>();
        edges.add(LineageEdge.of(version.id(), Relation.VERSION_OF, version.model()));
        for (var artifact : version.artifacts()) {
            edges.add(LineageEdge.of(version.id(), Relation.DERIVED_FROM, artifact.id()));
        }
        return edges;
    }

    private static Json.Members details(ModelVersion version) {
        return Json.object()
                .put("model", version.model().value())
                .put("number", version.number())
                .put("run", version.run().value())
                .put(
                        "artifacts",
                        Json.texts(version.artifacts().stream()
                                .map(artifact -> artifact.digest().value())
                                .toList()))
                .build();
    }

    private static ModelVersion require(Transaction tx, Rights rights, Model model, String version) {
        return tx.modelVersions()
                .find(model.id(), version, reach(rights, model))
                .orElseThrow(() -> RefusedException.notFound("model version"));
    }

    /** A version shows what it was trained on; a role on the model itself was given in knowledge of that. */
    private static Reach reach(Rights rights, Model model) {
        return rights.isGrantedOn(model.id(), Permission.READ) ? Reach.ALL : rights.reach(Permission.READ);
    }
}
