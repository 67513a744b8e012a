package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.content;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.Kernel.done;
import static io.animus.kernel.domain.ProblemCode.IDEMPOTENCY_CONFLICT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.Digest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are repeated, and changes that fail half-way. */
class UploadRepeatsTest {
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
    void repeatedRequestGetsTheFirstAnswerAndOpensNothing() {
        var once = once("body");
        var first = done(steps.uploads.open(steps.developer, once, steps.project(), steps.dataset(), content("x")));
        var second = steps.uploads.open(steps.developer, once, steps.project(), steps.dataset(), content("x"));

        assertThat(second).isInstanceOfSatisfying(Answer.Replayed.class, replayed -> assertThat(
                        new String(replayed.first().body(), UTF_8))
                .isEqualTo(first.upload().id().value()));
        assertThat(kernel.column(
                        "select id from upload where dataset_id = ?",
                        steps.dataset.id().value()))
                .hasSize(1);
        assertThat(refused(() -> steps.uploads.open(
                        steps.developer, once("other"), steps.project(), steps.dataset(), content("y"))))
                .containsExactly(IDEMPOTENCY_CONFLICT);
    }

    @Test
    void answerToARepeatedRequestOutlivesTheProject() {
        var once = once("body");
        done(steps.uploads.open(steps.developer, once, steps.project(), steps.dataset(), content("x")));
        kernel.archive(steps.project);

        assertThat(steps.uploads.open(steps.developer, once, steps.project(), steps.dataset(), content("x")))
                .isInstanceOf(Answer.Replayed.class);
    }

    @Test
    void changeThatFailsAfterItsAuditLeavesNeither() {
        var failing = new Once<Uploads.Ticket>("key", Digest.of(new byte[0]), ticket -> {
            throw new IllegalStateException("failed after the change");
        });

        assertThat(catchThrowableOfType(
                        IllegalStateException.class,
                        () -> steps.uploads.open(
                                steps.developer, failing, steps.project(), steps.dataset(), content("x"))))
                .hasMessage("failed after the change");
        assertThat(kernel.column(
                        "select id from upload where dataset_id = ?",
                        steps.dataset.id().value()))
                .isEmpty();
        assertThat(kernel.column(
                        "select action from audit_event where project_id = ? and action = 'upload.opened'",
                        steps.project()))
                .isEmpty();
    }

    private Once<Uploads.Ticket> once(String body) {
        return new Once<>(
                "key",
                Digest.of(body.getBytes(UTF_8)),
                ticket -> new Once.Rendered(201, ticket.upload().id().value().getBytes(UTF_8), null));
    }
}
