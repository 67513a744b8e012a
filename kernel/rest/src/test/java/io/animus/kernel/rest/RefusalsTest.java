package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Digest;
import io.animus.kernel.core.DataPlaneInMemory;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must not work: each a clear problem that points to what is wrong, nothing made, and the refusal on record. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalsTest {
    private static final String RUNS = Story.PROJECT + "/runs";
    private static final String LOCKS = Story.PROJECT + "/environment-locks";
    private static final String UPLOADS = Story.PROJECT + "/datasets/masses/versions";
    private static final String DATASETS = Story.PROJECT + "/datasets";

    private TestHub hub;
    private Story story;
    private Client developer;
    private Client officer;
    private Foreign foreign;
    private Client.Reply ownVersion;
    private Client approver;

    /** @param pointer into the body; empty for the whole request */
    record Refusal(String name, Supplier<Client.Reply> request, int status, String code, String pointer) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What another project has. */
    private record Foreign(String version, String lock, String run) {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        countWhatIsTold();
        story = new Story(hub);
        developer = story.developer();
        officer = hub.client("officer", "security-officer");
        foreign = foreign();
        approver = story.member("maker", "approver");
        story.bind(approver, "developer");
        ownVersion = story.made(
                approver.post(Story.PROJECT + "/models/classifier/versions", story.wishOf("createModelVersion")));
        story.owner().post(ownVersion.header("Location") + ":validate");
        developer.post(DATASETS, "{\"name\": \"first\"}", "Idempotency-Key", "once");
    }

    @AfterAll
    void stop() throws Exception {
        hub.close();
    }

    Stream<Refusal> refusals() {
        var run = story.runWish("train");
        var commit = "\"commit\": \"" + "a".repeat(40);
        var known = story.dataVersion().text("digest");
        return Stream.of(
                new Refusal(
                        "approval of one's own version",
                        () -> approver.post(ownVersion.header("Location") + ":approve"),
                        403,
                        "SELF_APPROVAL",
                        ""),
                of(
                        "data of another project",
                        RUNS,
                        run.replace(story.dataVersion().text("id"), foreign.version()),
                        "UNKNOWN_REFERENCE",
                        "/inputs/0/datasetVersion"),
                of(
                        "environment of another project",
                        RUNS,
                        run.replace(story.lock().text("id"), foreign.lock()),
                        "UNKNOWN_REFERENCE",
                        "/environmentLock"),
                of(
                        "parent of another project",
                        UPLOADS,
                        upload(Digest.of(new byte[3]), 3, foreign.version()),
                        "UNKNOWN_REFERENCE",
                        "/lineageParents/0"),
                of(
                        "run of another project",
                        Story.PROJECT + "/models/classifier/versions",
                        story.wishOf("createModelVersion").replace(story.run().text("id"), foreign.run()),
                        "UNKNOWN_REFERENCE",
                        "/run"),
                of(
                        "unknown data",
                        RUNS,
                        run.replace(
                                story.dataVersion().text("id"), hub.newId("dsv").value()),
                        "UNKNOWN_REFERENCE",
                        "/inputs/0/datasetVersion"),
                of(
                        "branch in production",
                        RUNS,
                        run.replace(commit, "\"commit\": \"main"),
                        "INVALID_VALUE",
                        "/code/commit"),
                of(
                        "ref in production",
                        RUNS,
                        run.replace(commit + "\"", "\"ref\": \"main\""),
                        "FLOATING_REFERENCE",
                        "/code/ref"),
                of("short commit", RUNS, run.replace(commit, "\"commit\": \"aaaaaaa"), "INVALID_VALUE", "/code/commit"),
                of(
                        "unknown commit",
                        RUNS,
                        run.replace(commit, "\"commit\": \"" + "b".repeat(40)),
                        "UNKNOWN_COMMIT",
                        "/code/commit"),
                of("image by tag", LOCKS, story.lockWish(":3"), "FLOATING_REFERENCE", "/images/0/reference"),
                of("image without a digest", LOCKS, story.lockWish(""), "FLOATING_REFERENCE", "/images/0/reference"),
                of(
                        "unknown digest",
                        LOCKS,
                        story.lockWish("@sha256:" + "0".repeat(64)),
                        "UNKNOWN_DIGEST",
                        "/images/0/reference"),
                of(
                        "data that comes from itself",
                        UPLOADS,
                        upload(
                                new Digest(known),
                                Story.DATA.length(),
                                story.dataVersion().text("id")),
                        "CYCLIC_REFERENCE",
                        "/lineageParents/0"),
                new Refusal(
                        "another body under the same key",
                        () -> developer.post(DATASETS, "{\"name\": \"second\"}", "Idempotency-Key", "once"),
                        409,
                        "IDEMPOTENCY_CONFLICT",
                        ""),
                malformed(
                        "a mebibyte and a byte",
                        ("\"" + "a".repeat((1 << 20) - 1) + "\"").getBytes(UTF_8),
                        413,
                        "BODY_TOO_LARGE",
                        ""),
                malformed(
                        "unknown member",
                        "{\"name\": \"x\", \"a/b\": 1}".getBytes(UTF_8),
                        400,
                        "UNKNOWN_MEMBER",
                        "/a~1b"),
                malformed(
                        "not UTF-8",
                        "{\"name\": \"x\", \"description\": \"\u00e4\"}".getBytes(ISO_8859_1),
                        400,
                        "MALFORMED_JSON",
                        ""),
                malformed(
                        "10,000 deep",
                        ("{\"name\":".repeat(10_000) + "1" + "}".repeat(10_000)).getBytes(UTF_8),
                        400,
                        "MALFORMED_JSON",
                        ""));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void pointsToWhatIsWrongMakesNothingAndIsOnRecord(Refusal refusal) throws SQLException {
        var before = rows();

        var answer = refusal.request().get();

        assertThat(answer.status()).as(answer.body()).isEqualTo(refusal.status());
        assertThat(answer.text("code")).isEqualTo(refusal.code());
        assertThat(answer.json().at("/errors/0/pointer").asText()).isEqualTo(refusal.pointer());
        assertThat(answer.text("detail")).isNotBlank();
        assertThat(rows()).isEqualTo(before);
        assertOnRecord(answer, refusal.code());
    }

    /** The store refuses other content than was declared; what it refused makes no version either. */
    @Test
    void makesNothingOfAnUploadWithAnotherDigest() throws SQLException {
        var upload = story.made(developer.post(UPLOADS, upload(Digest.of(new byte[7]), Story.DATA.length(), null)));
        assertThat(Story.tryToPut(upload.text("putUrl"))).isEqualTo(422);
        var before = rows();

        var answer = developer.post(upload.text("completeUrl"));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo("UPLOAD_INCOMPLETE");
        assertThat(rows()).isEqualTo(before);
        assertOnRecord(answer, "UPLOAD_INCOMPLETE");
    }

    /** What the store holds under the declared digest has another size. */
    @Test
    void makesNothingOfAnUploadWithAnotherSize() throws SQLException {
        var digest = new Digest(story.dataVersion().text("digest"));
        var upload = story.made(developer.post(UPLOADS, upload(digest, 1, null)));
        var before = rows();

        var answer = developer.post(upload.text("completeUrl"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("DIGEST_MISMATCH");
        assertThat(rows()).isEqualTo(before);
        assertOnRecord(answer, "DIGEST_MISMATCH");
    }

    private void assertOnRecord(Client.Reply answer, String code) {
        var events = officer.get("/api/v1/audit/events?pageSize=20").json().get("items");
        assertThat(events)
                .filteredOn(event -> event.get("id").asText().equals(answer.header("Audit-Event")))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.get("outcome").asText()).isIn("refused", "denied");
                    assertThat(event.get("reason").asText()).isEqualTo(code);
                    assertThat(event.get("action").asText()).isIn("request.refused", "access.denied");
                });
    }

    private void countWhatIsTold() throws SQLException {
        try (var owner = hub.owner();
                var sql = owner.createStatement()) {
            sql.execute("create table outbox_told (id text)");
            sql.execute("create function outbox_told() returns trigger language plpgsql security definer as "
                    + "$$ begin insert into public.outbox_told values (new.id); return null; end $$");
            sql.execute(
                    "create trigger outbox_told after insert on outbox for each row execute function outbox_told()");
        }
    }

    /**
     * How many rows each table has, but for those of the audit and of the deliveries that the courier makes. It also empties the
     * outbox, of which {@code outbox_told} counts what was ever put there.
     */
    private Map<String, Long> rows() throws SQLException {
        var rows = new TreeMap<String, Long>();
        try (var owner = hub.owner();
                var sql = owner.createStatement();
                var tables = owner.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
            while (tables.next()) {
                var table = tables.getString("TABLE_NAME");
                if (!table.matches("audit_.*|outbox|delivery.*")) {
                    try (var count = sql.executeQuery("select count(*) from " + table)) {
                        count.next();
                        rows.put(table, count.getLong(1));
                    }
                }
            }
        }
        assertThat(rows).containsKeys("run", "dataset", "outbox_told", "idempotency_key");
        assertThat(rows.get("outbox_told")).isPositive();
        return rows;
    }

    private Foreign foreign() {
        var there = hub.client("there");
        story.made(story.admin()
                .post(
                        "/api/v1/projects",
                        "{\"name\": \"elsewhere\", \"owners\": [{\"kind\": \"serviceAccount\", \"id\": \"%s\"}]}"
                                .formatted(there.account())));
        var project = "/api/v1/projects/elsewhere";
        there.post(project + "/datasets", "{\"name\": \"masses\"}");
        var upload = story.made(there.post(
                project + "/datasets/masses/versions",
                upload(Digest.of(Story.DATA.getBytes(UTF_8)), Story.DATA.length(), null)));
        Story.put(upload.text("putUrl"));
        var version = story.made(there.post(upload.text("completeUrl"))).text("id");
        there.post(project + "/environments", "{\"name\": \"python\"}");
        story.made(there.post(project + "/environments/python/versions", story.wishOf("createEnvironmentVersion")));
        var lock = story.made(there.post(project + "/environment-locks", story.lockWish("@" + DataPlaneInMemory.IMAGE)))
                .text("id");
        var wish = story.runWish("train")
                .replace(story.dataVersion().text("id"), version)
                .replace(story.lock().text("id"), lock);
        return new Foreign(version, lock, finished(there, story.made(there.post(project + "/runs", wish))));
    }

    /** Nothing of a run changes any more once it is over. */
    private static String finished(Client caller, Client.Reply run) {
        caller.get(run.header("Location") + "/events");
        return run.text("id");
    }

    private static String upload(Digest digest, int size, @Nullable String parent) {
        var parents = parent == null ? "" : "\"" + parent + "\"";
        return "{\"digest\": \"%s\", \"size\": %d, \"mediaType\": \"text/csv\", \"lineageParents\": [%s]}"
                .formatted(digest, size, parents);
    }

    private Refusal of(String name, String path, String body, String code, String pointer) {
        return new Refusal(name, () -> developer.post(path, body), 422, code, pointer);
    }

    private Refusal malformed(String name, byte[] body, int status, String code, String pointer) {
        return new Refusal(
                name,
                () -> developer.send(developer
                        .request(DATASETS)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(body))),
                status,
                code,
                pointer);
    }
}
