package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.DatasetSteps.together;
import static io.animus.kernel.core.Kernel.done;
import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;
import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.LIMIT_EXCEEDED;
import static io.animus.kernel.domain.ProblemCode.NOT_FOUND;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.Resources;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.environment.Definition;
import io.animus.kernel.domain.environment.Environment;
import io.animus.kernel.domain.environment.EnvironmentVersion;
import io.animus.kernel.domain.project.Project;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments and their versions. */
class EnvironmentsTest {
    private static Kernel kernel;

    private Environments environments;
    private Project project;
    private Caller developer;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void makeProject() {
        environments = new Environments(kernel.gate());
        project = kernel.project("office");
        developer = kernel.member(project, Role.DEVELOPER);
    }

    @Test
    void isFoundByNameAndById() {
        var environment = create("python");

        assertThat(environments.find(developer, project(), "python")).isEqualTo(environment);
        assertThat(environments.find(
                        developer, project.name().value(), environment.id().value()))
                .isEqualTo(environment);
        assertThat(kernel.audited(environment.id())).containsExactly("environment.created");
    }

    @Test
    void nameIsTakenOnce() {
        create("taken");

        assertThat(refusal(() -> create("taken")).violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ALREADY_EXISTS, "/name"));
        assertThat(list()).hasSize(1);
        assertThat(kernel.audited("taken")).containsExactly("request.refused");
    }

    @Test
    void sameNameInAnotherProjectIsAnotherEnvironment() {
        create("python");
        var elsewhere = kernel.project();
        var stranger = kernel.member(elsewhere, Role.DEVELOPER);
        done(environments.create(stranger, null, elsewhere.id().value(), draft("python")));

        assertThat(refused(() -> environments.find(stranger, project(), "python")))
                .containsExactly(NOT_FOUND);
        assertThat(refused(() -> environments.list(stranger, project(), new PageRequest(10, null, true))))
                .containsExactly(NOT_FOUND);
    }

    @Test
    void viewerMakesNothing() {
        var viewer = kernel.member(project, Role.VIEWER);

        assertThat(refused(() -> environments.create(viewer, null, project(), draft("denied"))))
                .containsExactly(FORBIDDEN);
        assertThat(kernel.audited("denied")).containsExactly("access.denied");
        assertThat(list()).isEmpty();
    }

    @Test
    void everyEditIsANewVersion() {
        create("python");
        var first = addVersion(definition("none"));
        var second = addVersion(definition("office"));

        assertThat(List.of(first.number(), second.number())).containsExactly(1, 2);
        assertThat(environments.findVersion(developer, project(), "python", "1"))
                .isEqualTo(first);
        assertThat(environments.findVersion(
                        developer, project(), "python", second.id().value()))
                .isEqualTo(second);
        assertThat(environments
                        .listVersions(developer, project(), "python", new PageRequest(10, null, true))
                        .items())
                .containsExactly(second, first);
        assertThat(list()).extracting(Environment::latestVersion).containsExactly(2);
        assertThat(kernel.audited(second.id())).containsExactly("environment_version.created");
    }

    @Test
    void concurrentVersionsAreNumberedDensely() throws Exception {
        create("python");
        Callable<EnvironmentVersion> add = () -> addVersion(definition("none"));
        var added = together(Collections.nCopies(8, add));

        assertThat(added.stream().map(EnvironmentVersion::number).sorted()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        create("python");
        var limits = resources("1", 10);
        var definition = new Definition(
                List.of("images.example/py:3"), resources("2", 20), limits, List.of(), "internet", List.of());

        assertThat(refusal(() -> addVersion(definition)).violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(
                        tuple(UNKNOWN_REFERENCE, "/networkClass"),
                        tuple(LIMIT_EXCEEDED, "/resourceDefaults/cpu"),
                        tuple(LIMIT_EXCEEDED, "/resourceDefaults/pids"));
    }

    @Test
    void noSuchVersion() {
        create("python");

        for (var version : List.of("1", "0", "01", "x", "99999999999", "envv_00000000000000000000000000")) {
            assertThat(refused(() -> environments.findVersion(developer, project(), "python", version)))
                    .as(version)
                    .containsExactly(NOT_FOUND);
        }
    }

    static Definition definition(String networkClass) {
        return new Definition(
                List.of("images.example/py:3"),
                resources("1", 10),
                resources("2", 20),
                List.of(),
                networkClass,
                List.of(new Name("registry")));
    }

    private static Resources resources(String cpu, int pids) {
        return new Resources(Quantity.cpu(cpu), Quantity.bytes("1Gi"), Quantity.bytes("1Gi"), pids, 0);
    }

    private Environment create(String name) {
        return done(environments.create(developer, null, project(), draft(name)));
    }

    private static Environments.Draft draft(String name) {
        return new Environments.Draft(new Name(name), "for tests");
    }

    private EnvironmentVersion addVersion(Definition definition) {
        return done(environments.addVersion(developer, null, project(), "python", definition));
    }

    private List<Environment> list() {
        return environments
                .list(developer, project(), new PageRequest(10, null, true))
                .items();
    }

    private String project() {
        return project.id().value();
    }
}
