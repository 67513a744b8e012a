package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    private static final String PROJECTS = "/api/v1/projects";
    private static final String OWNERS = "\"owners\": [{\"kind\": \"user\", \"id\": \"ada\"}]";

    private static TestHub hub;
    private static Client admin;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        admin = hub.client("admin", "platform-admin");
        admin.post(
                PROJECTS,
                "{\"name\": \"p\", \"owners\": [{\"kind\": \"serviceAccount\", \"id\": \"%s\"}]}"
                        .formatted(admin.account()));
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{]",
                "nul",
                "{\"name\": \"a\"} {}",
                "{\"name\": \"a\", \"name\": \"b\"}",
                "{'name': 'a'}",
                "{\"name\": NaN}",
                "{\"name\": 01}",
                " ",
                "{\"name\": \"a\u0001\"}",
                "\ufeff{}"
            })
    void refusesWhatIsNotJson(String body) {
        var refused = admin.post(PROJECTS, body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("code")).isEqualTo("MALFORMED_JSON");
        assertThat(refused.header("Audit-Event")).startsWith("aud_");
    }

    @Test
    void refusesDeepNestingWithoutOverflow() {
        assertThat(admin.post(PROJECTS, "[".repeat(10_000)).text("code")).isEqualTo("MALFORMED_JSON");
        assertThat(admin.post(PROJECTS, "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000))
                        .text("code"))
                .isEqualTo("MALFORMED_JSON");
    }

    @Test
    void saysOfABodyThatIsWrongInAThousandPlacesNoMoreThanAnybodyReads() {
        var members = IntStream.range(0, 3_000).mapToObj(i -> "\"" + i + "\":1").collect(joining(","));
        var many = admin.post(PROJECTS, "{" + members + "}");
        assertThat(many.text("code")).isEqualTo("UNKNOWN_MEMBER");
        assertThat(many.json().get("errors")).hasSize(500);

        var labels = IntStream.range(0, 64).mapToObj(i -> "\"k" + i + "\":1").collect(joining(","));
        var longName = admin.post(PROJECTS, "{\"" + "x".repeat(40_000) + "\": {" + labels + "}}");
        assertThat(longName.status()).isEqualTo(400);
        assertThat(longName.body()).hasSizeLessThan(2_000);
    }

    @Test
    void showsNamesThatAreNoTextAsFarAsTheyAre() {
        var member = admin.post(PROJECTS, "{\"name\": \"x\", " + OWNERS + ", \"\\ud800\": 1}");
        assertThat(member.status()).isEqualTo(400);
        assertThat(member.json().at("/errors/0/pointer").asText()).isEqualTo("/\ufffd");

        var parameter = admin.get(PROJECTS + "?" + "x".repeat(63) + "%F0%9F%90%A7=1");
        assertThat(parameter.status()).isEqualTo(400);
        assertThat(parameter.json().at("/errors/0/parameter").asText()).isEqualTo("x".repeat(63) + "\ud83d\udc27");
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        var bytes = ("{\"name\": \"p-utf\", \"title\": \"\u00e4\", " + OWNERS + "}").getBytes(ISO_8859_1);

        var refused = admin.send(admin.request(PROJECTS)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(bytes)));

        assertThat(refused.text("code")).isEqualTo("MALFORMED_JSON");
    }

    @Test
    void refusesABodyOverOneMebibyteWhetherOrNotItSaysItsLength() {
        var bytes = ("{\"name\": \"" + "a".repeat(1 << 20) + "\"}").getBytes(UTF_8);
        var announced = admin.request(PROJECTS).header("Content-Type", "application/json");
        var chunked = admin.request(PROJECTS).header("Content-Type", "application/json");

        assertThat(admin.send(announced.POST(BodyPublishers.ofByteArray(bytes))).text("code"))
                .isEqualTo("BODY_TOO_LARGE");
        assertThat(admin.send(chunked.POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))))
                        .text("code"))
                .isEqualTo("BODY_TOO_LARGE");
    }

    @Test
    void takesABodyOfExactlyOneMebibyte() {
        var start = "{\"name\": \"exactly\", " + OWNERS;
        var body = start + " ".repeat((1 << 20) - start.length() - 1) + "}";

        assertThat(admin.post(PROJECTS, body).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "a/b"})
    void refusesOtherMediaTypes(String type) {
        var refused =
                admin.send(admin.request(PROJECTS).header("Content-Type", type).POST(BodyPublishers.ofString("{}")));

        assertThat(refused.status()).isEqualTo(415);
    }

    @Test
    void asksForABody() {
        assertThat(admin.post(PROJECTS).text("code")).isEqualTo("MISSING_MEMBER");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 400 | MISSING_MEMBER | /name",
                "{\"name\": 7, \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 400 | WRONG_TYPE | /name",
                "{\"name\": null, \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 400 | WRONG_TYPE | /name",
                "{\"name\": \"x\", \"owners\": [], \"a/b~c\": 1} | 400 | UNKNOWN_MEMBER | /a~1b~0c",
                "{\"name\": \"x\", \"owners\": []} | 422 | INVALID_VALUE | /owners",
                "{\"name\": \"X\", \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /name",
                "{\"name\": \"x\", \"owners\": [{\"kind\": \"bot\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /owners/0/kind",
                "{\"name\": \"x\", \"title\": \"a\\u0000b\", \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /title",
                "{\"name\": \"x\", \"title\": \"e\\u0301\", \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /title",
                "{\"name\": \"x\", \"title\": \"\\ud800\", \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /title",
                "{\"name\": \"x\", \"quota\": {\"gpu\": 1.0}, \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 400 | WRONG_TYPE | /quota/gpu",
                "{\"name\": \"x\", \"quota\": {\"gpu\": 99999999999999999999}, \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /quota/gpu",
                "{\"name\": \"x\", \"quota\": {\"cpu\": \"0\"}, \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /quota/cpu",
                "{\"name\": \"x\", \"networkClasses\": [\"a\", \"a\"], \"owners\": [{\"kind\": \"user\", \"id\": \"a\"}]} | 422 | INVALID_VALUE | /networkClasses/1",
                "[] | 400 | WRONG_TYPE | ``"
            })
    void saysWhatIsWrongAndWhere(String body, int status, String code, String pointer) {
        var refused = admin.post(PROJECTS, body);

        assertThat(refused.status()).as(refused.body()).isEqualTo(status);
        assertThat(refused.text("code")).isEqualTo(code);
        assertThat(refused.json().at("/errors/0/pointer").asText()).isEqualTo(pointer);
    }

    @Test
    void saysAllThatIsWrongAtOnceLowerStatusesFirst() {
        var refused = admin.post(
                PROJECTS + "?q=1",
                "{\"name\": \"X\", \"quota\": {\"gpu\": \"1\", \"b\": 1}}",
                "Idempotency-Key",
                "a b");

        assertThat(codes(refused))
                .containsExactly(
                        "400 INVALID_PARAMETER Idempotency-Key",
                        "400 INVALID_PARAMETER q",
                        "400 MISSING_MEMBER /owners",
                        "400 UNKNOWN_MEMBER /quota/b",
                        "400 WRONG_TYPE /quota/gpu",
                        "422 INVALID_VALUE /name");
        assertThat(refused.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "W/\"1\"", "1", "\"1\", \"2\"", "\"\""})
    void takesOneStrongTagOnly(String tag) {
        var refused = admin.patch(PROJECTS + "/p", "{\"title\": \"t\"}", "If-Match", tag);

        assertThat(refused.text("code")).isEqualTo("INVALID_PARAMETER");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pageSize=0",
                "pageSize=501",
                "pageSize=x",
                "pageSize=+5",
                "pageSize=1&pageSize=2",
                "filter=a",
                "Pagesize=1",
                "pageToken=",
                "pageToken=%00",
                "%zz=1"
            })
    void refusesWrongParameters(String query) {
        var raw = java.net.URI.create(admin.hub() + PROJECTS).toString() + "?" + query.replace("%zz", "%25zz");

        assertThat(admin.get(raw.substring(admin.hub().toString().length())).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/..%2e",
                "/%27%20or%201=1",
                "/PRJ",
                "/%F0%9F%90%A7",
                "/p:unknown",
                "/p/runs/run_x",
                "/p/datasets/1.5",
                "/p/datasets/d/versions/0",
                "/p/models/m/versions/-1"
            })
    void answers404ForPathValuesOfAnotherForm(String path) {
        var answer = admin.get(PROJECTS + path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(404);
    }

    @Test
    void keepsAuthenticationBeforeEverythingElse() {
        var refused = hub.client().post(PROJECTS + "?q=1", "{");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(refused.text("code")).isEqualTo("UNAUTHENTICATED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YTpi", "Bearer", "Bearer ank_short", "bearer  x y", "ank_"})
    void refusesOtherCredentials(String credentials) {
        var anonymous = hub.client();

        assertThat(anonymous.get("/api/v1/me", "Authorization", credentials).status())
                .isEqualTo(401);
    }

    @Test
    void answersProblemsBeforeAnOperationIsChosen() {
        var put = admin.send(admin.request(PROJECTS).PUT(BodyPublishers.ofString("{}")));
        var options = admin.send(admin.request(PROJECTS).method("OPTIONS", BodyPublishers.noBody()));

        assertThat(put.text("code")).isEqualTo("METHOD_NOT_ALLOWED");
        assertThat(put.header("Allow").split(", ")).containsExactlyInAnyOrder("GET", "HEAD", "POST");
        assertThat(put.text("detail")).isEqualTo("This path takes other methods: " + put.header("Allow") + ".");
        assertThat(options.status()).isEqualTo(405);
        assertThat(admin.get("/api/v1/me", "Accept", "text/html").text("code")).isEqualTo("NOT_ACCEPTABLE");
        assertThat(admin.get("/api/v2/me").text("code")).isEqualTo("NOT_FOUND");
        assertThat(admin.get("/").text("code")).isEqualTo("NOT_FOUND");
    }

    @Test
    void echoesAGoodRequestIdAndReplacesABadOne() {
        assertThat(admin.get("/api/v1/me", "X-Request-Id", "abc-1._").header("X-Request-Id"))
                .isEqualTo("abc-1._");
        assertThat(admin.get("/api/v1/me", "X-Request-Id", "a b").header("X-Request-Id"))
                .matches("[0-9a-f-]{36}");
    }

    private static Stream<String> codesOf(Client.Reply refused) {
        return StreamSupport.stream(refused.json().get("errors").spliterator(), false)
                .map(error -> "%d %s %s"
                        .formatted(
                                ProblemKind.status(io.animus.kernel.domain.ProblemCode.valueOf(
                                        error.get("code").asText())),
                                error.get("code").asText(),
                                error.path("parameter")
                                        .asText(error.get("pointer").asText())));
    }

    private static java.util.List<String> codes(Client.Reply refused) {
        return codesOf(refused).toList();
    }
}
