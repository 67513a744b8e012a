package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.animus.api.types.Digest;
import io.animus.kernel.core.CarriersInMemory;
import io.animus.kernel.core.DataPlaneInMemory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A project from its first dataset to an approved model, made over HTTP alone. */
final class Story {
    static final String PROJECT = "/api/v1/projects/penguins";

    static final String DATA = "species,mass\nadelie,3750\n";
    private static final String RESOURCES =
            """
            {"cpu": "1", "memory": "64Mi", "ephemeralStorage": "64Mi", "pids": 16, "gpu": 0}""";

    private final TestHub hub;
    private final Client admin;
    private final Client owner;
    private final Client developer;
    private final Client officer;
    private final Witness witness = new Witness();
    private Client.Reply webhook;
    private Client.Reply dataset;
    private Client.Reply upload;
    private Client.Reply dataVersion;
    private Client.Reply environment;
    private Client.Reply environmentVersion;
    private Client.Reply lock;
    private Client.Reply run;
    private Client.Reply artifact;
    private Client.Reply model;
    private Client.Reply modelVersion;
    private String event;
    private String checkpoint;

    Story(TestHub hub) {
        this.hub = hub;
        admin = hub.client("admin", "platform-admin");
        owner = hub.client("owner");
        officer = hub.client("log-officer", "security-officer");
        made(admin.post(
                "/api/v1/projects",
                """
                {"name": "penguins", "owners": [{"kind": "serviceAccount", "id": "%s"}], "quota": {"concurrentRuns": 50}}"""
                        .formatted(owner.account())));
        developer = member("developer", "developer");
        webhook = made(owner.post(PROJECT + "/webhooks", wishOf("createWebhook")));
        makeData();
        makeEnvironment();
        makeRun();
        makeModel();
        event = run.header("Audit-Event");
        awaitCover();
        checkpoint = officer.get("/api/v1/audit/checkpoint").body();
    }

