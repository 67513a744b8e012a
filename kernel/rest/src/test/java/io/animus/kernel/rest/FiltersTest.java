package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists that are searched over REST. */
class FiltersTest {
    private static final String PROJECT = "/api/v1/projects/searched";
    private static final String MODELS = PROJECT + "/models";
    private static final String EVENTS = "/api/v1/audit/events";

    private static TestHub hub;
    private static Client admin;
    private static Client owner;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        admin = hub.client("admin", "platform-admin", "security-officer");
        owner = hub.client("owner");
        made(admin.post(
                "/api/v1/projects",
                "{\"name\": \"searched\", \"owners\": [{\"kind\": \"serviceAccount\", \"id\": \"owner\"}]}"));
        made(owner.post(
                PROJECT + "/role-bindings",
                "{\"subject\": {\"kind\": \"serviceAccount\", \"id\": \"owner\"}, \"role\": \"developer\"}"));
        for (var model : List.of("delta a", "alpha a b", "charlie", "bravo b", "echo A")) {
            var words = model.split(" ", 2);
            var tags = words.length == 1 ? "" : "\"" + words[1].replace(" ", "\", \"") + "\"";
            made(owner.post(MODELS, "{\"name\": \"%s\", \"tags\": [%s]}".formatted(words[0], tags)));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void findsWhatIsAskedForInTheOrderAskedFor() {
        assertThat(models("'a' in tags", "name")).containsExactly("alpha", "delta");
        assertThat(models("'a' in tags", "name desc")).containsExactly("delta", "alpha");
        assertThat(models("'b' in tags && !name.startsWith('al')", "createdAt")).containsExactly("bravo");
        assertThat(models("name in ['echo', 'delta', 'zulu']", "createdAt")).containsExactly("delta", "echo");
        assertThat(models("createdBy.id == 'nobody' || name > 'd'", "name")).containsExactly("delta", "echo");
        assertThat(models("createdAt > timestamp('2999-01-01T00:00:00Z')", "name"))
                .isEmpty();
        assertThat(models("name == \"x' or '1'='1\"", "name")).isEmpty();
        assertThat(models("\"A\" in tags && !('a' in tags)", "name")).containsExactly("echo");
    }

    @Test
    void takesAPageTokenOnlyForItsOwnFilter() {
        var token = owner.get(MODELS + "?pageSize=1&filter=" + encoded("name > 'a'"))
                .text("nextPageToken");

        assertThat(owner.get(MODELS + "?pageSize=2&filter=" + encoded("name > 'a'") + "&pageToken=" + token)
                        .status())
                .isEqualTo(200);
        for (var other :
                List.of("", "&filter=" + encoded("name > 'b'"), "&orderBy=name&filter=" + encoded("name > 'a'"))) {
            assertThat(owner.get(MODELS + "?pageToken=" + token + other).text("code"))
                    .isEqualTo("INVALID_PAGE_TOKEN");
        }
    }

    @Test
    void saysWhereAFilterIsWrong() {
        var refused = owner.get(MODELS + "?filter=" + encoded("name == 'a' && stage == 'draft'"));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("code")).isEqualTo("INVALID_PARAMETER");
        assertThat(refused.json().at("/errors/0/parameter").asText()).isEqualTo("filter");
        assertThat(refused.json().at("/errors/0/detail").asText())
                .isEqualTo("Line 1, character 16: There is no such field."
                        + " The fields are name, tags, createdBy.id, createdAt.");
        assertThat(owner.get(MODELS + "?filter=a&filter=b")
                        .json()
                        .at("/errors/0/detail")
                        .asText())
                .isEqualTo("It may be given once.");
        for (var wrong : List.of("", "%00", "%FF", "name%20==%20'a%00'", "(".repeat(5_000))) {
            assertThat(owner.get(MODELS + "?filter=" + wrong).text("code"))
                    .as(wrong)
                    .isEqualTo("INVALID_PARAMETER");
        }
        assertThat(owner.get("/api/v1/me?filter=" + encoded("name == 'a'")).text("code"))
                .as("no list")
                .isEqualTo("INVALID_PARAMETER");
    }

    @Test
    void holdsBesidesTheOtherParameters() {
        var of = "&project=searched&orderBy=time";
        var created = events("action == 'model.created' && actor.subject != 'x' && outcome == 'success'", of);
        var none = events("action == 'model.created'", "&action=project.created" + of);
        var other = events("action.startsWith('model.') && resource.project == 'x'", of);

        assertThat(created).hasSize(5);
        assertThat(none).isEmpty();
        assertThat(other).isEmpty();
        assertThat(events("resource.id == '" + created.get(3) + "' && time < timestamp('2999-01-01T00:00:00Z')", of))
                .containsExactly(created.get(3));
    }

    @Test
    void refusesTimesThatNoDatabaseHas() {
        for (var time : List.of("%2B999999999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z")) {
            assertThat(admin.get(EVENTS + "?from=" + time).text("code")).isEqualTo("INVALID_PARAMETER");
        }
    }

    private static List<String> models(String filter, String order) {
        var path = MODELS + "?pageSize=1&orderBy=" + encoded(order) + "&filter=" + encoded(filter);
        var page = owner.get(path);
        var names = new ArrayList<>(page.json().get("items").findValuesAsText("name"));
        while (!page.json().get("nextPageToken").isNull()) {
            page = owner.get(path + "&pageToken=" + page.text("nextPageToken"));
            names.addAll(page.json().get("items").findValuesAsText("name"));
        }
        return names;
    }

    private static List<String> events(String filter, String others) {
        var page = admin.get(EVENTS + "?filter=" + encoded(filter) + others);
        var resources = new ArrayList<String>();
        page.json()
                .get("items")
                .forEach(event -> resources.add(event.at("/resource/id").asText()));
        return resources;
    }

    private static void made(Client.Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
