package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.Kernel.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.ProjectRoles;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.RoleBinding;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.model.Model;
import io.animus.kernel.domain.run.RunKind;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roles on one dataset or model: what they allow there, and that they allow nothing beside it. */
class ObjectRolesTest {
    private static final PageRequest FIRST = new PageRequest(50, null, true);
    private static final Set<Role> OF_OBJECTS = EnumSet.of(Role.VIEWER, Role.DEVELOPER, Role.MAINTAINER, Role.APPROVER);
    private static final String DONE = "done";

    private static Kernel kernel;
    private static RoleBindings bindings;
    private static Models models;
    private static ModelVersions versions;

    private DatasetSteps steps;
    private Caller owner;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
        bindings = new RoleBindings(kernel.gate());
        models = new Models(kernel.gate());
        versions = new ModelVersions(kernel.gate());
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void begin() {
        steps = new DatasetSteps(kernel);
        owner = kernel.member(steps.project, Role.OWNER);
    }

    @Test
    void roleOnADatasetAllowsThereWhatItAllowsInAProject() throws Exception {
        steps.version("one");
        var dataset = steps.dataset.id();

        assertThat(whoOn(dataset, this::find)).isEqualTo(outcomes(OF_OBJECTS));
        assertThat(whoOn(dataset, caller -> steps.versions.list(caller, steps.project(), steps.dataset(), FIRST)))
                .isEqualTo(outcomes(OF_OBJECTS));
        assertThat(whoOn(dataset, caller -> steps.versions.find(caller, steps.project(), steps.dataset(), "1")))
                .isEqualTo(outcomes(OF_OBJECTS));
        assertThat(whoOn(dataset, caller -> steps.versions.download(caller, steps.project(), steps.dataset(), "1")))
                .isEqualTo(outcomes(EnumSet.of(Role.DEVELOPER, Role.MAINTAINER)));
        assertThat(whoOn(dataset, this::upload)).isEqualTo(outcomes(EnumSet.of(Role.DEVELOPER, Role.MAINTAINER)));
        assertThat(whoOn(dataset, this::restrict)).isEqualTo(outcomes(EnumSet.of(Role.MAINTAINER)));
    }

