package io.animus.kernel.core;

import static io.animus.kernel.core.DatasetSteps.content;
import static io.animus.kernel.core.DatasetSteps.draft;
import static io.animus.kernel.core.DatasetSteps.id;
import static io.animus.kernel.core.DatasetSteps.put;
import static io.animus.kernel.core.DatasetSteps.refusal;
import static io.animus.kernel.core.DatasetSteps.refused;
import static io.animus.kernel.core.DatasetSteps.retention;
import static io.animus.kernel.core.DatasetSteps.together;
import static io.animus.kernel.core.Kernel.done;
import static io.animus.kernel.domain.ProblemCode.CYCLIC_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.DIGEST_MISMATCH;
import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;
import static io.animus.kernel.domain.ProblemCode.UPLOAD_INCOMPLETE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.data.Column;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.data.Upload;
import io.animus.kernel.store.postgres.Leader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Content becomes a dataset version, as a developer sees it. */
class UploadsTest {
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
        kernel.returnToNow();
        steps = new DatasetSteps(kernel);
    }

    @Test
    void contentThatWasPutBecomesAVersion() throws Exception {
        var ticket = steps.open(content("a,b"));
        put(ticket.put(), "a,b");
        var version = steps.complete(ticket).version();

        assertThat(version.number()).isEqualTo(1);
        assertThat(steps.find("1")).isEqualTo(version);
        assertThat(steps.find(version.id().value())).isEqualTo(version);
        assertThat(steps.uploads
                        .find(
                                steps.developer,
                                steps.project(),
                                steps.dataset(),
                                ticket.upload().id().value())
                        .state())
                .isEqualTo(Upload.State.COMPLETED);
        assertThat(new Datasets(kernel.gate())
                        .find(steps.developer, steps.project(), steps.dataset())
                        .latestVersion())
                .isEqualTo(1);
        assertThat(kernel.audited(version.id())).containsExactly("dataset_version.created");
        assertThat(kernel.audited(ticket.upload().id())).containsExactly("upload.opened", "upload.completed");
        assertThat(kernel.column(
                        "select type from outbox where subject = ?",
                        version.id().value()))
                .containsExactly("DatasetVersionCreated");
    }

    @Test
    void keepsEverythingThatWasDeclared() throws Exception {
        var parent = steps.version("parent");
        var content = new Content(
                Digest.of("child".getBytes(UTF_8)),
                5,
                "text/csv",
                "https://data.example/penguins.csv",
                List.of(new Column("mass", Column.Type.INTEGER), new Column("seen", Column.Type.DATE)),
                Json.object().put("rowCount", 344).build(),
                List.of(parent.id()),
                new Name("short"));
        var ticket = steps.open(content);
        put(ticket.put(), "child");
        var version = steps.complete(ticket).version();

        assertThat(steps.find(version.id().value()).content()).isEqualTo(content);
        assertThat(kernel.column(
                        "select relation || ' ' || to_id from lineage_edge where from_id = ? order by 1",
                        version.id().value()))
                .containsExactly("derived_from " + parent.id(), "version_of " + steps.dataset.id());
    }

    @Test
    void completingTwiceAnswersTheSameAndRecordsNothingMore() throws Exception {
        var ticket = steps.open(content("once"));
        put(ticket.put(), "once");
        var first = steps.complete(ticket);
        var again = steps.uploads.complete(steps.developer, null, steps.project(), steps.dataset(), id(ticket));

        assertThat(again).isEqualTo(new Answer.Done<>(new Uploads.Completed(first.version(), false), null));
        assertThat(kernel.audited(ticket.upload().id())).containsExactly("upload.opened", "upload.completed");
    }

    @Test
    void concurrentCompletionsOfOneUploadMakeOneVersion() throws Exception {
        var ticket = steps.open(content("race"));
        put(ticket.put(), "race");
        Callable<Uploads.Completed> complete = () -> steps.complete(ticket);
        var completed = together(List.of(complete, complete, complete, complete));

        assertThat(completed).filteredOn(Uploads.Completed::created).hasSize(1);
        assertThat(kernel.audited(ticket.upload().id())).containsExactly("upload.opened", "upload.completed");
    }

    @Test
    void nothingPutYetIsIncomplete() {
        var ticket = steps.open(content("absent"));

        assertThat(refused(() -> steps.complete(ticket))).containsExactly(UPLOAD_INCOMPLETE);
        assertThat(kernel.audited(ticket.upload().id())).containsExactly("upload.opened", "request.refused");
        assertThat(steps.list()).isEmpty();
    }

    @Test
    void otherContentThanDeclaredMakesNoVersion() throws Exception {
        var ticket = steps.open(content("declared"));
        assertThat(put(ticket.put(), "tampered")).isEqualTo(422);

        assertThat(refused(() -> steps.complete(ticket))).containsExactly(UPLOAD_INCOMPLETE);
        assertThat(steps.list()).isEmpty();
    }

    @Test
    void wrongSizeOfKnownContentMakesNoVersionAndLeavesTheContent() throws Exception {
        var known = steps.version("0123456789");
        var lie = new Content(known.content().digest(), 99, "text/csv", null, List.of(), null, List.of(), retention());
        steps.begin("others");
        var ticket = steps.open(lie);

        assertThat(refused(() -> steps.complete(ticket))).containsExactly(DIGEST_MISMATCH);
        assertThat(steps.list()).isEmpty();
        steps.dataset = steps.datasets.find(steps.developer, steps.project(), "penguins");
        assertThat(steps.download(steps.developer, "1")).isEqualTo("0123456789");
    }

    @Test
    void expiredUploadStaysNothing() throws Exception {
        var ticket = steps.open(content("late"));
        put(ticket.put(), "late");
        kernel.advance(Uploads.VALIDITY);

        assertThat(refused(() -> steps.complete(ticket))).containsExactly(STATE_CONFLICT);
        assertThat(steps.uploads
                        .sign(steps.developer, steps.project(), steps.dataset(), id(ticket))
                        .put())
                .isNull();
        assertThat(steps.list()).isEmpty();
    }

    @Test
    void putsOnRecordOnceThatAnUploadCameToNothing() throws Exception {
        var late = steps.open(content("nobody came"));
        steps.version("somebody came");
        var janitor = new Janitor(kernel.database(), kernel.trail(), kernel.clock());
        try (var leader = Leader.elect(
                        kernel.database(),
                        "janitor",
                        kernel.trail().node(),
                        kernel.clock().instant())
                .orElseThrow()) {
            janitor.clean(leader);
            assertThat(kernel.audited(late.upload().id())).containsExactly("upload.opened");

            kernel.advance(Uploads.VALIDITY);
            janitor.clean(leader);
            janitor.clean(leader);
        }

        assertThat(kernel.audited(late.upload().id())).containsExactly("upload.opened", "upload.expired");
        assertThat(kernel.column(
                        "select resource_id from audit_event where action = 'upload.expired' and project_id = ?",
                        steps.project.id().value()))
                .containsExactly(id(late));
    }

    @Test
    void staysExpiredForAHubWhoseClockIsBehind() throws Exception {
        var late = steps.open(content("clocks differ"));
        put(late.put(), "clocks differ");
        kernel.database().write(tx -> tx.uploads().expire(late.upload().expires(), 1000));

        assertThat(refused(() -> steps.complete(late))).containsExactly(STATE_CONFLICT);
        assertThat(steps.list()).isEmpty();
    }

    @Test
    void openUploadIsSignedAgain() throws Exception {
        var ticket = steps.open(content("again"));
        var again = steps.uploads.sign(steps.developer, steps.project(), steps.dataset(), id(ticket));

        assertThat(put(again.put(), "again")).isEqualTo(201);
        assertThat(steps.complete(ticket).created()).isTrue();
    }

    @Test
    void namesEveryUnknownParent() throws Exception {
        var parent = steps.version("real");
        var elsewhere = kernel.project();
        var stranger = kernel.member(elsewhere, Role.DEVELOPER);
        var foreign = done(new Datasets(kernel.gate())
                .create(stranger, null, elsewhere.id().value(), draft("foreign")));
        var hidden = done(steps.uploads.open(stranger, null, elsewhere.id().value(), "foreign", content("hidden")));
        put(hidden.put(), "hidden");
        var hiddenVersion = done(steps.uploads.complete(
                        stranger, null, elsewhere.id().value(), foreign.id().value(), id(hidden)))
                .version();
        var absent = kernel.trail().ids().next(DatasetVersion.PREFIX);

        var refusal = refusal(() -> steps.open(content("child", hiddenVersion.id(), parent.id(), absent)));
        assertThat(refusal.violations())
                .allMatch(v -> v.code() == UNKNOWN_REFERENCE)
                .extracting(v -> v.pointer())
                .containsExactly("/lineageParents/0", "/lineageParents/2");
    }

    @Test
    void nothingComesFromItself() throws Exception {
        var first = steps.version("first");
        var second = steps.version("second", first.id());
        var third = steps.version("third", second.id());
        var unrelated = steps.version("unrelated");

        var refusal = refusal(() -> steps.open(content("first", unrelated.id(), third.id(), first.id())));
        assertThat(refusal.violations())
                .allMatch(v -> v.code() == CYCLIC_REFERENCE)
                .extracting(v -> v.pointer())
                .containsExactly("/lineageParents/1", "/lineageParents/2");
        assertThat(steps.open(content("third", first.id())).state()).isEqualTo(Upload.State.OPEN);
    }

    @Test
    void whoMayOnlyReadOpensNothing() {
        var viewer = kernel.member(steps.project, Role.VIEWER);

        assertThat(refused(() -> steps.uploads.open(viewer, null, steps.project(), steps.dataset(), content("x"))))
                .containsExactly(FORBIDDEN);
        assertThat(kernel.audited(steps.dataset.id())).containsExactly("dataset.created", "access.denied");
    }
}
