package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.model.Model;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of models. Safe for many threads. */
@Component(service = Models.class)
public final class Models {
    private static final String TYPE = "model";

    private final Gate gate;

    @Activate
    public Models(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /** What somebody wants as a model. */
    public record Draft(Name name, @Nullable String description, List<String> tags) {
        public Draft {
            tags = List.copyOf(tags);
        }
    }

    /** Makes a model without a version. */
    public Answer<Model> create(Caller caller, @Nullable Once<Model> once, String project, Draft draft) {
        var target = Target.inProject(project, TYPE, draft.name().value());
        return gate.change(caller, target, Permission.WRITE, once, change -> {
            var model = new Model(
                    change.newId(Model.PREFIX),
                    change.project().requireActive().id(),
                    draft.name(),
                    draft.description(),
                    draft.tags(),
                    null,
                    change.made());
            if (!change.tx().models().insert(model)) {
                throw RefusedException.at("/name", ALREADY_EXISTS, "There is a model " + draft.name() + " already.");
            }
            var details = Json.object().put("name", draft.name().value()).build();
            change.audit(Action.MODEL_CREATED, model.id(), details);
            return model;
        });
    }

    /** @param model id or name */
    public Model find(Caller caller, String project, String model) {
        return gate.read(
                caller,
                Target.inProject(project, TYPE, model),
                admission(Permission.READ, model),
                (reading, found) -> found);
    }

    public Page<Model> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, Target.inProject(project, TYPE, null), Permission.READ, reading -> reading.tx()
                .models()
                .page(reading.project().id(), page));
    }

    /**
     * To whoever has the right on the model.
     *
     * @param model id or name
     */
    static Admission<Model> admission(Permission permission, String model) {
        return new Admission.ToObject<>(
                permission, TYPE, (tx, project) -> tx.models().find(project.id(), model));
    }
}
