package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.Transaction;
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
                    null,
                    change.made());
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
                Permission.READ,
                reading -> require(reading.tx(), reading.project(), dataset));
    }

    public Page<Dataset> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, Target.inProject(project, TYPE, null), Permission.READ, reading -> reading.tx()
                .datasets()
                .page(reading.project().id(), page));
    }

    /** @throws RefusedException {@code NOT_FOUND} if the project has no dataset with this id or name */
    static Dataset require(Transaction tx, Project project, String dataset) {
        return tx.datasets().find(project.id(), dataset).orElseThrow(() -> RefusedException.notFound(TYPE));
    }
}
