package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StoryTest {
    private static TestHub hub;
    private static Story story;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        story = new Story(hub);
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void streamsEventsFromWhereTheClientLeftOff() {
        var path = story.run().header("Location") + "/events";
        var all = story.stream(path);
        var ids = all.stream().filter(line -> line.startsWith("id: ")).toList();

        assertThat(ids).startsWith("id: 1", "id: 2");
        assertThat(all).endsWith("event: end", "data: {}", "");
        assertThat(story.stream(path, "Last-Event-ID", "1").stream().filter(line -> line.startsWith("id: ")))
                .containsExactlyElementsOf(ids.subList(1, ids.size()));
        assertThat(story.developer().get(path, "Last-Event-ID", "x").text("code"))
                .isEqualTo("INVALID_PARAMETER");
    }

    @Test
    @Timeout(60)
    void endsTheStreamOfWhoeverLosesTheKeyOrTheRole() throws Exception {
        var made = story.made(story.developer().post(Story.PROJECT + "/runs", story.runWish("wait")));
        story.awaitState(made, "running");
        var run = made.header("Location");
        var keyless = hub.client("keyless");
        var roleless = hub.client("roleless");
        story.bind(keyless, "developer");
        var binding = story.bind(roleless, "developer");
        try (var events = begun(keyless, run + "/events");
                var logs = begun(roleless, run + "/logs")) {
            var keys = "/api/v1/service-accounts/" + keyless.account() + "/keys";
            var key = story.admin().get(keys).json().at("/items/0/id").asText();
            assertThat(story.admin()
                            .delete(keys + "/" + key, "If-Match", "\"1\"")
                            .status())
                    .isEqualTo(204);
            assertThat(story.owner()
                            .delete(binding.header("Location"), "If-Match", "\"1\"")
                            .status())
                    .isEqualTo(204);

            assertThat(new String(events.readAllBytes(), UTF_8)).doesNotContain("event: end");
            assertThat(new String(logs.readAllBytes(), UTF_8)).doesNotContain("event: end");
        }
        assertThat(keyless.get(run).status()).isEqualTo(401);
        assertThat(roleless.get(run).status()).isEqualTo(404);
    }

    /** The rest of a stream that has begun. */
    private static InputStream begun(Client reader, String path) throws Exception {
        var stream = HttpClient.newHttpClient()
                .send(reader.request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.body().read()).isEqualTo(':');
        return stream.body();
    }

    @Test
    void showsARunTheSameInEveryWay() {
        var path = story.run().header("Location");
        var developer = story.developer();

        var shortWay = developer.get(path);
        var byJaxRs = developer.get(path, "Accept", "application/*");

        assertThat(shortWay.status()).isEqualTo(200);
        assertThat(shortWay.body()).isEqualTo(byJaxRs.body());
        for (var header : List.of("Content-Type", "Content-Length", "ETag", "X-Content-Type-Options")) {
            assertThat(shortWay.header(header)).as(header).isEqualTo(byJaxRs.header(header));
        }
        assertThat(developer.get(path, "Accept", "text/html").status()).isEqualTo(406);
        assertThat(hub.client().get(path).status()).isEqualTo(401);
        assertThat(developer.get(path + "x").text("code")).isEqualTo("NOT_FOUND");
        assertThat(developer.get(path + "?x=1").text("code")).isEqualTo("INVALID_PARAMETER");
    }

    @Test
    void streamsTheLogFromWhereTheClientLeftOff() {
        var path = story.run().header("Location") + "/logs";

        assertThat(story.stream(path)).contains("id: 1-1", "id: 1-2").anyMatch(line -> line.contains("epoch 2"));
        assertThat(story.stream(path, "Last-Event-ID", "1-1"))
                .contains("id: 1-2")
                .doesNotContain("id: 1-1");
        assertThat(story.developer().get(path).header("Audit-Event")).startsWith("aud_");
    }

    @Test
    void cancelsARunThatIsUnderWay() {
        var waiting = story.made(story.developer().post(Story.PROJECT + "/runs", story.runWish("wait")));
        var path = waiting.header("Location");
        story.awaitState(waiting, "running");

        var asked = story.developer().post(path + ":cancel", "{\"reason\": \"wrong seed\"}");
        var again = story.developer().post(path + ":cancel");
        story.stream(path + "/events");

        assertThat(asked.status()).as(asked.body()).isEqualTo(200);
        assertThat(asked.header("Audit-Event")).startsWith("aud_");
        assertThat(again.status()).isEqualTo(200);
        assertThat(story.developer().get(path).text("state")).isEqualTo("canceled");
        assertThat(story.developer().post(path + ":cancel").text("code")).isEqualTo("STATE_CONFLICT");
    }

    @Test
    void showsAnEventWhenItHappens() throws Exception {
        var going = story.made(story.developer().post(Story.PROJECT + "/runs", story.runWish("wait")));
        var path = going.header("Location");
        var request = story.developer().request(path + "/events").build();

        try (var events = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofLines())
                .body()) {
            assertThat(events.anyMatch(line -> line.contains("\"state\":\"running\"")))
                    .isTrue();
        }
        assertThat(story.developer().get(path).text("state")).isEqualTo("running");
        assertThat(story.developer().post(path + ":cancel").status()).isEqualTo(200);
    }

    @Test
    void saysWhatARunWouldBe() {
        var good = story.developer().post(Story.PROJECT + "/runs?validateOnly=true", story.runWish("train"));
        var bad = story.developer()
                .post(
                        Story.PROJECT + "/runs?validateOnly=true",
                        story.runWish("train").replace("\"commit\": \"aaaa", "\"commit\": \"bbbb"));

        assertThat(good.json().get("specDigest")).isEqualTo(story.run().json().get("specDigest"));
        assertThat(bad.json().get("valid").asBoolean()).isFalse();
        assertThat(bad.json().at("/errors/0/code").asText()).isEqualTo("UNKNOWN_COMMIT");
    }

    @Test
    void freezesWhatWasAskedForByDigest() {
        var spec = story.run().json().get("spec");

        assertThat(spec.at("/environment/image").asText()).contains("@sha256:");
        assertThat(spec.at("/inputs/0/digest"))
                .isEqualTo(story.dataVersion().json().get("digest"));
        assertThat(story.developer()
                        .post(story.run().header("Location") + ":rerun")
                        .json()
                        .get("specDigest"))
                .isEqualTo(story.run().json().get("specDigest"));
    }

    @Test
    void showsWhereAModelComesFrom() {
        var path = story.modelVersion().header("Location");
        var provenance = story.developer().get(path + "/provenance");
        var lineage = story.developer()
                .get(Story.PROJECT + "/lineage?direction=upstream&depth=20&root="
                        + story.modelVersion().text("id"));

        assertThat(provenance.json().get("specDigest"))
                .isEqualTo(story.run().json().get("specDigest"));
        assertThat(lineage.json().get("nodes").findValuesAsText("id"))
                .contains(story.run().text("id"), story.dataVersion().text("id"));
    }

    @Test
    void refusesReferencesThatAreNotFixed() {
        var tagged = story.developer().post(Story.PROJECT + "/environment-locks", story.lockWish(":3"));
        var unknown = story.developer()
                .post(Story.PROJECT + "/environment-locks", story.lockWish("@sha256:" + "0".repeat(64)));

        assertThat(tagged.text("code")).isEqualTo("FLOATING_REFERENCE");
        assertThat(unknown.text("code")).isEqualTo("UNKNOWN_DIGEST");
    }
}