    @Test
    void roleOnAModelAllowsThereWhatItAllowsInAProject() {
        var training = Training.of(kernel, steps.project, RunKind.PRODUCTION, Training.Course.SUCCEEDS);
        var model = model("classifier").id();
        var draft = new ModelVersions.Draft(training.run().id(), List.of(training.model()), "# Penguins");
        for (var i = 0; i <= OF_OBJECTS.size(); i++) {
            versions.create(steps.developer, null, steps.project(), model.value(), draft);
        }
        var first = path(model, 1);

        assertThat(whoOn(model, caller -> models.find(caller, steps.project(), model.value())))
                .isEqualTo(outcomes(OF_OBJECTS));
        assertThat(whoOn(model, caller -> versions.list(caller, steps.project(), model.value(), FIRST)))
                .isEqualTo(outcomes(OF_OBJECTS));
        assertThat(whoOn(model, caller -> versions.findProvenance(caller, first)))
                .isEqualTo(outcomes(OF_OBJECTS));
        assertThat(whoOn(model, caller -> versions.validate(caller, null, first, null)))
                .isEqualTo(outcomes(EnumSet.of(Role.MAINTAINER)));
        assertThat(whoOn(model, caller -> versions.approve(caller, null, first, null)))
                .isEqualTo(outcomes(EnumSet.of(Role.APPROVER)));
        var next = new AtomicInteger(1);
        assertThat(whoOn(model, caller -> versions.deprecate(caller, null, path(model, next.incrementAndGet()), null)))
                .isEqualTo(outcomes(EnumSet.of(Role.MAINTAINER, Role.APPROVER)));
        assertThat(refusal(() -> versions.create(
                                kernel.memberOn(steps.project, model, Role.DEVELOPER),
                                null,
                                steps.project(),
                                model.value(),
                                draft))
                        .violations())
                .as("the run is none that it sees")
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ProblemCode.UNKNOWN_REFERENCE, "/run"));
    }

    @Test
    void whatIsBesideTheObjectIsNotThere() {
        var there = steps.dataset;
        var guest = kernel.memberOn(steps.project, there.id(), Role.MAINTAINER);
        steps.begin("seals");
        var model = model("classifier");

        assertThat(find(guest, there)).isEqualTo(there);
        assertThat(List.of(
                        outcome(() -> find(guest, steps.dataset)),
                        outcome(() ->
                                models.find(guest, steps.project(), model.id().value())),
                        outcome(() -> steps.datasets.list(guest, steps.project(), FIRST)),
                        outcome(() -> new Projects(kernel.gate()).find(guest, steps.project())),
                        outcome(() -> bindings.list(guest, steps.project(), FIRST)),
                        outcome(() -> steps.datasets.create(guest, null, steps.project(), DatasetSteps.draft("x")))))
                .containsOnly("NOT_FOUND");
        assertThat(refusal(() -> find(guest, steps.dataset)).getMessage())
                .as("just as if there were no such project")
                .isEqualTo(refusal(() -> find(kernel.somebody(), steps.dataset)).getMessage());
        assertThat(new Projects(kernel.gate()).list(guest, FIRST).items()).isEmpty();
        assertThat(kernel.audited(steps.dataset.id()))
                .containsExactly("dataset.created", "access.denied", "access.denied", "access.denied");
    }

    @Test
    void strongestRoleCounts() {
        var member = kernel.member(steps.project, Role.DEVELOPER);
        kernel.bind(member.principal(), steps.project, Role.VIEWER, steps.dataset.id());
        var promoted = kernel.member(steps.project, Role.VIEWER);
        kernel.bind(promoted.principal(), steps.project, Role.DEVELOPER, steps.dataset.id());
        var draft = DatasetSteps.draft("seals");

        upload(member);
        upload(promoted);
        assertThat(refused(() -> steps.datasets.create(promoted, null, steps.project(), draft)))
                .containsExactly(ProblemCode.FORBIDDEN);
    }

    @Test
    void bindingIsMadeFoundListedAndTakenBackOnRecord() {
        var guest = user();
        var made = done(bindings.create(owner, null, steps.project(), draft(guest, Role.VIEWER, steps.dataset.id())));

        assertThat(made.object()).isEqualTo(steps.dataset.id());
        assertThat(bindings.find(owner, steps.project(), made.id().value())).isEqualTo(made);
        assertThat(bindings.list(owner, steps.project(), FIRST).items()).contains(made);
        assertThat(new Me(kernel.gate()).find(guest).projectRoles())
                .containsExactly(new ProjectRoles(
                        steps.project.id(),
                        steps.project.name(),
                        Set.of(),
                        Map.of(steps.dataset.id(), Set.of(Role.VIEWER))));
        assertThat(find(guest)).isEqualTo(steps.dataset);

        bindings.delete(owner, steps.project(), RoleBinding.VERSION, made.id().value());

        assertThat(refused(() -> find(guest))).containsExactly(ProblemCode.NOT_FOUND);
        assertThat(kernel.audited(made.id())).containsExactly("role_binding.created", "role_binding.deleted");
        var auditor = kernel.member(steps.project, Role.AUDITOR);
        var query = new AuditEvents.Query(null, null, null, made.id().value(), null, null, null);
        assertThat(new AuditEvents(kernel.gate()).list(auditor, query, FIRST).items())
                .extracting(event -> new JsonMembers(new JsonMembers(event).required("details")).text("object"))
                .containsExactly(steps.dataset(), steps.dataset());
    }

    @Test
    void sameRoleIsHadOnceOnAnObjectAndOnceInTheProject() {
        var draft = draft(user(), Role.VIEWER, steps.dataset.id());
        bindings.create(owner, null, steps.project(), draft);
        bindings.create(owner, null, steps.project(), new RoleBindings.Draft(draft.subject(), Role.VIEWER, null));

        assertThat(refused(() -> bindings.create(owner, null, steps.project(), draft)))
                .containsExactly(ProblemCode.ALREADY_EXISTS);
        assertThat(refused(() -> bindings.create(
                        owner, null, steps.project(), new RoleBindings.Draft(draft.subject(), Role.VIEWER, null))))
                .containsExactly(ProblemCode.ALREADY_EXISTS);
    }

    @Test
    void onlyOwnersBindAndOnlyToWhatIsInTheProject() {
        var elsewhere = new DatasetSteps(kernel).dataset.id();
        var maintainer = kernel.memberOn(steps.project, steps.dataset.id(), Role.MAINTAINER);
        var guest = user();

        assertThat(refusal(() -> bindings.create(owner, null, steps.project(), draft(guest, Role.VIEWER, elsewhere)))
                        .violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ProblemCode.UNKNOWN_REFERENCE, "/object"));
        assertThat(refused(() -> bindings.create(
                        steps.developer, null, steps.project(), draft(guest, Role.VIEWER, steps.dataset.id()))))
                .containsExactly(ProblemCode.FORBIDDEN);
        assertThat(refused(() -> bindings.create(
                        maintainer, null, steps.project(), draft(guest, Role.VIEWER, steps.dataset.id()))))
                .containsExactly(ProblemCode.NOT_FOUND);
    }

    @Test
    void nobodyHasRolesOnMoreObjectsThanAreReadWithARequest() {
        var guest = user();
        for (var i = 0; i < Rights.MAX_OBJECTS; i++) {
            steps.begin("dataset-" + i);
            bindings.create(owner, null, steps.project(), draft(guest, Role.VIEWER, steps.dataset.id()));
        }
        bindings.create(owner, null, steps.project(), draft(guest, Role.DEVELOPER, steps.dataset.id()));
        steps.begin("one-more");

        assertThat(refusal(() -> bindings.create(
                                owner, null, steps.project(), draft(guest, Role.VIEWER, steps.dataset.id())))
                        .violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ProblemCode.LIMIT_EXCEEDED, "/object"));
    }

    /** What becomes of the request of somebody with each role on this object alone. */
    private Map<Role, String> whoOn(TypeId object, Request request) {
        var outcomes = new TreeMap<Role, String>();
        for (var role : OF_OBJECTS) {
            var caller = kernel.memberOn(steps.project, object, role);
            outcomes.put(role, outcome(() -> request.by(caller)));
        }
        return outcomes;
    }

    private static Map<Role, String> outcomes(Set<Role> allowed) {
        var outcomes = new TreeMap<Role, String>();
        OF_OBJECTS.forEach(role -> outcomes.put(role, allowed.contains(role) ? DONE : "FORBIDDEN"));
        return outcomes;
    }

    private static String outcome(Runnable request) {
        try {
            request.run();
            return DONE;
        } catch (RefusedException refusal) {
            assertThat(refusal.auditEvent()).isPresent();
            return refusal.violations().get(0).code().name();
        }
    }

    /** Something that somebody asks for. */
    private interface Request {
        void by(Caller caller);
    }

    private Dataset find(Caller caller) {
        return find(caller, steps.dataset);
    }

    private Dataset find(Caller caller, Dataset dataset) {
        return steps.datasets.find(caller, steps.project(), dataset.id().value());
    }

    private void upload(Caller caller) {
        steps.uploads.open(caller, null, steps.project(), steps.dataset(), DatasetSteps.content("two"));
    }

    private void restrict(Caller caller) {
        var version = find(owner).version();
        steps.datasets.restrict(caller, steps.project(), steps.dataset(), version, Dataset.Access.PROJECT);
    }

    private Model model(String name) {
        var draft = new Models.Draft(new Name(name), null, List.of());
        return done(models.create(steps.developer, null, steps.project(), draft));
    }

    private ModelVersions.Path path(TypeId model, int version) {
        return new ModelVersions.Path(steps.project(), model.value(), String.valueOf(version));
    }

    /** Somebody whom a binding can name without being known to the hub. */
    private static Caller user() {
        var id = kernel.trail().ids().next("u").value();
        return new Caller(new Principal(Principal.Kind.USER, id), id, Set.of(), null, "test", RequestContext.NONE);
    }

    private static RoleBindings.Draft draft(Caller subject, Role role, TypeId object) {
        return new RoleBindings.Draft(subject.principal(), role, object);
    }
}
