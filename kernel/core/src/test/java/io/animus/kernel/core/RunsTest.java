package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.DatasetSteps.together;
import static io.animus.kernel.core.Kernel.done;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.WaitingReason;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody wants to run is frozen and queued, or refused for everything that is wrong with it. */
class RunsTest {
    private static Kernel kernel;

    private Laboratory lab;
    private Hub hub;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void open() {
        lab = new Laboratory(kernel);
        hub = lab.hub();
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void freezesAllThatInfluencesTheResult() {
        var run = lab.create(hub, lab.wish("trains"));

        var spec = RunSpec.of(Json.read(run.spec()));
        assertThat(run.specDigest()).isEqualTo(Digest.of(run.spec())).isEqualTo(spec.digest());
        assertThat(spec.code().commit()).isEqualTo(Laboratory.COMMIT);
        assertThat(spec.environment().lockDigest()).isEqualTo(lab.environment().lockDigest());
        assertThat(spec.inputs().get(0).digest()).isEqualTo(Digest.of(Laboratory.DATA.getBytes(UTF_8)));
        assertThat(spec.resources().memory().text()).as("of the environment").isEqualTo("64Mi");
        assertThat(hub.runs()
                        .find(lab.developer(), lab.projectId(), run.id().value())
                        .waiting())
                .isEqualTo(WaitingReason.IN_QUEUE);
        assertThat(lab.create(hub, lab.wish("trains")).specDigest()).isEqualTo(run.specDigest());
    }

    @Test
    void resolvesABranchOfADevelopmentRunOnce() {
        var run = lab.create(hub, lab.wish("trains").development("main"));

        assertThat(RunSpec.of(Json.read(run.spec())).code().commit()).isEqualTo(Laboratory.COMMIT);
        assertThat(run.labels().requestedRef()).isEqualTo("main");
    }

    @Test
    void previewSaysWhatWouldBeFrozenAndCreatesNothing() {
        var preview = done(hub.runs()
                .preview(lab.developer(), lab.projectId(), lab.wish("trains").draft()));

        assertThat(preview.violations()).isEmpty();
        assertThat(preview.spec()).isNotNull();
        assertThat(runs()).isEmpty();
        assertThat(kernel.audited(lab.projectId())).endsWith("run.validated");
        assertThat(lab.create(hub, lab.wish("trains")).specDigest())
                .isEqualTo(preview.spec().digest());
    }

    @Test
    void previewSaysAllThatIsWrong() {
        var wish = lab.wish("trains").ref("main").noInputs().resources("8", null);

        var preview = done(hub.runs().preview(lab.developer(), lab.projectId(), wish.draft()));

        assertThat(preview.spec()).isNull();
        assertThat(preview.violations())
                .extracting(Violation::code)
                .containsExactlyInAnyOrder(
                        ProblemCode.INVALID_VALUE, ProblemCode.FLOATING_REFERENCE, ProblemCode.LIMIT_EXCEEDED);
        assertThat(runs()).isEmpty();
    }

    @Test
    void refusesForEverythingThatIsWrongAtOnce() {
        var foreign = new Laboratory(kernel).data().id();
        var wish = lab.wish("trains")
                .ref("main")
                .input("other", foreign)
                .input("penguins", lab.data().id())
                .input("code", lab.data().id())
                .resources("32", "1Ti")
                .networkClass("internet");

        var refusal = refusal(() -> lab.create(hub, wish));

        assertThat(refusal.violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactlyInAnyOrder(
                        tuple(ProblemCode.FLOATING_REFERENCE, "/code/ref"),
                        tuple(ProblemCode.UNKNOWN_REFERENCE, "/inputs/1/datasetVersion"),
                        tuple(ProblemCode.DUPLICATE_NAME, "/inputs/2/name"),
                        tuple(ProblemCode.INVALID_VALUE, "/inputs/3/name"),
                        tuple(ProblemCode.LIMIT_EXCEEDED, "/resources/cpu"),
                        tuple(ProblemCode.LIMIT_EXCEEDED, "/resources/memory"),
                        tuple(ProblemCode.QUOTA_EXCEEDED, "/resources/cpu"),
                        tuple(ProblemCode.QUOTA_EXCEEDED, "/resources/memory"),
                        tuple(ProblemCode.UNKNOWN_REFERENCE, "/networkClass"));
        assertThat(runs()).isEmpty();
        assertThat(refusal.auditEvent()).isPresent();
    }

    @Test
    void refusesCodeThatIsNotThere() {
        assertRefused(lab.wish("trains").commit("b".repeat(40)), ProblemCode.UNKNOWN_COMMIT, "/code/commit");
        assertRefused(lab.wish("trains").commit("abc123"), ProblemCode.INVALID_VALUE, "/code/commit");
        assertRefused(lab.wish("trains").development("no-such"), ProblemCode.UNKNOWN_COMMIT, "/code/ref");
        assertRefused(
                lab.wish("trains").repository("memory:///missing"), ProblemCode.UNKNOWN_COMMIT, "/code/repository");
        assertRefused(lab.wish("trains").repository("memory:///a b"), ProblemCode.INVALID_VALUE, "/code/repository");
        assertThat(refused(() -> lab.create(hub, lab.wish("trains").repository("elsewhere:///x"))))
                .containsExactly(ProblemCode.PLUGIN_UNAVAILABLE);
    }

    @Test
    void refusesAnEnvironmentThatIsNotLockedInThisProject() {
        var foreign = new Laboratory(kernel).environment().id();
        assertRefused(lab.wish("trains").lock(foreign), ProblemCode.UNKNOWN_REFERENCE, "/environmentLock");
        var unknown = kernel.trail().ids().next(EnvironmentLock.PREFIX);
        assertRefused(lab.wish("trains").lock(unknown), ProblemCode.UNKNOWN_REFERENCE, "/environmentLock");
    }

    @Test
    void refusesWhatNoExecutorTakes() {
        assertRefused(lab.wish("trains").resources("5m", null), ProblemCode.INVALID_VALUE, "/resources/cpu");
        assertRefused(lab.wish("trains").resources(null, "1Mi"), ProblemCode.INVALID_VALUE, "/resources/memory");
    }

    @Test
    void grantsANetworkClassOnlyIfProjectAndEnvironmentHaveIt() {
        var open = new Laboratory(kernel, "internet");

        assertThat(open.create(hub, open.wish("trains").networkClass("internet"))
                        .kind())
                .isNotNull();
        assertThat(refused(() -> open.create(hub, open.wish("trains").networkClass("other"))))
                .containsExactly(ProblemCode.UNKNOWN_REFERENCE);
    }

    @Test
    void sameKeyAtTheSameTimeMakesOneRun() throws Exception {
        var other = lab.hub();
        try {
            var once = once("key", "body");
            var answers = together(List.of(
                    () -> hub.runs()
                            .create(
                                    lab.developer(),
                                    once,
                                    lab.projectId(),
                                    lab.wish("trains").draft()),
                    () -> other.runs()
                            .create(
                                    lab.developer(),
                                    once,
                                    lab.projectId(),
                                    lab.wish("trains").draft()),
                    () -> hub.runs()
                            .create(
                                    lab.developer(),
                                    once,
                                    lab.projectId(),
                                    lab.wish("trains").draft()),
                    () -> other.runs()
                            .create(
                                    lab.developer(),
                                    once,
                                    lab.projectId(),
                                    lab.wish("trains").draft())));

            assertThat(runs()).hasSize(1);
            assertThat(answers.stream().filter(Answer.Done.class::isInstance)).hasSize(1);
        } finally {
            other.close();
        }
    }

    @Test
    void sameKeyAtTheSameTimeCancelsOnceAndAnswersTheSame() throws Exception {
        var run = lab.create(hub, lab.wish("trains"));
        var once = once("key", "body");
        Callable<Answer<Runs.View>> cancel =
                () -> hub.runs().cancel(lab.developer(), once, lab.projectId(), id(run), null);

        var answers = together(Collections.nCopies(4, cancel));

        assertThat(answers.stream().filter(Answer.Done.class::isInstance)).hasSize(1);
        assertThat(answers.stream().filter(Answer.Replayed.class::isInstance)).hasSize(3);
        assertThat(kernel.audited(run.id())).containsOnlyOnce("run.canceled");
    }

    @Test
    void keepsEveryInputHoweverManyThereAre() throws Exception {
        var wish = lab.wish("trains");
        var names = IntStream.range(0, 7).mapToObj(i -> "part-" + i).toList();
        names.forEach(name -> wish.input(name, lab.data().id()));

        var run = lab.create(hub, wish);

        assertThat(kernel.column("select name from run_input where run_id = ? order by name", id(run)))
                .containsAll(names)
                .hasSize(names.size() + 1);
        assertThat(RunSpec.of(Json.read(run.spec())).inputs()).hasSize(names.size() + 1);
    }

    @Test
    void sameKeyWithAnotherBodyIsAConflict() {
        hub.runs()
                .create(
                        lab.developer(),
                        once("key", "one"),
                        lab.projectId(),
                        lab.wish("trains").draft());

        assertThat(refused(() -> hub.runs()
                        .create(
                                lab.developer(),
                                once("key", "two"),
                                lab.projectId(),
                                lab.wish("trains").draft())))
                .containsExactly(ProblemCode.IDEMPOTENCY_CONFLICT);
        assertThat(runs()).hasSize(1);
    }

    @Test
    void cancelsAQueuedRunAtOnceAndOnlyOnce() {
        var run = lab.create(hub, lab.wish("trains"));

        var canceled = done(hub.runs().cancel(lab.developer(), null, lab.projectId(), id(run), "not needed"));

        assertThat(canceled.run().progress().state()).isEqualTo(RunState.CANCELED);
        assertThat(refused(() -> hub.runs().cancel(lab.developer(), null, lab.projectId(), id(run), null)))
                .containsExactly(ProblemCode.STATE_CONFLICT);
        assertThat(kernel.audited(run.id())).startsWith("run.created", "run.cancel_requested", "run.canceled");
        assertThat(kernel.column("select type from outbox where subject = ? order by id", id(run)))
                .containsExactly("RunCreated", "RunFinished");
        assertThat(hub.scheduler().schedule(hub.lead())).doesNotContain(run.id());
    }

    @Test
    void aSecondWishToCancelARunningRunChangesNothing() {
        lab.program("waits", box -> {
            box.awaitTermination();
            return 0;
        });
        var run = lab.create(hub, lab.wish("waits"));
        hub.scheduler().schedule(hub.lead());

        var first = done(hub.runs().cancel(lab.developer(), null, lab.projectId(), id(run), null));
        var second = done(hub.runs().cancel(lab.developer(), null, lab.projectId(), id(run), null));

        assertThat(second.run().progress()).isEqualTo(first.run().progress());
        assertThat(lab.finish(hub, run.id()).state()).isEqualTo(RunState.CANCELED);
        assertThat(lab.starts(hub, run.id()))
                .as("it was canceled before it was dispatched")
                .containsExactly(0);
    }

    @Test
    void rerunsAFrozenSpecAsANewRun() {
        var run = lab.create(hub, lab.wish("trains"));

        var again = done(hub.runs().rerun(lab.developer(), null, lab.projectId(), id(run)));

        assertThat(again.run().id()).isNotEqualTo(run.id());
        assertThat(again.run().spec()).isEqualTo(run.spec());
        assertThat(again.run().labels().rerunOf()).isEqualTo(run.id());
    }

    @Test
    void hidesRunsFromWhoMayNotSeeThem() {
        var run = lab.create(hub, lab.wish("trains"));
        var stranger = kernel.somebody();
        var viewer = kernel.member(lab.project(), Role.VIEWER);

        assertThat(refused(() -> hub.runs().find(stranger, lab.projectId(), id(run))))
                .containsExactly(ProblemCode.NOT_FOUND);
        assertThat(hub.runs().find(viewer, lab.projectId(), id(run)).run().id()).isEqualTo(run.id());
        assertThat(refused(() -> hub.runs()
                        .create(
                                viewer,
                                null,
                                lab.projectId(),
                                lab.wish("trains").draft())))
                .containsExactly(ProblemCode.FORBIDDEN);
        assertThat(refused(() -> hub.runs().cancel(viewer, null, lab.projectId(), id(run), null)))
                .containsExactly(ProblemCode.FORBIDDEN);
    }

    private void assertRefused(RunWish wish, ProblemCode code, String pointer) {
        var before = runs();
        assertThat(refusal(() -> lab.create(hub, wish)).violations())
                .extracting(Violation::code, Violation::pointer)
                .containsExactly(tuple(code, pointer));
        assertThat(runs()).isEqualTo(before);
    }

    private List<String> runs() {
        return kernel.column("select id from run where project_id = ?", lab.projectId());
    }

    private static Once<Runs.View> once(String key, String body) {
        return new Once<>(
                key,
                Digest.of(body.getBytes(UTF_8)),
                view -> new Once.Rendered(201, id(view.run()).getBytes(UTF_8), null));
    }

    private static String id(Run run) {
        return run.id().value();
    }
}
