package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/** {@code openapi.yaml}, to hold what the hub does against. */
final class Contract {
    private static final JsonNode DOCUMENT = read();
    private static final List<Operation> OPERATIONS = operations();
    private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();
    private static final Queue<Exchange> EXCHANGES = new ConcurrentLinkedQueue<>();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            VersionFlag.V202012,
            builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of("urn:openapi", DOCUMENT.toString()))));
    /** Codes of answers that are given before an operation is chosen. */
    private static final Set<Integer> BEFORE_AN_OPERATION = Set.of(404, 405, 406);

    private Contract() {}

    /** One operation of the document. */
    record Operation(String id, String method, String path, Pattern form, JsonNode content) {
        /** Who may call it. */
        Set<String> roles() {
            var roles = new TreeSet<String>();
            content.get("x-animus-roles").forEach(role -> roles.add(role.asText()));
            return roles;
        }

        /** What it leaves in the audit log when it succeeds, all cases together. */
        Set<String> actions() {
            var actions = new TreeSet<String>();
            content.path("x-animus-audit").forEach(action -> actions.add(action.asText()));
            return actions;
        }

        Set<String> statuses() {
            var statuses = new TreeSet<String>();
            content.get("responses").fieldNames().forEachRemaining(statuses::add);
            return statuses;
        }
    }

    /** The schema of the items of a list; empty if the operation is no list. */
    static Optional<JsonNode> itemsOf(Operation operation) {
        var answer = resolved(operation.content().at("/responses/200/content/application~1json/schema"));
        var members = new TreeSet<String>();
        answer.path("properties").fieldNames().forEachRemaining(members::add);
        return members.contains("items") && Set.of("items", "nextPageToken").containsAll(members)
                ? Optional.of(resolved(answer.at("/properties/items/items")))
                : Optional.empty();
    }

    /** The member at {@code path}, such as {@code createdBy.id}, of what has this schema. */
    static JsonNode member(JsonNode schema, String path) {
        var member = schema;
        for (var name : path.split("\\.")) {
            member = resolved(resolved(member).path("properties").path(name));
        }
        return member;
    }

    /** A query parameter of an operation, which it must have. */
    static JsonNode parameter(Operation operation, String name) {
        for (var parameter : operation.content().path("parameters")) {
            if (resolved(parameter).path("name").asText().equals(name)) {
                return resolved(parameter);
            }
        }
        throw new AssertionError(operation.id() + " has no parameter " + name);
    }

    /** What a schema refers to, or what it is unless it is null. */
    private static JsonNode resolved(JsonNode schema) {
        if (schema.has("$ref")) {
            return resolved(DOCUMENT.at(schema.get("$ref").asText().substring(1)));
        }
        return schema.has("anyOf") ? resolved(schema.at("/anyOf/0")) : schema;
    }

    static List<Operation> all() {
        return OPERATIONS;
    }

    static Operation operation(String id) {
        return OPERATIONS.stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no operation " + id));
    }

    /**
     * An answer that was checked.
     *
     * @param port of the hub that gave it
     * @param event what it says of the audit; empty if nothing
     */
    record Exchange(int port, Operation operation, int status, String requestId, String event) {
        @Override
        public String toString() {
            return operation.id() + " " + status;
        }
    }

    static Collection<Exchange> exchanges() {
        return EXCHANGES;
    }

    /** Holds an answer against what the document says of it: status, headers, media type, body. */
    static void check(HttpResponse<byte[]> response) {
        var method = response.request().method();
        var path = response.uri().getPath();
        var status = response.statusCode();
        assertThat(response.headers().firstValue("X-Request-Id"))
                .as("X-Request-Id of %s %s", method, path)
                .isPresent();
        var operation = OPERATIONS.stream()
                .filter(candidate -> candidate.method().equals(method)
                        && candidate.form().matcher(path).matches())
                .findFirst();
        var documented = operation.map(known -> known.content().at("/responses/" + status));
        if (documented.isEmpty() || documented.get().isMissingNode()) {
            assertThat(status)
                    .as("status of %s %s (%s): %s", method, path, operation, new String(response.body()))
                    .isIn(BEFORE_AN_OPERATION);
            checkBody(response, "application/problem+json", "/components/schemas/Problem");
            return;
        }
        EXCHANGES.add(new Exchange(
                response.uri().getPort(),
                operation.get(),
                status,
                header(response, "X-Request-Id"),
                header(response, "Audit-Event")));
        checkResponse(response, documented.get());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static void checkResponse(HttpResponse<byte[]> response, JsonNode documented) {
        var ref = documented.path("$ref").asText();
        var content = ref.isEmpty() ? documented : DOCUMENT.at(ref.substring(1));
        content.path("headers").properties().forEach(header -> {
            var target = DOCUMENT.at(header.getValue().get("$ref").asText().substring(1));
            if (target.path("required").asBoolean()) {
                assertThat(response.headers().firstValue(header.getKey()))
                        .as("%s of %s", header.getKey(), response.uri())
                        .isPresent();
            }
        });
        content.path("content").properties().forEach(type -> {
            var schema = type.getValue().path("schema").path("$ref").asText();
            checkBody(response, type.getKey(), schema.isEmpty() ? "" : schema.substring(1));
        });
    }

    private static void checkBody(HttpResponse<byte[]> response, String mediaType, String schema) {
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .as("media type of %s", response.uri())
                .startsWith(mediaType);
        if (!schema.isEmpty()) {
            var problems = problems(schema, new String(response.body()));
            assertThat(problems)
                    .as("%s of %s: %s", schema, response.uri(), new String(response.body()))
                    .isEmpty();
        }
    }

    private static List<String> problems(String schema, String body) {
        var validator = SCHEMAS.computeIfAbsent(
                schema,
                location -> FACTORY.getSchema(
                        SchemaLocation.of("urn:openapi#" + location),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
        try {
            var node = new ObjectMapper().readTree(body);
            var problems = new ArrayList<String>();
            validator.validate(node).forEach(message -> problems.add(message.toString()));
            // The document lets clients meet members it does not name; the hub itself must not send any.
            var properties = DOCUMENT.at(schema).path("properties");
            node.fieldNames().forEachRemaining(name -> {
                if (!properties.has(name)) {
                    problems.add("undocumented member " + name);
                }
            });
            return problems;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read() {
        try (var content = Contract.class.getResourceAsStream("/openapi.yaml")) {
            return new ObjectMapper(new YAMLFactory()).readTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    var id = Optional.ofNullable(method.getValue().get("operationId"));
                    id.ifPresent(name -> operations.add(new Operation(
                            name.asText(),
                            method.getKey().toUpperCase(java.util.Locale.ROOT),
                            path.getKey(),
                            Pattern.compile(path.getKey()
                                    .replace(".", "\\.")
                                    .replace("{tile}", ".+")
                                    .replaceAll("\\{[^}]+}", "[^/]+")),
                            method.getValue())));
                }));
        // Verbs before the resources that they act on.
        operations.sort(
                Comparator.comparing((Operation operation) -> !operation.path().contains(":")));
        return List.copyOf(operations);
    }
}
