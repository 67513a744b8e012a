package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.ModelVersions.Path;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.model.Model;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.model.Stage;
import io.animus.kernel.domain.model.StageChange;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.RunKind;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a run to an approved model version, and who may not. */
class ModelsTest {
    private static final PageRequest FIRST = new PageRequest(50, null, true);

    private static Kernel kernel;
    private static Models models;
    private static ModelVersions versions;

    private Project project;
    private Caller developer;
    private Caller maintainer;
    private Caller approver;
    private Training training;
    private Model model;

    @BeforeAll
    static void start(@TempDir java.nio.file.Path folder) {
        kernel = new Kernel(folder);
        models = new Models(kernel.gate());
        versions = new ModelVersions(kernel.gate());
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void train() {
        project = kernel.project();
        developer = kernel.member(project, Role.DEVELOPER);
        maintainer = kernel.member(project, Role.MAINTAINER);
        approver = kernel.member(project, Role.APPROVER);
        training = Training.of(kernel, project, RunKind.PRODUCTION, Training.Course.SUCCEEDS);
        model = model(developer, "penguins");
    }

    @Test
    void versionTellsWhereItCameFrom() {
        var version = version(developer);

        assertThat(version.number()).isEqualTo(1);
        assertThat(version.stage()).isEqualTo(Stage.DRAFT);
        assertThat(version.origin().datasetVersions().get(0))
                .isEqualTo(training.data().id());
        assertThat(version.artifacts())
                .extracting(artifact -> artifact.name())
                .containsExactly("report.html", "model.json");
        assertThat(versions.find(developer, path("1"))).isEqualTo(version);
        assertThat(versions.find(developer, path(version.id().value()))).isEqualTo(version);
        // A list leaves out the cards, which may be long.
        assertThat(versions.list(developer, project.name().value(), "penguins", FIRST)
                        .items())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("modelCard")
                .containsExactly(version)
                .allMatch(listed -> listed.modelCard() == null);
        assertThat(models.find(developer, project.id().value(), "penguins").latestVersion())
                .isEqualTo(1);
        assertThat(events(version)).containsExactly("ModelVersionCreated");
    }

    @Test
    void provenanceReachesBackToTheFirstData() {
        var version = version(developer);
        var raw = kernel.database().write(tx -> {
            var first = Training.data(kernel, tx, project, training.data().made());
            tx.lineage()
                    .insert(
                            project.id(),
                            List.of(LineageEdge.of(training.data().id(), Relation.DERIVED_FROM, first.id())));
            return first;
        });

        var provenance = versions.findProvenance(approver, path("1"));

        assertThat(provenance.version()).isEqualTo(version);
        assertThat(provenance.run().specDigest()).isEqualTo(training.run().specDigest());
        assertThat(provenance.datasetVersions()).containsExactly(training.data(), raw);
        assertThat(provenance.environmentLock()).isEqualTo(training.lock());
    }

    @Test
    void goesFromDraftToValidatedToApprovedToDeprecatedWithEachStepOnRecord() {
        var id = version(developer).id();
        versions.validate(maintainer, null, path("1"), "sound");
        versions.approve(approver, null, path("1"), null);
        var last = Kernel.done(versions.deprecate(maintainer, null, path("1"), "a better one exists"));

        assertThat(last.stage()).isEqualTo(Stage.DEPRECATED);
        assertThat(last.stageChanges())
                .extracting(StageChange::reason)
                .containsExactly("sound", null, "a better one exists");
        assertThat(versions.find(developer, path("1"))).isEqualTo(last);
        assertThat(kernel.audited(id))
                .containsExactly(
                        "model_version.created",
                        "model_version.validated",
                        "model_version.approved",
                        "model_version.deprecated");
        for (var change : last.stageChanges()) {
            assertThat(kernel.column(
                            "select action from audit_event where id = ?::uuid",
                            change.auditEvent().number().toString()))
                    .containsExactly("model_version." + change.to().word());
        }
        assertThat(events(last))
                .containsExactly("ModelVersionCreated", "ModelValidated", "ModelApproved", "ModelDeprecated");
    }

    @Test
    void nobodyApprovesTheirOwnVersionAndTheAttemptIsOnRecord() {
        var both = kernel.member(project, Role.DEVELOPER, Role.APPROVER);
        version(both);

        var early = refusal(() -> versions.approve(both, null, path("1"), null));
        versions.validate(maintainer, null, path("1"), null);
        var refused = refusal(() -> versions.approve(both, null, path("1"), null));

        assertThat(code(early)).isEqualTo(ProblemCode.SELF_APPROVAL);
        assertThat(code(refused)).isEqualTo(ProblemCode.SELF_APPROVAL);
        assertThat(kernel.column(
                        "select action || ' ' || outcome from audit_event where id = ?::uuid",
                        refused.auditEvent().orElseThrow().number().toString()))
                .containsExactly("access.denied denied");
        assertThat(versions.find(both, path("1")).stage()).isEqualTo(Stage.VALIDATED);
        assertThat(Kernel.done(versions.approve(approver, null, path("1"), null))
                        .stage())
                .isEqualTo(Stage.APPROVED);
    }

    @Test
    void stepsThatDontExistAreRefused() {
        version(developer);
        assertThat(code(() -> versions.approve(approver, null, path("1"), null)))
                .isEqualTo(ProblemCode.STATE_CONFLICT);
        versions.validate(maintainer, null, path("1"), null);
        assertThat(code(() -> versions.validate(maintainer, null, path("1"), null)))
                .isEqualTo(ProblemCode.STATE_CONFLICT);
        versions.deprecate(approver, null, path("1"), null);
        assertThat(code(() -> versions.approve(approver, null, path("1"), null)))
                .isEqualTo(ProblemCode.STATE_CONFLICT);
        assertThat(code(() -> versions.deprecate(approver, null, path("1"), null)))
                .isEqualTo(ProblemCode.STATE_CONFLICT);
    }

    @Test
    void versionOfADevelopmentRunIsNeverApproved() {
        training = Training.of(kernel, project, RunKind.DEVELOPMENT, Training.Course.SUCCEEDS);
        version(developer);
        versions.validate(maintainer, null, path("1"), null);

        assertThat(code(() -> versions.approve(approver, null, path("1"), null)))
                .isEqualTo(ProblemCode.STATE_CONFLICT);
    }

    @Test
    void ofTwoApprovalsAtOnceOneWins() throws Exception {
        var id = version(developer).id();
        versions.validate(maintainer, null, path("1"), null);
        var other = kernel.member(project, Role.APPROVER);

        var won = atOnce(List.of(
                () -> versions.approve(approver, null, path("1"), null),
                () -> versions.approve(other, null, path("1"), null)));

        assertThat(won).isEqualTo(1);
        assertThat(versions.find(developer, path("1")).stageChanges()).hasSize(2);
        assertThat(kernel.audited(id)).containsOnlyOnce("model_version.approved");
    }

    @Test
    void numbersAreDenseHoweverManyComeAtOnce() throws Exception {
        var made = atOnce(IntStream.range(0, 8)
                .<Callable<Object>>mapToObj(i -> () -> version(developer))
                .toList());

        assertThat(made).isEqualTo(8);
        assertThat(versions.list(developer, project.id().value(), "penguins", FIRST)
                        .items())
                .extracting(ModelVersion::number)
                .containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void unknownAndForeignRunsAndArtifactsAreNotReferredTo() {
        var foreign = Training.of(kernel, kernel.project(), RunKind.PRODUCTION, Training.Course.SUCCEEDS);
        var other = Training.of(kernel, project, RunKind.PRODUCTION, Training.Course.SUCCEEDS);

        var ofForeignRun = refusal(() -> version(foreign.run().id(), foreign.model()));
        assertThat(ofForeignRun.violations().get(0).code()).isEqualTo(ProblemCode.UNKNOWN_REFERENCE);
        assertThat(ofForeignRun.violations().get(0).pointer()).isEqualTo("/run");
        var ofOthers = refusal(() -> version(training.run().id(), training.model(), other.model(), foreign.model()));
        assertThat(ofOthers.violations())
                .extracting(Violation::pointer)
                .containsExactly("/artifacts/1", "/artifacts/2");
        assertThat(models.find(developer, project.id().value(), "penguins").latestVersion())
                .isNull();
    }

    @Test
    void runMustHaveSucceeded() {
        var running = Training.of(kernel, project, RunKind.PRODUCTION, Training.Course.STILL_RUNS);

        assertThat(code(() -> version(running.run().id(), running.model()))).isEqualTo(ProblemCode.STATE_CONFLICT);
    }

    @Test
    void strangersFindNothing() {
        version(developer);
        var stranger = kernel.member(kernel.project(), Role.OWNER, Role.APPROVER);

        assertThat(code(() -> versions.find(stranger, path("1")))).isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(() -> versions.approve(stranger, null, path("1"), null)))
                .isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(() -> models.list(stranger, project.id().value(), FIRST)))
                .isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(() -> versions.find(developer, path("2")))).isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(() -> versions.find(developer, path("01")))).isEqualTo(ProblemCode.NOT_FOUND);
    }

    @Test
    void archivedProjectTakesNothingNew() {
        version(developer);
        kernel.archive(project);

        assertThat(code(() -> version(developer))).isEqualTo(ProblemCode.STATE_CONFLICT);
        assertThat(code(() -> model(developer, "another"))).isEqualTo(ProblemCode.STATE_CONFLICT);
        assertThat(code(() -> versions.validate(maintainer, null, path("1"), null)))
                .isEqualTo(ProblemCode.STATE_CONFLICT);
        assertThat(versions.find(developer, path("1")).number()).isEqualTo(1);
    }

    @Test
    void takenNameIsRefused() {
        assertThat(code(() -> model(developer, "penguins"))).isEqualTo(ProblemCode.ALREADY_EXISTS);
        assertThat(models.list(developer, project.id().value(), FIRST).items()).containsExactly(model);
    }

    /** How many of these were done; the others were refused for the state of things. */
    private static int atOnce(List<Callable<Object>> requests) throws Exception {
        var barrier = new CyclicBarrier(requests.size());
        var threads = Executors.newFixedThreadPool(requests.size());
        try {
            var done = 0;
            var answers = requests.stream()
                    .map(request -> threads.submit(() -> {
                        barrier.await();
                        return request.call();
                    }))
                    .toList();
            for (var answer : answers) {
                try {
                    answer.get();
                    done++;
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(RefusedException.class);
                    assertThat(code((RefusedException) e.getCause())).isEqualTo(ProblemCode.STATE_CONFLICT);
                }
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }

    private Model model(Caller caller, String name) {
        var draft = new Models.Draft(new Name(name), null, List.of("birds"));
        return Kernel.done(models.create(caller, null, project.id().value(), draft));
    }

    private ModelVersion version(Caller caller) {
        var reportFirst = List.of(training.artifacts().get(1).id(), training.model());
        var draft = new ModelVersions.Draft(training.run().id(), reportFirst, "# Penguins");
        return Kernel.done(versions.create(caller, null, project.id().value(), "penguins", draft));
    }

    private ModelVersion version(TypeId run, TypeId... artifacts) {
        var draft = new ModelVersions.Draft(run, List.of(artifacts), "# Penguins");
        return Kernel.done(versions.create(developer, null, project.id().value(), "penguins", draft));
    }

    private Path path(String version) {
        return new Path(project.id().value(), "penguins", version);
    }

    private List<String> events(ModelVersion version) {
        return kernel.column(
                "select type from outbox where subject = ? order by id",
                version.id().value());
    }

    private static RefusedException refusal(Runnable request) {
        return catchThrowableOfType(RefusedException.class, request::run);
    }

    private static ProblemCode code(Runnable request) {
        return code(refusal(request));
    }

    private static ProblemCode code(RefusedException refusal) {
        return refusal.violations().get(0).code();
    }
}
