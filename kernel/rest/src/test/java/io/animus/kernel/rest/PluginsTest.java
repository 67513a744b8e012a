package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.animus.api.plugin.permission.Permissions;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginsTest {
    private static final String PLUGINS = "/api/v1/plugins";
    private static final String ARCHIVED = PLUGINS + "/" + PluginsInMemory.OF_THE_ARCHIVE;

    private static TestHub hub;
    private static Client admin;
    private static Client officer;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        admin = hub.client("admin", "platform-admin");
        officer = hub.client("officer", "security-officer");
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void aPluginComesIsUpdatedAndGoesOnRecord() {
        var installed = post(PLUGINS + ":install", Archives.plugin("acme-other", "1.0.0"));
        assertThat(installed.status()).as(installed.body()).isEqualTo(201);
        var path = installed.header("Location");
        assertThat(admin.get(path).text("packageDigest")).startsWith("sha256:");

        assertThat(post(path + ":update", Archives.plugin("acme-other", "1.1.0"))
                        .text("version"))
                .isEqualTo("1.1.0");
        assertThat(admin.post(path + ":disable").text("state")).isEqualTo("disabled");
        assertThat(admin.post(path + ":enable").text("state")).isEqualTo("active");
        assertThat(admin.post(path + ":uninstall").status()).isEqualTo(200);

        assertThat(admin.get(path).status()).isEqualTo(404);
        assertThat(actions())
                .contains("plugin.installed", "plugin.updated", "plugin.disabled", "plugin.enabled", "plugin.removed");
    }

    @Test
    void showsHowEachInstanceIs() {
        var shown = admin.get(ARCHIVED).json();

        assertThat(shown.at("/instances/1/status").asText()).isEqualTo("DOWN");
        assertThat(shown.at("/instances/1/reason").asText()).isEqualTo("Nobody answers.");
        assertThat(admin.get(PLUGINS).json().get("items")).contains(shown);
    }

    @Test
    void anUpdateThatDoesNotBecomeHealthyIsTakenBackOnRecord() {
        var answer = post(ARCHIVED + ":update", Archives.plugin(PluginsInMemory.OF_THE_ARCHIVE, Archives.SICK));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("default is DOWN");
        assertThat(admin.get(ARCHIVED).text("version")).isEqualTo("0.1.0");
        assertThat(actions()).contains("plugin.reverted", "request.refused");
    }

    @Test
    void aBrokenPackageIsRefusedWithTheReasonOnRecord() {
        var flipped = Archives.plugin("acme-broken", "1.0.0");
        flipped[flipped.length / 2] ^= 1;

        assertThat(post(PLUGINS + ":install", flipped).status()).isEqualTo(422);
        assertThat(admin.get(PLUGINS + "/acme-broken").status()).isEqualTo(404);
        assertThat(actions()).contains("plugin.refused");
    }

    @Test
    void nothingMoreIsAllowedThanTheOperatorAgreedTo() {
        var modest = asking("r.example:443");
        var path = PLUGINS + "/acme-asking";
        var refused = post(PLUGINS + ":install", Archives.plugin("acme-asking", "1.0.0", modest));
        assertThat(refused.text("code")).isEqualTo("CONSENT_REQUIRED");
        assertThat(refused.text("detail")).contains("consent=" + modest.digest());
        assertThat(refused.json().get("errors").findValuesAsText("detail"))
                .contains("technical.connects: r.example:443", "business.data: source");
        assertThat(admin.get(path).status()).isEqualTo(404);

        assertThat(post(
                                PLUGINS + ":install?consent=" + modest.digest(),
                                Archives.plugin("acme-asking", "1.0.0", modest))
                        .status())
                .isEqualTo(201);
        assertThat(admin.get(path)
                        .json()
                        .at("/permissions/technical/connects/0")
                        .asText())
                .isEqualTo("r.example:443");
        assertThat(post(path + ":update", Archives.plugin("acme-asking", "1.1.0", modest))
                        .status())
                .isEqualTo(200);

        var greedy = asking("*:443", "r.example:443");
        var wider = Archives.plugin("acme-asking", "2.0.0", greedy);
        assertThat(post(path + ":update?consent=" + modest.digest(), wider).text("code"))
                .isEqualTo("CONSENT_REQUIRED");
        var listed = post(path + ":update", wider).json().get("errors").findValuesAsText("detail");
        assertThat(listed).contains("technical.connects: *:443").doesNotContain("technical.connects: r.example:443");
        assertThat(admin.get(path).text("version")).isEqualTo("1.1.0");
        assertThat(post(path + ":update?consent=" + greedy.digest(), wider).status())
                .isEqualTo(200);
        assertThat(admin.get(path).text("permissionsDigest"))
                .isEqualTo(greedy.digest().value());
        var updated = newest("plugin.updated");
        assertThat(updated.at("/details/permissions").asText())
                .isEqualTo(greedy.digest().value());
        assertThat(updated.at("/details/permissionsAdded").toString()).isEqualTo("[\"technical.connects: *:443\"]");
    }

    private static Permissions asking(String... connects) {
        return new Permissions(
                new Permissions.Technical(List.of(connects), List.of(), List.of(), List.of()),
                new Permissions.Business(List.of(), List.of("source"), List.of(), List.of()));
    }

    @Test
    void aConfigurationIsValidatedShownAndOnRecordByItsDigest() {
        var shown = admin.get(ARCHIVED + "/configurations").json();
        assertThat(shown.at("/types/0/schema/$schema").asText())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(shown.at("/types/0/schema/required").toString()).isEqualTo("[\"host\"]");

        var wrong = configure("acme.registry~far", "{\"key\": \"hunter2\", \"port\": 7}");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.json().get("errors").findValuesAsText("pointer"))
                .containsExactlyInAnyOrder("/values/host", "/values/key", "/values/port");
        assertThat(wrong.body()).doesNotContain("hunter2");
        assertThat(configure("acme.other~far", "{\"host\": \"a\"}")
                        .json()
                        .at("/errors/0/pointer")
                        .asText())
                .isEqualTo("/pid");

        var far = configure("acme.registry~far", "{\"host\": \"a\", \"key\": \"file:/run/key\"}");
        assertThat(far.status()).as(far.body()).isEqualTo(200);
        var event = newest("plugin.configured").get("details");
        assertThat(event.get("after").asText()).isEqualTo(far.text("digest"));
        assertThat(event.has("before")).isFalse();
        assertThat(event.toString()).doesNotContain("file:/run/key");
        assertThat(admin.get(ARCHIVED + "/configurations").json().get("items")).contains(far.json());

        var gone = admin.post(ARCHIVED + ":unconfigure", "{\"pid\": \"acme.registry~far\"}");
        assertThat(gone.text("digest")).isEqualTo(far.text("digest"));
        assertThat(newest("plugin.configured").at("/details/before").asText()).isEqualTo(far.text("digest"));
    }

    @Test
    void aConfigurationThatMakesItSickIsTakenBackOnRecord() {
        var answer = configure("acme.registry~ill", "{\"host\": \"sick\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("it is DOWN");
        assertThat(newest("plugin.reverted").at("/details/pid").asText()).isEqualTo("acme.registry~ill");
        assertThat(admin.get(ARCHIVED + "/configurations").body()).doesNotContain("acme.registry~ill");
    }

    @Test
    void theSameConfigurationRequestAgainChangesNothing() {
        var values = "{\"pid\": \"acme.registry~once\", \"values\": {\"host\": \"%s\"}}";
        var first = admin.post(ARCHIVED + ":configure", values.formatted("a"), "Idempotency-Key", "c-1");
        admin.post(ARCHIVED + ":configure", values.formatted("b"));
        var again = admin.post(ARCHIVED + ":configure", values.formatted("a"), "Idempotency-Key", "c-1");

        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(admin.get(ARCHIVED + "/configurations").json().get("items").toString())
                .contains("\"host\":\"b\"");
    }

    private static Client.Reply configure(String pid, String values) {
        return admin.post(ARCHIVED + ":configure", "{\"pid\": \"%s\", \"values\": %s}".formatted(pid, values));
    }

    @Test
    void theSameRequestAgainGetsTheFirstAnswer() {
        var body = Archives.plugin("acme-once", "1.0.0");
        var first = post(PLUGINS + ":install", body, "Idempotency-Key", "once");
        var again = post(PLUGINS + ":install", body, "Idempotency-Key", "once");
        var other = post(PLUGINS + ":install", Archives.plugin("acme-third", "1.0.0"), "Idempotency-Key", "once");

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(other.text("code")).isEqualTo("IDEMPOTENCY_CONFLICT");
        assertThat(admin.get(PLUGINS + "/acme-third").status()).isEqualTo(404);
    }

    private static Client.Reply post(String path, byte[] body, String... headers) {
        return admin.send(admin.request(path, headers)
                .header("Content-Type", "application/vnd.animus.plugin")
                .POST(BodyPublishers.ofByteArray(body)));
    }

    private static JsonNode newest(String action) {
        for (var event : officer.get("/api/v1/audit/events?pageSize=50").json().get("items")) {
            if (event.get("action").asText().equals(action)) {
                return event;
            }
        }
        throw new AssertionError("no " + action);
    }

    private static List<String> actions() {
        return officer.get("/api/v1/audit/events?pageSize=50")
                .json()
                .get("items")
                .findValuesAsText("action");
    }
}
