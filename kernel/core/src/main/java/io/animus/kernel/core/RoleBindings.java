package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;
import static io.animus.kernel.domain.ProblemCode.LIMIT_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.RoleBinding;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of role bindings. Safe for many threads. */
@Component(service = RoleBindings.class)
public final class RoleBindings {
    private static final String TYPE = "roleBinding";

    private final Gate gate;

    @Activate
    public RoleBindings(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * Who is to be what.
     *
     * @param object a dataset or model; null for the whole project
     */
    public record Draft(Principal subject, Role role, @Nullable TypeId object) {}

    /** Gives a subject a role. */
    public Answer<RoleBinding> create(Caller caller, @Nullable Once<RoleBinding> once, String project, Draft draft) {
        return gate.change(caller, target(project, null), Permission.BIND_ROLES, once, change -> {
            change.project().requireActive();
            var who = Subjects.require(change.tx(), List.of(draft.subject()), i -> "/subject")
                    .get(0);
            requireObject(change, who, draft);
            var binding = new RoleBinding(
                    change.newId(RoleBinding.PREFIX),
                    change.project().id(),
                    who,
                    draft.role(),
                    draft.object(),
                    change.made());
            if (!change.tx().roleBindings().insert(binding)) {
                throw RefusedException.of(
                        ALREADY_EXISTS, who + " is " + draft.role().word() + " already.");
            }
            change.audit(Action.ROLE_BINDING_CREATED, binding.id(), details(binding));
            return binding;
        });
    }

    public RoleBinding find(Caller caller, String project, String id) {
        return gate.read(
                caller,
                target(project, id),
                Permission.READ_PROJECT,
                reading -> require(reading.tx(), reading.access(), id));
    }

    public Page<RoleBinding> list(Caller caller, String project, PageRequest page) {
        return gate.read(caller, target(project, null), Permission.READ_PROJECT, reading -> reading.tx()
                .roleBindings()
                .page(reading.project().id(), reading.rights().reach(Permission.READ), page));
    }

    /** Takes a role back; the last owner's stays. */
    public Answer<RoleBinding> delete(Caller caller, String project, long version, String id) {
        return gate.change(caller, target(project, id), Permission.BIND_ROLES, null, change -> {
            var binding = require(change.tx(), change.access(), id);
            Gate.requireVersion(version, RoleBinding.VERSION);
            if (!change.tx().roleBindings().delete(binding)) {
                throw RefusedException.of(STATE_CONFLICT, "It is the last owner's. Make somebody else an owner first.");
            }
            change.audit(Action.ROLE_BINDING_DELETED, binding.id(), details(binding));
            return binding;
        });
    }

    static Json.Members details(RoleBinding binding) {
        return Json.object()
                .put("subject", binding.subject().toString())
                .put("role", binding.role().word())
                .putIfPresent(
                        "object",
                        binding.object() == null ? null : binding.object().value())
                .build();
    }

    private static void requireObject(Change change, Principal subject, Draft draft) {
        var object = draft.object();
        if (object == null) {
            return;
        }
        var project = change.project().id();
        var tx = change.tx();
        var isThere = tx.datasets().find(project, object.value()).isPresent()
                || tx.models().find(project, object.value()).isPresent();
        if (!isThere) {
            throw RefusedException.at(
                    "/object", UNKNOWN_REFERENCE, "There is no dataset or model " + object + " in this project.");
        }
        if (tx.roleBindings().countOtherObjects(project, subject, object) >= Rights.MAX_OBJECTS) {
            throw RefusedException.at(
                    "/object",
                    LIMIT_EXCEEDED,
                    subject + " has roles on " + Rights.MAX_OBJECTS + " objects, which is the most.");
        }
    }

    private static RoleBinding require(Transaction tx, ProjectAccess access, String id) {
        if (!TypeId.isForm(RoleBinding.PREFIX, id)) {
            throw RefusedException.notFound("role binding");
        }
        return tx.roleBindings()
                .find(access.project().id(), new TypeId(id), access.rights().reach(Permission.READ))
                .orElseThrow(() -> RefusedException.notFound("role binding"));
    }

    private static Target target(String project, @Nullable String id) {
        return Target.inProject(project, TYPE, id);
    }
}
