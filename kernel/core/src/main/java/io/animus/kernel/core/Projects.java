package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;
import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.RoleBinding;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.About;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.project.Quota;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of projects. Safe for many threads. */
@Component(service = Projects.class)
public final class Projects {
    private static final String TYPE = "project";

    private final Gate gate;

    @Activate
    public Projects(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /**
     * What somebody wants as a project.
     *
     * @param owners at least one
     */
    public record Draft(Name name, About about, Quota quota, List<String> networkClasses, List<Principal> owners) {}

    /**
     * What may change about a project.
     *
     * @param limit pointer to what is to change of quota, network classes and plugins, which takes a right of its own; null if
     *     nothing is
     */
    public record Edit(
            UnaryOperator<About> about,
            UnaryOperator<Quota> quota,
            @Nullable List<String> networkClasses,
            UnaryOperator<PluginBindings> plugins,
            @Nullable String limit) {}

    /** Makes a project with its owners; whoever makes it gets no role in it. */
    public Answer<Project> create(Caller caller, @Nullable Once<Project> once, Draft draft) {
        var target = Target.inHub(TYPE, draft.name().value());
        return gate.changeHub(caller, target, Permission.CREATE_PROJECT, once, change -> {
            var owners = Subjects.require(change.tx(), draft.owners(), i -> "/owners/" + i);
            var project = new Project(
                    change.newId(Project.PREFIX),
                    draft.name(),
                    draft.about(),
                    draft.quota(),
                    draft.networkClasses(),
                    PluginBindings.NONE,
                    Project.Status.ACTIVE,
                    change.made(),
                    change.now(),
                    1);
            if (!change.tx().projects().insert(project)) {
                throw RefusedException.at("/name", ALREADY_EXISTS, "There is a project " + draft.name() + " already.");
            }
            var details = Json.object().put("name", draft.name().value()).build();
            change.audit(Action.PROJECT_CREATED, project.id(), project.id(), details);
            for (var owner : new LinkedHashSet<>(owners)) {
                var binding = new RoleBinding(
                        change.newId(RoleBinding.PREFIX), project.id(), owner, Role.OWNER, null, change.made());
                change.tx().roleBindings().insert(binding);
                change.audit(Action.ROLE_BINDING_CREATED, binding.id(), project.id(), RoleBindings.details(binding));
            }
            return project;
        });
    }

    public Project find(Caller caller, String project) {
        return gate.read(caller.afresh(), target(project), Permission.READ_PROJECT, Reading::project);
    }

    /** The projects in the whole of which the caller has a role; a platform administrator sees all. */
    public Page<Project> list(Caller caller, PageRequest page) {
        var all = caller.systemRoles().contains(SystemRole.PLATFORM_ADMIN);
        return gate.readOwn(
                caller, Target.inHub(TYPE, null), tx -> tx.projects().page(page, caller.principal(), all));
    }

    /** Changes what may change, if the project is still as the caller has read it. */
    public Answer<Project> update(Caller caller, String project, long version, Edit edit) {
        return gate.change(caller, target(project), Permission.UPDATE_PROJECT, null, change -> {
            var before = change.project();
            var limit = edit.limit();
            if (limit != null && !Permission.LIMIT_PROJECT.isGranted(Set.of(), caller.systemRoles())) {
                throw RefusedException.at(
                        limit,
                        FORBIDDEN,
                        "A project can't lift its own limits; it takes one of " + Permission.LIMIT_PROJECT.words()
                                + ".");
            }
            Gate.requireVersion(version, before.version());
            before.requireActive();
            var networkClasses = edit.networkClasses();
            var after = before.with(
                    edit.about().apply(before.about()),
                    edit.quota().apply(before.quota()),
                    networkClasses == null ? before.networkClasses() : networkClasses,
                    edit.plugins().apply(before.plugins()),
                    change.now());
            return store(change, after, Action.PROJECT_UPDATED);
        });
    }

    /** Closes a project for ever: readable, nothing new, history kept. */
    public Answer<Project> archive(Caller caller, @Nullable Once<Project> once, String project) {
        return gate.change(caller, target(project), Permission.ARCHIVE_PROJECT, once, change -> {
            var before = change.project().requireActive();
            return store(change, before.archived(change.now()), Action.PROJECT_ARCHIVED);
        });
    }

    private static Project store(Change change, Project after, Action action) {
        if (!change.tx().projects().update(after)) {
            throw RefusedException.of(PRECONDITION_FAILED, "Somebody else changed the project at the same time.");
        }
        var details = Json.object()
                .put("version", after.version())
                .putIfPresent("scm", after.plugins().scm())
                .putIfPresent("registry", after.plugins().registry())
                .putIfPresent("executor", after.plugins().executor())
                .putIfPresent("storage", after.plugins().storage());
        change.audit(action, after.id(), details.build());
        return after;
    }

    private static Target target(String project) {
        return Target.inProject(project, TYPE, project);
    }
}
