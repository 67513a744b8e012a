package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.core.AuditEvents.Query;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.model.Model;
import io.animus.kernel.domain.project.Project;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who sees what of the record. */
class AuditEventsTest {
    private static final PageRequest ALL = new PageRequest(500, null, false);

    private static Kernel kernel;
    private static AuditEvents events;

    private Project project;
    private Caller developer;
    private Caller auditor;
    private Caller officer;
    private Model model;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
        events = new AuditEvents(kernel.gate());
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void act() {
        project = kernel.project();
        developer = kernel.member(project, Role.DEVELOPER);
        auditor = kernel.member(project, Role.AUDITOR);
        officer = kernel.somebody(SystemRole.SECURITY_OFFICER);
        model = model(project, developer, "first");
        var elsewhere = kernel.project();
        model(elsewhere, kernel.member(elsewhere, Role.DEVELOPER), "hidden");
    }

    @Test
    void auditorSeesTheEventsOfItsProjectsAlone() {
        var seen = events.list(auditor, Query.ALL, ALL).items();

        assertThat(seen).isNotEmpty().allMatch(event -> project.id().value().equals(projectOf(event)));
        assertThat(actions(seen)).contains("project.created", "role_binding.created", "model.created");
    }

    @Test
    void securityOfficerSeesAllEvents() {
        var seen = events.list(officer, query(null, Action.MODEL_CREATED, null, null), ALL)
                .items();

        assertThat(seen.stream().map(AuditEventsTest::projectOf).distinct()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void everyFilterNarrows() {
        var actor = developer.principal().id();
        assertThat(actions(list(query(actor, null, null, null)))).containsExactly("model.created");
        assertThat(actions(list(query(null, null, model.id().value(), null)))).containsExactly("model.created");
        assertThat(list(query(null, Action.MODEL_CREATED, null, Outcome.DENIED)))
                .isEmpty();
        assertThat(list(query("sa_nobody", null, null, null))).isEmpty();
        assertThat(list(query(actor, null, model.made().at()))).isEmpty();
        assertThat(list(query(actor, model.made().at(), null))).hasSize(1);
    }

    @Test
    void eventTellsWhoDidWhat() {
        var event = new JsonMembers(
                list(query(null, null, model.id().value(), null)).get(0));

        var actor = new JsonMembers(event.required("actor"));
        assertThat(actor.text("subject")).isEqualTo(developer.principal().id());
        assertThat(actor.text("kind")).isEqualTo("serviceAccount");
        assertThat(new JsonMembers(event.required("details")).text("name")).isEqualTo("first");
        assertThat(event.text("outcome")).isEqualTo("success");
        assertThat(event.text("node")).isEqualTo(kernel.trail().node());
    }

    @Test
    void pagesFollowOneAnother() {
        var query = new Query(project.id().value(), null, null, null, null, null, null);
        var all = events.list(officer, query, new PageRequest(500, null, true)).items();
        var paged = new ArrayList<Json.Members>();
        @Nullable String after = null;
        do {
            var page = events.list(officer, query, new PageRequest(1, after, true));
            paged.addAll(page.items());
            after = page.next();
        } while (after != null);

        assertThat(paged).isEqualTo(all).hasSizeGreaterThan(2);
    }

    @Test
    void otherProjectsAndOtherRolesSeeNothing() {
        var other = kernel.project();
        var viewerThere = kernel.member(other, Role.VIEWER);
        var inOther = new Query(other.name().value(), null, null, null, null, null, null);

        assertThat(code(developer, Query.ALL)).isEqualTo(ProblemCode.FORBIDDEN);
        assertThat(code(viewerThere, inOther)).isEqualTo(ProblemCode.FORBIDDEN);
        assertThat(code(auditor, inOther)).isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(officer, new Query("no-such", null, null, null, null, null, null)))
                .isEqualTo(ProblemCode.NOT_FOUND);
    }

    private List<Json.Members> list(Query query) {
        return events.list(auditor, query, ALL).items();
    }

    private static Query query(
            @Nullable String actor, @Nullable Action action, @Nullable String resource, @Nullable Outcome outcome) {
        return new Query(null, actor, action, resource, outcome, null, null);
    }

    private static Query query(@Nullable String actor, @Nullable Instant from, @Nullable Instant to) {
        return new Query(null, actor, null, null, null, from, to);
    }

    private static ProblemCode code(Caller caller, Query query) {
        return catchThrowableOfType(RefusedException.class, () -> events.list(caller, query, ALL))
                .violations()
                .get(0)
                .code();
    }

    private static Model model(Project project, Caller caller, String name) {
        var draft = new Models.Draft(new Name(name), null, List.of());
        return Kernel.done(
                new Models(kernel.gate()).create(caller, null, project.id().value(), draft));
    }

    private static List<String> actions(List<Json.Members> events) {
        return events.stream()
                .map(event -> new JsonMembers(event).text("action"))
                .toList();
    }

    private static @Nullable String projectOf(Json.Members event) {
        return new JsonMembers(new JsonMembers(event).required("resource"))
                .findText("project")
                .orElse(null);
    }
}
