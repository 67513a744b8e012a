package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.lineage.Direction;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.LineageNode;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.RunKind;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came from what, from both ends. */
class LineageTest {
    private static final String CODE = "https://git.example/penguins.git@0123456789abcdef0123456789abcdef01234567";

    private static Kernel kernel;

    private Project project;
    private Caller viewer;
    private Training training;
    private ModelVersion version;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void train() {
        project = kernel.project();
        viewer = kernel.member(project, Role.VIEWER);
        training = Training.of(kernel, project, RunKind.PRODUCTION, Training.Course.SUCCEEDS);
        var developer = kernel.member(project, Role.DEVELOPER);
        var id = project.id().value();
        new Models(kernel.gate()).create(developer, null, id, new Models.Draft(new Name("penguins"), null, List.of()));
        var draft = new ModelVersions.Draft(training.run().id(), List.of(training.model()), "# Penguins");
        version = Kernel.done(new ModelVersions(kernel.gate()).create(developer, null, id, "penguins", draft));
    }

    @Test
    void upstreamOfAModelVersionLeadsToDataAndCode() {
        var graph = walk(version.id(), Direction.UPSTREAM, 5);

        assertThat(graph.nodes())
                .extracting(LineageNode::id)
                .containsExactly(
                        version.id().value(),
                        training.model().value(),
                        version.model().value(),
                        training.run().id().value(),
                        training.data().id().value(),
                        CODE,
                        training.lock().id().value(),
                        training.data().dataset().value(),
                        training.lock().content().environmentVersion().value());
        assertThat(graph.nodes())
                .extracting(LineageNode::label)
                .contains("penguins 1", "model.json", "penguins", "penguins.git@0123456789ab");
        assertThat(graph.edges())
                .contains(
                        LineageEdge.of(version.id(), Relation.DERIVED_FROM, training.model()),
                        LineageEdge.of(training.run().id(), Relation.PRODUCED, training.model()),
                        LineageEdge.of(
                                training.run().id(),
                                Relation.TRAINED_ON,
                                training.data().id()))
                .hasSize(8);
        assertThat(graph.truncated()).isFalse();
    }

    @Test
    void downstreamOfADatasetLeadsToEverythingMadeOfIt() {
        var graph = walk(training.data().dataset(), Direction.DOWNSTREAM, 20);

        assertThat(graph.nodes())
                .extracting(LineageNode::type)
                .containsExactly("dataset", "datasetVersion", "run", "artifact", "artifact", "modelVersion");
        assertThat(graph.nodes().get(2).digest()).isEqualTo(training.run().specDigest());
    }

    @Test
    void bothDirectionsLeaveSiblingsOut() {
        var graph = walk(training.model(), Direction.BOTH, 20);

        assertThat(graph.nodes())
                .extracting(LineageNode::id)
                .contains(version.id().value(), training.data().id().value(), CODE)
                .doesNotContain(
                        training.artifacts().get(1).id().value(),
                        version.model().value());
    }

    @Test
    void stopsAtTheDepth() {
        var graph = walk(version.id(), Direction.UPSTREAM, 1);

        assertThat(graph.nodes()).hasSize(3);
        assertThat(graph.truncated()).isFalse();
    }

    @Test
    void stopsAtTheMostNodesAndSaysSo() {
        var lineage = new Lineage(kernel.gate(), 4);

        var graph = lineage.walk(viewer, project.id().value(), version.id().value(), Direction.UPSTREAM, 20);

        assertThat(graph.nodes()).hasSize(4);
        assertThat(graph.truncated()).isTrue();
        assertThat(graph.edges()).hasSize(3);
    }

    @Test
    void rootOfAnotherProjectOrOfNoneIsNotFound() {
        var elsewhere = Training.of(kernel, kernel.project(), RunKind.PRODUCTION, Training.Course.SUCCEEDS);
        for (var root : List.of(
                elsewhere.run().id().value(),
                CODE,
                "nonsense",
                project.id().value(),
                kernel.trail().ids().next("run").value())) {
            var refusal = catchThrowableOfType(RefusedException.class, () -> new Lineage(kernel.gate())
                    .walk(viewer, project.id().value(), root, Direction.BOTH, 5));
            assertThat(refusal.violations().get(0).code()).as(root).isEqualTo(ProblemCode.NOT_FOUND);
        }
    }

    private Lineage.Graph walk(TypeId root, Direction direction, int depth) {
        return new Lineage(kernel.gate()).walk(viewer, project.id().value(), root.value(), direction, depth);
    }
}
