package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.core.CarriersInMemory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks and audit sinks as their users see them. */
class CarriersTest {
    private static final String WEBHOOKS = Story.PROJECT + "/webhooks";
    private static final String SINK = "/api/v1/audit/sinks/" + CarriersInMemory.SINK;

    private static final String KNOWN = ", \"secret\": \"known\"";

    private static TestHub hub;
    private static Story story;
    private static Client officer;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        story = new Story(hub);
        officer = hub.client("carriers-officer", "security-officer");
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void namesASecretAndNeverShowsTheAddressToTheAudit() {
        var made = make("https://ci.example/hooks/t0ken?key=t0ken", KNOWN);
        var path = made.header("Location");
        var patched = story.owner().patch(path, "{\"secret\": null}", "If-Match", made.header("ETag"));

        assertThat(made.text("secret")).isEqualTo("known");
        assertThat(patched.json().get("secret").isNull()).isTrue();
        assertThat(made("https://ci.example/", KNOWN.replace("known", "unknown"))
                        .text("code"))
                .isEqualTo("UNKNOWN_REFERENCE");
        assertThat(made("https://user:t0ken@ci.example/", "").body())
                .contains("INVALID_VALUE")
                .doesNotContain("t0ken");
        assertThat(recorded(made.text("id"))).containsExactlyInAnyOrder("webhook.created", "webhook.updated");
        assertThat(events("").body()).contains("ci.example").doesNotContain("t0ken");
    }

    @Test
    void hidesWebhooksFromWhoIsNotOfTheProject() {
        var made = make("https://ci.example/", "");
        var path = made.header("Location");
        story.made(story.admin()
                .post(
                        "/api/v1/projects",
                        "{\"name\": \"other\", \"owners\": [{\"kind\": \"serviceAccount\", \"id\": \"%s\"}]}"
                                .formatted(story.owner().account())));

        assertThat(story.owner()
                        .get("/api/v1/projects/other/webhooks/" + made.text("id"))
                        .status())
                .as("through a project that is not its own")
                .isEqualTo(404);
        assertThat(hub.client("stranger").get(path).status()).isEqualTo(404);
        assertThat(story.developer().get(path).status()).isEqualTo(403);
    }

    @Test
    void listsTakeNoFilterYet() {
        assertThat(story.owner().get(WEBHOOKS + "?filter=true").text("code")).isEqualTo("INVALID_PARAMETER");
        assertThat(story.admin().get("/api/v1/audit/sinks?filter=true").text("code"))
                .isEqualTo("INVALID_PARAMETER");
    }

    @Test
    void restrictsASinkAndLiftsThatAgain() {
        var before = story.admin().get(SINK);
        var path = "/api/v1/audit/sinks/" + before.text("id");

        var restricted = story.admin()
                .patch(
                        path,
                        "{\"filter\": {\"projects\": [\"penguins\"], \"actions\": [\"run.created\"]}}",
                        "If-Match",
                        before.header("ETag"));
        var stale = story.admin().patch(path, "{\"filter\": {}}", "If-Match", before.header("ETag"));
        var free =
                story.admin().patch(path, "{\"filter\": {\"projects\": null}}", "If-Match", restricted.header("ETag"));

        assertThat(restricted.status()).as(restricted.body()).isEqualTo(200);
        assertThat(restricted.json().at("/filter/projects/0").asText()).startsWith("prj_");
        assertThat(stale.status()).isEqualTo(412);
        assertThat(free.json().at("/filter/projects").isEmpty()).isTrue();
        assertThat(free.json().at("/filter/actions/0").asText()).isEqualTo("run.created");
        assertThat(recorded(before.text("id")))
                .containsExactlyInAnyOrder("audit_sink.updated", "request.refused", "audit_sink.updated");
    }

    private static Client.Reply make(String url, String secret) {
        return story.made(made(url, secret));
    }

    private static Client.Reply made(String url, String secret) {
        return story.owner()
                .post(WEBHOOKS, "{\"url\": \"%s\", \"events\": [\"RunFinished\"]%s}".formatted(url, secret));
    }

    /** What the audit says was done to this. */
    private static List<String> recorded(String resource) {
        return events("&resource=" + resource).json().get("items").findValuesAsText("action");
    }

    private static Client.Reply events(String query) {
        return officer.get("/api/v1/audit/events?pageSize=500" + query);
    }
}
