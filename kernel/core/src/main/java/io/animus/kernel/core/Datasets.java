package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;
import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.data.Dataset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of datasets. Safe for many threads. */
@Component(service = Datasets.class)
public final class Datasets {
    private static final String TYPE = "dataset";

    private final Gate gate;

    @Activate
    public Datasets(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /** What somebody wants as a dataset. */
    public record Draft(Name name, @Nullable String description, List<String> tags) {}

    /** Makes a dataset without a version. */
    public Answer<Dataset> create(Caller caller, @Nullable Once<Dataset> once, String project, Draft draft) {
        var target = Target.inProject(project, TYPE, draft.name().value());
        return gate.change(caller, target, Permission.WRITE, once, change -> {
            var active = change.project().requireActive();
            var dataset = new Dataset(
                    change.newId(Dataset.PREFIX),
                    active.id(),
                    draft.name(),
                    draft.description(),
                    draft.tags(),
                    Dataset.Access.PROJECT,
                    null,
                    change.made(),
                    1);
            if (!change.tx().datasets().insert(dataset)) {
                throw RefusedException.at("/name", ALREADY_EXISTS, "There is a dataset " + draft.name() + " already.");
            }
            var details = Json.object().put("name", draft.name().value()).build();
            change.audit(Action.DATASET_CREATED, dataset.id(), details);
            return dataset;
        });
    }

    /** @param dataset id or name */
    public Dataset find(Caller caller, String project, String dataset) {
        return gate.read(
                caller,
                Target.inProject(project, TYPE, dataset),
                admission(Permission.READ, dataset),
                (reading, found) -> found);
    }

    public Page<Dataset> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, Target.inProject(project, TYPE, null), Permission.READ, reading -> reading.tx()
                .datasets()
                .page(reading.project().id(), reading.rights().reach(Permission.READ), page));
    }

    /**
     * Says which roles count for a dataset, if it is still as the caller has read it. Whoever has no role on it loses sight
     * of it by restricting it, owners and auditors apart.
     *
     * @param dataset id or name
     */
    public Answer<Dataset> restrict(
            Caller caller, String project, String dataset, long version, Dataset.Access access) {
        return gate.change(
                caller,
                Target.inProject(project, TYPE, dataset),
                admission(Permission.SET_DATASET_ACCESS, dataset),
                null,
                (change, before) -> {
                    Gate.requireVersion(version, before.version());
                    change.project().requireActive();
                    var after = before.with(access);
                    if (!change.tx().datasets().update(after)) {
                        throw RefusedException.of(
                                PRECONDITION_FAILED, "Somebody else changed the dataset at the same time.");
                    }
                    var details = Json.object()
                            .put("from", before.access().word())
                            .put("to", access.word())
                            .build();
                    change.audit(Action.DATASET_ACCESS_SET, after.id(), details);
                    return after;
                });
    }

    /**
     * To whoever has the right on the dataset.
     *
     * @param dataset id or name
     */
    static Admission<Dataset> admission(Permission permission, String dataset) {
        return new Admission.ToObject<>(
                permission, TYPE, (tx, project) -> tx.datasets().find(project.id(), dataset));
    }
}
