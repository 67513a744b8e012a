package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;
import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.NOT_FOUND;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Dataset;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets, as those see them who may and who may not. */
class DatasetsTest {
    private static Kernel kernel;

    private DatasetSteps steps;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void begin() {
        steps = new DatasetSteps(kernel);
    }

    @Test
    void isFoundByNameAndById() {
        assertThat(steps.datasets.find(steps.developer, steps.project(), "penguins"))
                .isEqualTo(steps.dataset);
        assertThat(steps.datasets.find(steps.developer, steps.project.name().value(), steps.dataset()))
                .isEqualTo(steps.dataset);
        assertThat(kernel.audited(steps.dataset.id())).containsExactly("dataset.created");
    }

    @Test
    void nameIsTakenOnce() {
        assertThat(refusal(() -> steps.begin("penguins")).violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(ALREADY_EXISTS, "/name"));
        assertThat(kernel.column("select id from dataset where project_id = ?", steps.project()))
                .hasSize(1);
    }

    @Test
    void listShowsTheLatestVersions() throws Exception {
        steps.version("one");
        steps.version("two");
        steps.begin("seals");
        var page = steps.datasets.list(steps.developer, steps.project(), new PageRequest(10, null, true));

        assertThat(page.items())
                .extracting(dataset -> dataset.name().value(), Dataset::latestVersion)
                .containsExactly(tuple("seals", null), tuple("penguins", 2));
    }

    @Test
    void nobodyElseSeesOrMakesDatasets() {
        var stranger = kernel.member(kernel.project(), Role.OWNER);
        var viewer = kernel.member(steps.project, Role.VIEWER);

        assertThat(refused(() -> steps.datasets.find(stranger, steps.project(), steps.dataset())))
                .containsExactly(NOT_FOUND);
        assertThat(refused(() -> steps.datasets.create(viewer, null, steps.project(), DatasetSteps.draft("denied"))))
                .containsExactly(FORBIDDEN);
        assertThat(kernel.audited(steps.dataset.id())).containsExactly("dataset.created", "access.denied");
        assertThat(kernel.audited("denied")).containsExactly("access.denied");
    }

    @Test
    void archivedProjectTakesNoDataset() {
        kernel.archive(steps.project);

        assertThat(refused(() -> steps.begin("seals"))).containsExactly(STATE_CONFLICT);
    }
}
