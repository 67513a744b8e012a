package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever {@code openapi.yaml} says that a list can be searched by and ordered by, for every list that it has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryListTest {
    private static final Pattern QUOTED = Pattern.compile("`([A-Za-z.]+)`");
    private static final Pattern KNOWN = Pattern.compile("The fields are (.+)\\.");

    private Story story;
    private Client reader;
    private Client outsider;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        story = new Story(new TestHub(folder));
        reader = story.hub().client("reader", "platform-admin", "security-officer");
        story.bind(reader, "auditor");
        story.bind(story.hub().client("guest"), "viewer", story.dataset().text("id"));
        outsider = story.hub().client("outsider");
    }

    @AfterAll
    void stop() throws Exception {
        story.hub().close();
    }

    static Stream<String> lists() {
        return Contract.all().stream()
                .filter(operation -> Contract.itemsOf(operation).isPresent())
                .map(Contract.Operation::id);
    }

    @ParameterizedTest
    @MethodSource("lists")
    void saysWhatItIsSearchedBy(String id) {
        var operation = Contract.operation(id);

        assertThat(fields(operation)).as("fields of " + id).isNotEmpty().isEqualTo(known(path(operation)));
    }

    /** Each field means the member of its name: an item is found by what it shows, and by nothing else. */
    @ParameterizedTest
    @MethodSource("lists")
    void findsAnItemByWhatItShows(String id) {
        var operation = Contract.operation(id);
        var path = path(operation);
        var item = Story.awaitOne(() -> reader.get(path)).at("/items/0");
        for (var field : fields(operation)) {
            var shown = item.at("/" + field.replace('.', '/'));
            assertThat(shown).as(field + " of " + item).isNotInstanceOf(MissingNode.class);
            var is = is(field, Contract.member(Contract.itemsOf(operation).orElseThrow(), field), shown);

            assertThat(found(path, is, item)).as(is).isTrue();
            assertThat(found(path, "!(" + is + ")", item)).as("not " + is).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("lists")
    void isOrderedAsItSaysAndNotOtherwise(String id) {
        var operation = Contract.operation(id);
        var path = path(operation);
        var members = QUOTED.matcher(Contract.parameter(operation, "orderBy")
                        .path("description")
                        .asText())
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(members).as("orders of " + id).isNotEmpty();
        for (var member : members) {
            var rising = shown(path + "orderBy=" + member, member);
            var falling = shown(path + "orderBy=" + member + "%20desc", member);

            assertThat(rising).isSorted();
            assertThat(falling)
                    .containsExactlyInAnyOrderElementsOf(rising)
                    .isSortedAccordingTo((a, b) -> b.compareTo(a));
        }
        assertThat(reader.get(path + "orderBy=etag").text("code")).isEqualTo("INVALID_PARAMETER");
    }

    @Test
    void takesAPageTokenOnlyForItsOwnFilter() {
        for (var list : List.of(Story.PROJECT + "/role-bindings", "/api/v1/service-accounts")) {
            var filter = "&filter=" + encoded("createdAt > timestamp('2020-01-01T00:00:00Z')");
            var token =
                    "&pageToken=" + reader.get(list + "?pageSize=1" + filter).text("nextPageToken");

            assertThat(reader.get(list + "?pageSize=1" + filter + token).status())
                    .isEqualTo(200);
            for (var other : List.of("", "&filter=" + encoded("createdAt != null"), filter + "&orderBy=createdAt")) {
                assertThat(reader.get(list + "?pageSize=1" + other + token).text("code"))
                        .isEqualTo("INVALID_PAGE_TOKEN");
            }
        }
    }

    @Test
    void findsNothingThatTheCallerMayNotSee() {
        var projects = "/api/v1/projects?filter=" + encoded("name == 'penguins' || name != 'penguins'");
        assertThat(reader.get(projects).json().get("items")).hasSize(1);
        assertThat(outsider.get(projects).json().get("items")).isEmpty();

        var dataset = story.dataset();
        var bindings = Story.PROJECT + "/role-bindings?filter="
                + encoded("object == '" + dataset.text("id") + "' && role == 'viewer'");
        assertThat(story.developer().get(bindings).json().get("items")).hasSize(1);
        assertThat(story.owner()
                        .patch(dataset.header("Location"), "{\"access\": \"restricted\"}", "If-Match", "\"1\"")
                        .status())
                .isEqualTo(200);
        assertThat(story.developer().get(bindings).json().get("items")).isEmpty();
        assertThat(reader.get(bindings).json().get("items")).hasSize(1);
    }

    /** Up to the parameters: all items, or as many as a page can have. */
    private String path(Contract.Operation operation) {
        var isPaged = operation.content().at("/parameters/0/$ref").asText().endsWith("/PageSize");
        return story.path(operation) + (isPaged ? "?pageSize=500&" : "?");
    }

    private List<String> shown(String path, String member) {
        var shown = new ArrayList<String>();
        reader.get(path)
                .json()
                .get("items")
                .forEach(item -> shown.add(item.get(member).asText()));
        return shown;
    }

    /** Whether the item is on the first page. */
    private boolean found(String path, String filter, JsonNode wanted) {
        var page = reader.get(path + "filter=" + encoded(filter));
        assertThat(page.status()).as(filter + ": " + page.body()).isEqualTo(200);
        for (var item : page.json().get("items")) {
            if (item.get(name(wanted)).equals(wanted.get(name(wanted)))) {
                return true;
            }
        }
        return false;
    }

    private static String name(JsonNode item) {
        return Stream.of("id", "leafIndex", "name")
                .filter(item::has)
                .findFirst()
                .orElseThrow();
    }

    private static String is(String field, JsonNode schema, JsonNode value) {
        if (value.isArray()) {
            return value.isEmpty()
                    ? "!(\"none\" in " + field + ")"
                    : "\"" + value.get(0).asText() + "\" in " + field;
        }
        if (value.isNull()) {
            return field + " == null";
        }
        if (value.isNumber()) {
            return field + " == " + value.asLong();
        }
        var isTime = schema.path("format").asText().equals("date-time");
        return field + " == " + (isTime ? "timestamp(\"%s\")" : "\"%s\"").formatted(value.asText());
    }

    /** The fields that the document names, sorted. */
    private static List<String> fields(Contract.Operation operation) {
        var text = Contract.parameter(operation, "filter").path("description").asText();
        return QUOTED.matcher(text)
                .results()
                .map(match -> match.group(1))
                .sorted()
                .toList();
    }

    /** The fields that the hub names to whoever asks for another one, sorted. */
    private List<String> known(String path) {
        var refused = reader.get(path + "filter=" + encoded("nothing == 1"));
        assertThat(refused.status()).as(path).isEqualTo(400);
        assertThat(refused.json().at("/errors/0/parameter").asText()).isEqualTo("filter");
        var detail = refused.json().at("/errors/0/detail").asText();
        var known = KNOWN.matcher(detail);
        assertThat(known.find()).as(detail).isTrue();
        return Stream.of(known.group(1).split(", ")).sorted().toList();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