    private void awaitCover() {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (officer.get("/api/v1/audit/proofs/inclusion?event=" + event).status() != 200) {
            assertThat(System.nanoTime()).as("time until a checkpoint").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Somebody new with this role in the project. */
    Client member(String name, String role) {
        var member = hub.client(name);
        bind(member, role);
        return member;
    }

    /** Gives somebody a role in the project. */
    Client.Reply bind(Client member, String role) {
        return made(owner.post(
                PROJECT + "/role-bindings",
                """
                {"subject": {"kind": "serviceAccount", "id": "%s"}, "role": "%s"}"""
                        .formatted(member.account(), role)));
    }

    /** Gives somebody a role on one dataset or model. */
    Client.Reply bind(Client member, String role, String object) {
        return made(owner.post(
                PROJECT + "/role-bindings",
                """
                {"subject": {"kind": "serviceAccount", "id": "%s"}, "role": "%s", "object": "%s"}"""
                        .formatted(member.account(), role, object)));
    }

    /** Takes the role of an owner from everybody but this one, who is refused to go too. */
    void leaveOnlyOneOwner(Client last) {
        var bindings = last.get(PROJECT + "/role-bindings?pageSize=500").json().get("items");
        var own = "";
        for (var binding : bindings) {
            var path = PROJECT + "/role-bindings/" + binding.get("id").asText();
            if (binding.at("/subject/id").asText().equals(last.account())) {
                own = binding.get("role").asText().equals("owner") ? path : own;
            } else if (binding.get("role").asText().equals("owner")) {
                assertThat(last.delete(path, "If-Match", "\"1\"").status()).isEqualTo(204);
            }
        }
        assertThat(last.delete(own, "If-Match", "\"1\"").text("code")).isEqualTo("STATE_CONFLICT");
    }

    private void makeData() {
        dataset = made(developer.post(PROJECT + "/datasets", "{\"name\": \"masses\", \"tags\": [\"a\"]}"));
        var wish =
                """
                {"digest": "%s", "size": %d, "mediaType": "text/csv", "sourceUri": "https://data.example/x",
                 "schema": [{"name": "species", "type": "string"}],
                 "statistics": {"rowCount": 1, "columns": {"mass": {"max": 3750, "mean": "3750.0"}}}}"""
                        .formatted(Digest.of(DATA.getBytes(UTF_8)), DATA.length());
        var path = dataset.header("Location") + "/versions";
        upload = made(developer.post(path, wish, "Idempotency-Key", "upload"));
        var again = made(developer.post(path, wish, "Idempotency-Key", "upload"));
        assertThat(again.text("id")).isEqualTo(upload.text("id"));
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(developer.post(upload.text("completeUrl")).text("code")).isEqualTo("UPLOAD_INCOMPLETE");
        put(again.text("putUrl"));
        dataVersion = made(developer.post(upload.text("completeUrl")));
        assertThat(developer.post(upload.text("completeUrl")).status()).isEqualTo(200);
    }

    private void makeEnvironment() {
        environment = made(developer.post(PROJECT + "/environments", "{\"name\": \"python\"}"));
        environmentVersion = made(developer.post(
                environment.header("Location") + "/versions",
                """
                {"baseImages": ["registry.example/python:3"], "resourceDefaults": %s, "resourceLimits": %s}"""
                        .formatted(RESOURCES, RESOURCES)));
        lock = made(developer.post(PROJECT + "/environment-locks", lockWish("@" + DataPlaneInMemory.IMAGE)));
    }

    private void makeRun() {
        run = made(developer.post(PROJECT + "/runs", runWish("train"), "Idempotency-Key", "run"));
        assertThat(developer
                        .post(PROJECT + "/runs", runWish("train"), "Idempotency-Key", "run")
                        .body())
                .isEqualTo(run.body());
        stream(run.header("Location") + "/events");
        assertThat(developer.get(run.header("Location")).text("state")).isEqualTo("succeeded");
        var artifacts =
                developer.get(run.header("Location") + "/artifacts").json().get("items");
        for (var one : artifacts) {
            if (one.get("kind").asText().equals("model")) {
                artifact = developer.get(
                        run.header("Location") + "/artifacts/" + one.get("id").asText());
            }
        }
        assertThat(artifact).as("model among " + artifacts).isNotNull();
    }

    private void makeModel() {
        model = made(developer.post(PROJECT + "/models", "{\"name\": \"classifier\"}"));
        modelVersion = made(developer.post(
                model.header("Location") + "/versions",
                """
                {"run": "%s", "artifacts": ["%s"], "modelCard": "# Penguins"}"""
                        .formatted(run.text("id"), artifact.text("id"))));
    }

    /** A wish for a lock of an image with this tag or digest. */
    String lockWish(String suffix) {
        return """
                {"environment": "python", "version": 1,
                 "images": [{"name": "main", "reference": "registry.example/python%s"}]}"""
                .formatted(suffix);
    }

    /** A wish for a production run. */
    String runWish(String argument) {
        return """
                {"kind": "production", "code": {"repository": "%s", "commit": "%s"}, "environmentLock": "%s",
                 "inputs": [{"name": "penguins", "datasetVersion": "%s"}], "command": ["python", "%s"],
                 "parameters": {"rate": "0.1"}, "seed": 7, "tags": ["t"], "experiment": "first"}"""
                .formatted(
                        DataPlaneInMemory.REPOSITORY,
                        DataPlaneInMemory.COMMIT,
                        lock.text("id"),
                        dataVersion.text("id"),
                        argument);
    }

    /** Reads a stream to its end; its lines. */
    List<String> stream(String path, String... headers) {
        var answer = developer.get(path, headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return new ArrayList<>(answer.body().lines().toList());
    }

    /** Waits until a run is in this state. */
    void awaitState(Client.Reply made, String state) {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!developer.get(made.header("Location")).text("state").equals(state)) {
            assertThat(System.nanoTime()).as("time to be " + state).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    Client.Reply made(Client.Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(201);
        return reply;
    }

    /** The path of an operation with what was made here in the place of its parameters. */
    String path(Contract.Operation operation) {
        var path = operation
                .path()
                .replace("{project}", "penguins")
                .replace("{roleBinding}", binding())
                .replace("{dataset}", "masses")
                .replace("{upload}", upload.text("id"))
                .replace("{environment}", "python")
                .replace("{environmentLock}", lock.text("id"))
                .replace("{run}", run.text("id"))
                .replace("{artifact}", artifact.text("id"))
                .replace("{model}", "classifier")
                .replace("{version}", "1")
                .replace("{serviceAccount}", owner.account())
                .replace("{event}", event)
                .replace("{tile}", "entries/000.p/1")
                .replace("{webhook}", webhook.text("id"))
                .replace("{delivery}", delivery())
                .replace("{sink}", CarriersInMemory.SINK)
                .replace("{composition}", run.text("compositionDigest"))
                .replace("{plugin}", PluginsInMemory.OF_THE_ARCHIVE)
                .replace("{key}", key());
        return switch (operation.id()) {
            case "getLineage" -> path + "?root=" + run.text("id");
            case "getInclusionProof", "getInclusionProofFile" -> path + "?event=" + event;
            case "getConsistencyProof" -> path + "?from=1";
            default -> path;
        };
    }

    /** One that arrived. */
    private String delivery() {
        var path = webhook.header("Location") + "/deliveries?state=delivered";
        return awaitOne(() -> owner.get(path)).at("/items/0/id").asText();
    }

    /** A page, once something is on it. */
    static JsonNode awaitOne(Supplier<Client.Reply> page) {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        var found = page.get().json();
        while (found.at("/items/0").isMissingNode()) {
            assertThat(System.nanoTime()).as("time for something").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            found = page.get().json();
        }
        return found;
    }

    private String binding() {
        return owner.get(PROJECT + "/role-bindings").json().at("/items/0/id").asText();
    }

    private String key() {
        return admin.get("/api/v1/service-accounts/" + owner.account() + "/keys")
                .json()
                .at("/items/0/id")
                .asText();
    }

    TestHub hub() {
        return hub;
    }

    Client admin() {
        return admin;
    }

    Client owner() {
        return owner;
    }

    Client developer() {
        return developer;
    }

    Client.Reply run() {
        return run;
    }

    Client.Reply lock() {
        return lock;
    }

    Client.Reply artifact() {
        return artifact;
    }

    Client.Reply dataset() {
        return dataset;
    }

    Client.Reply model() {
        return model;
    }

    Client.Reply dataVersion() {
        return dataVersion;
    }

    /** The event of the run: it is in the log. */
    String event() {
        return event;
    }

    Client.Reply modelVersion() {
        return modelVersion;
    }

    /** What a request of this operation sends, JSON or a package. */
    BodyPublisher bodyOf(String operation) {
        return switch (operation) {
            case "installPlugin", "updatePlugin" -> BodyPublishers.ofByteArray(Archives.wishOf(operation));
            default -> BodyPublishers.ofString(wishOf(operation));
        };
    }

    /** The media type of that; empty if there is no body. */
    String typeOf(Contract.Operation operation) {
        if (Archives.isPackage(operation.id())) {
            return "application/vnd.animus.plugin";
        }
        var json = operation.method().equals("PATCH") ? "application/merge-patch+json" : "application/json";
        return wishOf(operation.id()).isEmpty() ? "" : json;
    }

    String wishOf(String operation) {
        return switch (operation) {
            case "createProject" -> "{\"name\": \"another\", \"owners\": [{\"kind\": \"user\", \"id\": \"ada\"}]}";
            case "updateProject" -> "{\"title\": \"t\"}";
            case "updateDataset" -> "{\"access\": \"restricted\"}";
            case "createRoleBinding" -> "{\"subject\": {\"kind\": \"user\", \"id\": \"ada\"}, \"role\": \"viewer\"}";
            case "createDataset", "createEnvironment", "createModel", "createServiceAccount" ->
                "{\"name\": \"another\"}";
            case "createUpload" ->
                "{\"digest\": \"%s\", \"size\": 1, \"mediaType\": \"a/b\"}".formatted(Digest.of(new byte[1]));
            case "createEnvironmentVersion" ->
                "{\"baseImages\": [\"x\"], \"resourceDefaults\": %1$s, \"resourceLimits\": %1$s}".formatted(RESOURCES);
            case "createEnvironmentLock" -> lockWish("@" + DataPlaneInMemory.IMAGE);
            case "createRun" -> runWish("train");
            case "createModelVersion" ->
                "{\"run\": \"%s\", \"artifacts\": [\"%s\"], \"modelCard\": \"x\"}"
                        .formatted(run.text("id"), artifact.text("id"));
            case "createApiKey" -> "{}";
            case "importCosignature" ->
                "{\"note\": \"%s\", \"witness\": \"%s\"}"
                        .formatted(
                                witness.cosign(checkpoint).replace("\n", "\\n"),
                                witness.key().vkey());
            case "eraseAuditEvents" -> "{\"events\": [\"%s\"], \"reason\": \"asked for\"}".formatted(event);
            case "createWebhook" ->
                "{\"url\": \"https://ci.example/hook\", \"events\": [\"RunCreated\"], \"secret\": \"known\"}";
            case "updateWebhook" -> "{\"description\": null}";
            case "configurePlugin", "unconfigurePlugin" -> ConfigurationsInMemory.wishOf(operation);
            case "updateAuditSink" -> "{\"filter\": {\"projects\": null}}";
            default -> TrustWishes.wishOf(operation, admin);
        };
    }

    /** Puts the content that the project's dataset version has. */
    static void put(String url) {
        assertThat(tryToPut(url)).isBetween(200, 204);
    }

    /** The status that putting that content is answered with. */
    static int tryToPut(String url) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .PUT(BodyPublishers.ofString(DATA))
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
