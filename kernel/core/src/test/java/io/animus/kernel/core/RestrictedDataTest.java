package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.Kernel.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.lineage.Direction;
import io.animus.kernel.domain.lineage.LineageNode;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.RunState;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A restricted dataset and what shows what it holds: who gets at it, and that to others it isn't there. */
class RestrictedDataTest {
    private static final PageRequest FIRST = new PageRequest(50, null, true);
    private static final RunFilter ANY = new RunFilter(null, null);

    private static Kernel kernel;
    private static Datasets datasets;
    private static DatasetVersions versions;
    private static ModelVersions modelVersions;
    private static Lineage lineage;

    private Laboratory lab;
    private Hub hub;
    private Caller owner;
    private Run run;
    private Artifact artifact;
    private ModelVersion model;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
        datasets = new Datasets(kernel.gate());
        versions = new DatasetVersions(kernel.gate(), kernel.ports());
        modelVersions = new ModelVersions(kernel.gate());
        lineage = new Lineage(kernel.gate());
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void train() {
        lab = new Laboratory(kernel);
        hub = lab.hub();
        owner = kernel.member(lab.project(), Role.OWNER);
        run = lab.create(hub, lab.wish("trains"));
        lab.conduct(hub, run.id(), RunState.SUCCEEDED);
        artifact = lab.artifacts(hub, run.id()).get(0);
        new Models(kernel.gate())
                .create(owner, null, lab.projectId(), new Models.Draft(new Name("classifier"), null, List.of()));
        model = done(modelVersions.create(owner, null, lab.projectId(), "classifier", model()));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"OWNER", "AUDITOR"})
    void ownersAndAuditorsSeeItAll(Role role) {
        set(Dataset.Access.RESTRICTED);
        var member = kernel.member(lab.project(), role);

        assertThat(find(member).access()).isEqualTo(Dataset.Access.RESTRICTED);
        assertSeesWhatWasMade(member);
        done(versions.download(member, lab.projectId(), dataset(), "1"));
        done(hub.results()
                .download(member, lab.projectId(), id(run), artifact.id().value()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"OWNER", "AUDITOR"},
            mode = EnumSource.Mode.EXCLUDE)
    void toOtherMembersItAndWhatWasMadeFromItIsNotThere(Role role) {
        var member = kernel.member(lab.project(), role);
        assertSeesWhatWasMade(member);

        set(Dataset.Access.RESTRICTED);

        assertThat(datasets.list(member, lab.projectId(), FIRST).items()).isEmpty();
        assertThat(hub.runs().list(member, lab.projectId(), ANY, FIRST).items()).isEmpty();
        assertThat(modelVersions
                        .list(member, lab.projectId(), "classifier", FIRST)
                        .items())
                .isEmpty();
        assertHidden(() -> find(member));
        assertHidden(() -> versions.find(member, lab.projectId(), dataset(), "1"));
        assertHidden(() -> versions.list(member, lab.projectId(), dataset(), FIRST));
        assertHidden(() -> hub.runs().find(member, lab.projectId(), id(run)));
        assertHidden(() -> hub.results().transitions(member, lab.projectId(), id(run), 0));
        assertHidden(() -> hub.results().attempts(member, lab.projectId(), id(run), FIRST));
        assertHidden(() -> hub.results().artifacts(member, lab.projectId(), id(run), FIRST));
        assertHidden(() -> hub.results()
                .artifact(member, lab.projectId(), id(run), artifact.id().value()));
        assertHidden(() -> modelVersions.find(member, path()));
        assertHidden(() -> modelVersions.findProvenance(member, path()));
        for (var root : List.of(lab.data().dataset(), lab.data().id(), run.id(), artifact.id(), model.id())) {
            assertHidden(() -> lineage.walk(member, lab.projectId(), root.value(), Direction.BOTH, 9));
        }
        assertThat(lineage.walk(member, lab.projectId(), lab.environment().id().value(), Direction.BOTH, 9)
                        .nodes())
                .extracting(LineageNode::type)
                .containsExactly("environmentLock");
    }

    @Test
    void roleOnItOpensItAndWhatWasMadeFromIt() {
        set(Dataset.Access.RESTRICTED);
        var viewer = kernel.member(lab.project(), Role.DEVELOPER);
        kernel.bind(viewer.principal(), lab.project(), Role.VIEWER, lab.data().dataset());
        var developer = kernel.member(lab.project(), Role.VIEWER);
        kernel.bind(
                developer.principal(), lab.project(), Role.DEVELOPER, lab.data().dataset());

        assertSeesWhatWasMade(viewer);
        assertThat(refused(() -> versions.download(viewer, lab.projectId(), dataset(), "1")))
                .containsExactly(ProblemCode.FORBIDDEN);
        assertThat(refused(() -> hub.results()
                        .download(
                                viewer, lab.projectId(), id(run), artifact.id().value())))
                .as("a developer of the project, but only a viewer of what the run read")
                .containsExactly(ProblemCode.FORBIDDEN);
        assertThat(refused(() -> hub.results().openLog(viewer, lab.projectId(), id(run))))
                .containsExactly(ProblemCode.FORBIDDEN);
        assertSeesWhatWasMade(developer);
        done(versions.download(developer, lab.projectId(), dataset(), "1"));
    }

    @Test
    void runReadsItOnlyForWhoMayDownloadIt() {
        set(Dataset.Access.RESTRICTED);
        var viewer = kernel.member(lab.project(), Role.DEVELOPER);
        kernel.bind(viewer.principal(), lab.project(), Role.VIEWER, lab.data().dataset());
        var insider = kernel.member(lab.project(), Role.DEVELOPER);
        kernel.bind(
                insider.principal(), lab.project(), Role.DEVELOPER, lab.data().dataset());
        var before = runs();

        for (var outsider : List.of(lab.developer(), viewer)) {
            assertUnknownInput(() -> create(hub, outsider));
            assertThat(done(hub.runs()
                                    .preview(
                                            outsider,
                                            lab.projectId(),
                                            lab.wish("trains").draft()))
                            .violations())
                    .extracting(Violation::code, Violation::pointer)
                    .containsExactly(tuple(ProblemCode.UNKNOWN_REFERENCE, "/inputs/0/datasetVersion"));
        }
        assertHidden(() -> hub.runs().rerun(lab.developer(), null, lab.projectId(), id(run)));
        assertUnknownInput(() -> hub.runs().rerun(viewer, null, lab.projectId(), id(run)));
        assertThat(runs()).isEqualTo(before);

        assertThat(create(hub, insider).progress().state()).isEqualTo(RunState.QUEUED);
        done(hub.runs().rerun(insider, null, lab.projectId(), id(run)));
    }

    /** The second reading of a change sees what happened while the SCM host was asked. */
    @Test
    void runIsRefusedIfItsDataIsRestrictedWhileItIsPlanned() {
        var fresh = new Laboratory(kernel);
        var admin = kernel.member(fresh.project(), Role.OWNER);
        var scm = new InterruptedScmHost(() -> datasets.restrict(
                admin, fresh.projectId(), fresh.data().dataset().value(), 1, Dataset.Access.RESTRICTED));
        try (var busy = new Hub(kernel, scm, fresh.plane())) {
            var draft = fresh.wish("trains").draft();
            assertUnknownInput(() -> busy.runs().create(fresh.developer(), null, fresh.projectId(), draft));
        }
        assertThat(kernel.column("select id from run where project_id = ?", fresh.projectId()))
                .isEmpty();
    }

    @Test
    void nothingIsMadeOfWhatOneDoesNotSee() {
        set(Dataset.Access.RESTRICTED);
        var uploads = new Uploads(kernel.gate(), kernel.ports());
        var developer = lab.developer();
        var open = done(datasets.create(developer, null, lab.projectId(), DatasetSteps.draft("open")));

        assertThat(refusal(() -> uploads.open(
                                developer,
                                null,
                                lab.projectId(),
                                open.id().value(),
                                DatasetSteps.content("three", lab.data().id())))
                        .violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ProblemCode.UNKNOWN_REFERENCE, "/lineageParents/0"));
        assertThat(refusal(() -> modelVersions.create(developer, null, lab.projectId(), "classifier", model()))
                        .violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ProblemCode.UNKNOWN_REFERENCE, "/run"));
        assertHidden(() -> hub.runs().cancel(developer, null, lab.projectId(), id(run), null));
    }

    @Test
    void runsThatReadOtherDataAreStillThere() {
        var other = lab.data(lab.project());
        var wish = lab.wish("trains").noInputs().input("penguins", other.id());
        var open = lab.create(hub, wish);
        var both = lab.create(hub, wish.input("more", lab.data().id()));

        set(Dataset.Access.RESTRICTED);

        assertThat(hub.runs().list(lab.developer(), lab.projectId(), ANY, FIRST).items())
                .extracting(view -> view.run().id())
                .containsExactly(open.id());
        assertHidden(() -> hub.runs().find(lab.developer(), lab.projectId(), id(both)));
    }

    /** Hidden items don't shorten a page: who reads on until the last one has seen all that it may see. */
    @Test
    void pagesAreFullOfWhatIsSeen() {
        var other = lab.data(lab.project());
        var seen = lab.create(hub, lab.wish("trains").noInputs().input("penguins", other.id()));
        for (var i = 0; i < 5; i++) {
            lab.create(hub, lab.wish("trains"));
        }
        var last = lab.create(hub, lab.wish("trains").noInputs().input("penguins", other.id()));
        set(Dataset.Access.RESTRICTED);

        var first = hub.runs().list(lab.developer(), lab.projectId(), ANY, new PageRequest(1, null, true));
        var second = hub.runs().list(lab.developer(), lab.projectId(), ANY, new PageRequest(1, first.next(), true));

        assertThat(first.items()).extracting(view -> view.run().id()).containsExactly(last.id());
        assertThat(second.items()).extracting(view -> view.run().id()).containsExactly(seen.id());
        assertThat(second.next()).isNull();
    }

    @Test
    void roleOnAModelShowsItsVersionsWhateverTheyWereTrainedOn() {
        set(Dataset.Access.RESTRICTED);
        var approver = kernel.memberOn(lab.project(), model.model(), Role.APPROVER);

        assertThat(modelVersions.find(approver, path()).id()).isEqualTo(model.id());
        assertThat(modelVersions.findProvenance(approver, path()).datasetVersions())
                .as("but the data itself no")
                .isEmpty();
        assertHidden(() -> hub.runs().find(approver, lab.projectId(), id(run)));
    }

    @Test
    void maintainersRestrictAndOpenItOnRecord() {
        var maintainer = kernel.member(lab.project(), Role.MAINTAINER);
        kernel.bind(
                maintainer.principal(),
                lab.project(),
                Role.MAINTAINER,
                lab.data().dataset());

        var closed = done(restrict(maintainer, 1, Dataset.Access.RESTRICTED));
        assertThat(refused(() -> restrict(maintainer, 1, Dataset.Access.PROJECT)))
                .containsExactly(ProblemCode.PRECONDITION_FAILED);
        assertThat(refused(() -> restrict(lab.developer(), 2, Dataset.Access.PROJECT)))
                .as("who may not do this to any dataset learns of none")
                .isEqualTo(refused(
                        () -> datasets.restrict(lab.developer(), lab.projectId(), "absent", 2, Dataset.Access.PROJECT)))
                .containsExactly(ProblemCode.FORBIDDEN);
        var opened = done(restrict(maintainer, closed.version(), Dataset.Access.PROJECT));

        assertThat(find(lab.developer())).isEqualTo(opened);
        assertThat(refused(() -> restrict(lab.developer(), 3, Dataset.Access.RESTRICTED)))
                .containsExactly(ProblemCode.FORBIDDEN);
        assertThat(kernel.audited(lab.data().dataset()))
                .containsExactly(
                        "dataset.access_set",
                        "request.refused",
                        "access.denied",
                        "dataset.access_set",
                        "access.denied");
    }

    private void assertSeesWhatWasMade(Caller member) {
        assertThat(datasets.list(member, lab.projectId(), FIRST).items())
                .extracting(Dataset::id)
                .containsExactly(lab.data().dataset());
        assertThat(versions.find(member, lab.projectId(), dataset(), "1")).isEqualTo(lab.data());
        assertThat(hub.runs().list(member, lab.projectId(), ANY, FIRST).items()).hasSize(1);
        assertThat(hub.runs().find(member, lab.projectId(), id(run)).run().id()).isEqualTo(run.id());
        assertThat(hub.results()
                        .artifacts(member, lab.projectId(), id(run), FIRST)
                        .items())
                .isNotEmpty();
        assertThat(modelVersions.find(member, path()).id()).isEqualTo(model.id());
        assertThat(lineage.walk(member, lab.projectId(), model.id().value(), Direction.UPSTREAM, 9)
                        .nodes())
                .extracting(LineageNode::id)
                .contains(id(run), lab.data().id().value());
    }

    /** Like what doesn't exist, and on record. */
    private static void assertHidden(ThrowingCallable request) {
        var refusal = refusal(request);
        assertThat(refusal).isNotNull();
        assertThat(refusal.violations()).extracting(Violation::code).containsExactly(ProblemCode.NOT_FOUND);
        assertThat(kernel.column(
                        "select action || ' ' || outcome from audit_event where id = ?::uuid",
                        refusal.auditEvent().orElseThrow().number().toString()))
                .containsExactly("access.denied denied");
    }

    private static void assertUnknownInput(ThrowingCallable request) {
        var refusal = refusal(request);
        assertThat(refusal).isNotNull();
        assertThat(refusal.violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ProblemCode.UNKNOWN_REFERENCE, "/inputs/0/datasetVersion"));
        assertThat(refusal.auditEvent()).isPresent();
    }

    private void set(Dataset.Access access) {
        done(restrict(owner, find(owner).version(), access));
    }

    private Answer<Dataset> restrict(Caller caller, long version, Dataset.Access access) {
        return datasets.restrict(caller, lab.projectId(), dataset(), version, access);
    }

    private Dataset find(Caller caller) {
        return datasets.find(caller, lab.projectId(), dataset());
    }

    private Run create(Hub at, Caller caller) {
        return done(at.runs()
                        .create(
                                caller,
                                null,
                                lab.projectId(),
                                lab.wish("trains").draft()))
                .run();
    }

    private ModelVersions.Draft model() {
        return new ModelVersions.Draft(run.id(), List.of(artifact.id()), "# Penguins");
    }

    private List<String> runs() {
        return kernel.column("select id from run where project_id = ? order by id", lab.projectId());
    }

    private String dataset() {
        return lab.data().dataset().value();
    }

    private ModelVersions.Path path() {
        return new ModelVersions.Path(lab.projectId(), "classifier", "1");
    }

    private static String id(Run run) {
        return run.id().value();
    }
}
