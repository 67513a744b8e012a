package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import java.lang.reflect.Method;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The running hub against {@code openapi.yaml}, both ways. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    private TestHub hub;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
    }

    @AfterAll
    void stop() throws Exception {
        hub.close();
    }

    @Test
    void servesExactlyTheRoutesOfTheDocument() {
        var documented = Contract.all().stream()
                .map(operation -> operation.method() + " " + operation.path())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(served()).isEqualTo(documented);
    }

    static Stream<String> protectedOperations() {
        return Contract.all().stream()
                .filter(operation -> !operation.roles().contains("public"))
                .map(Contract.Operation::id);
    }

    /** Contract.check holds the answer, status and all, against the operation that the document says this is. */
    @ParameterizedTest
    @MethodSource("protectedOperations")
    void asksForAKeyFirst(String id) {
        var operation = Contract.operation(id);
        var path = operation.path().replaceAll("\\{[^}]+}", "x");
        var request = hub.client().request(path).method(operation.method(), BodyPublishers.noBody());

        var answer = hub.client().send(request);

        assertThat(answer.status()).as(answer.body()).isEqualTo(401);
        assertThat(operationOf(answer.header("Audit-Event"))).isEqualTo(id);
    }

    @Test
    void answersWhatEverybodyMayAsk() {
        for (var path : Set.of("/healthz", "/readyz", "/startupz", "/metrics", "/openapi.yaml", "/version")) {
            var answer = hub.client().get(path);

            assertThat(answer.status()).as(path).isIn(200, 503);
        }
        assertThat(hub.client().get("/openapi.yaml").body()).startsWith("openapi: 3.1.0");
        assertThat(hub.client().get("/metrics").body()).contains("jvm_");
    }

    private String operationOf(String event) {
        var officer = hub.client("officer-" + event.substring(20), "security-officer");
        var items = officer.get("/api/v1/audit/events?pageSize=5&action=access.denied")
                .json()
                .get("items");
        for (var item : items) {
            if (item.get("id").asText().equals(event)) {
                return item.at("/details/operation").asText();
            }
        }
        return "not on record";
    }

    private Set<String> served() {
        var served = new TreeSet<String>();
        for (var resource : hub.resources()) {
            var root = resource.getClass().getAnnotation(jakarta.ws.rs.Path.class);
            if (root != null) {
                Arrays.stream(resource.getClass().getMethods())
                        .map(method -> route(root.value(), method))
                        .filter(Objects::nonNull)
                        .forEach(served::add);
            }
        }
        return served;
    }

    private static String route(String root, Method method) {
        var path = method.getAnnotation(jakarta.ws.rs.Path.class);
        var full = path == null
                ? root
                : (root.endsWith("/") ? root : root + "/") + path.value().replaceAll(": [^}]+}", "}");
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(Objects::nonNull)
                .map(verb -> verb.value() + " " + full)
                .findFirst()
                .orElse(null);
    }
}
