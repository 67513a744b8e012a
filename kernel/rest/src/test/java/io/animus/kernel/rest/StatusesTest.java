package io.animus.kernel.rest;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every status that {@code openapi.yaml} documents for an operation is brought about once, and is as documented. */
class StatusesTest {
    /** Documented answers that nothing can bring about here, and why. */
    private static final Map<String, String> NOT_PROVOKED = Map.of(
            "getReadiness 200", "outside a framework nothing is installed, so the hub is never ready; itests see it",
            "getStartup 200", "the same");

    private static final String BIG = "\"" + "a".repeat(1 << 20) + "\"";

    private TestHub hub;
    private Story story;
    private Client everything;
    private Map<String, String> paths;

    @Test
    void provokesEveryDocumentedStatus(@TempDir Path folder, @TempDir Path another) throws Exception {
        hub = new TestHub(folder);
        try {
            story = new Story(hub);
            everything = hub.client("everything", "platform-admin", "security-officer");
            for (var role : List.of("viewer", "developer", "maintainer", "approver", "owner", "auditor")) {
                story.bind(everything, role);
            }
            paths = Contract.all().stream().collect(toMap(Contract.Operation::id, story::path));
            refuseStrangers();
            refuseBadRequests();
            succeed();
            conflictWithState();
            restoreElsewhere();
            assertThat(OnRecord.wrong(hub)).isEmpty();
            forgetCheckpoints();
            fail();
        } finally {
            hub.close();
        }
        slowDown(another);

        var documented = new TreeSet<String>();
        Contract.all()
                .forEach(operation -> operation.statuses().forEach(s -> documented.add(operation.id() + " " + s)));
        var missing = new TreeSet<>(documented);
        Contract.exchanges().forEach(exchange -> missing.remove(exchange.toString()));
        assertThat(missing).containsExactlyInAnyOrderElementsOf(NOT_PROVOKED.keySet());
    }

    private void refuseStrangers() {
        var callers = List.of(
                story.member("just-a-viewer", "viewer"),
                story.member("just-an-approver", "approver"),
                hub.client("just-an-admin", "platform-admin"),
                hub.client("nobody"));
        for (var operation : operations("403")) {
            callers.forEach(caller -> send(caller, operation, paths.get(operation.id())));
        }
        for (var operation : operations("404")) {
            var absent = operation
                    .path()
                    .replace("{project}", "absent")
                    .replace("{serviceAccount}", hub.newId("sa").value());
            send(everything, operation, absent.replaceAll("\\{[^}]+}", "x"));
        }
        operations("401").forEach(operation -> send(hub.client(), operation, paths.get(operation.id())));
    }

    private void refuseBadRequests() {
        for (var operation : operations("400")) {
            var path = paths.get(operation.id());
            send(everything, operation, path + (path.contains("?") ? "&" : "?") + "nonsense=1");
        }
        for (var operation : operations("413")) {
            everything.send(request(everything, operation, paths.get(operation.id()), BIG));
        }
        for (var operation : operations("415")) {
            var request = everything.request(paths.get(operation.id())).header("Content-Type", "text/plain");
            everything.send(request.method(operation.method(), BodyPublishers.ofString("x")));
        }
        for (var operation : operations("428")) {
            var request = everything.request(paths.get(operation.id()));
            if (operation.method().equals("PATCH")) {
                request.header("Content-Type", "application/merge-patch+json");
            }
            everything.send(request.method(operation.method(), BodyPublishers.ofString(story.wishOf(operation.id()))));
        }
        operations("412").forEach(operation -> send(everything, operation, paths.get(operation.id())));
        for (var operation : operations("422")) {
            if (Archives.isPackage(operation.id())) {
                everything.send(everything
                        .request(paths.get(operation.id()))
                        .header("Content-Type", "application/zip")
                        .POST(BodyPublishers.ofString("no package")));
                continue;
            }
            everything.send(request(everything, operation, paths.get(operation.id()), badWishOf(operation.id())));
        }
        everything.post(Story.PROJECT + "/datasets", "{\"name\": \"first\"}", "Idempotency-Key", "taken");
        everything.post("/api/v1/service-accounts", "{\"name\": \"first\"}", "Idempotency-Key", "taken");
        for (var operation : operations("409")) {
            if (!operation.method().equals("GET")) {
                var request = request(everything, operation, paths.get(operation.id()));
                everything.send(request.header("Idempotency-Key", "taken"));
            }
        }
    }

    private void succeed() {
        everything.post(Story.PROJECT + "/runs?validateOnly=true", story.runWish("train"));
        var lie = everything.post(
                Story.PROJECT + "/datasets/masses/versions",
                "{\"digest\": \"%s\", \"size\": 1, \"mediaType\": \"a/b\"}"
                        .formatted(story.dataVersion().text("digest")));
        assertThat(everything.post(lie.text("completeUrl")).text("code")).isEqualTo("DIGEST_MISMATCH");
        cancelRuns();
        var key = everything.post("/api/v1/service-accounts/" + everything.account() + "/keys", "{}");
        everything.delete(key.header("Location"), "If-Match", "\"1\"");
        everything.delete(key.header("Location"), "If-Match", "\"2\"");
        var binding = everything.post(Story.PROJECT + "/role-bindings", story.wishOf("createRoleBinding"));
        everything.delete(binding.header("Location"), "If-Match", "\"1\"");
        change(Story.PROJECT + "/datasets/masses", "{\"access\": \"project\"}");
        change(Story.PROJECT, story.wishOf("updateProject"));
        change(paths.get("updateAuditSink"), story.wishOf("updateAuditSink"));
        var webhook = story.made(everything.post(paths.get("createWebhook"), story.wishOf("createWebhook")))
                .header("Location");
        change(webhook, story.wishOf("updateWebhook"));
        everything.delete(webhook, "If-Match", everything.get(webhook).header("ETag"));
        everything.get("/api/v1/audit/events?project=absent");
        var unknown = hub.newId("aud").value();
        everything.get("/api/v1/audit/proofs/inclusion?event=" + unknown);
        everything.get("/api/v1/audit/proofs/inclusion/file?event=" + unknown);
        var version = story.made(story.developer()
                .post(Story.PROJECT + "/models/classifier/versions", story.wishOf("createModelVersion")));
        for (var step : List.of(":validate", ":approve", ":deprecate")) {
            assertThat(everything.post(version.header("Location") + step).status())
                    .isEqualTo(200);
        }
        for (var operation : Contract.all()) {
            if (operation.method().equals("GET") || !operation.id().startsWith("create")) {
                var isLater = operation.id().equals("archiveProject")
                        || operation.method().matches("PATCH|DELETE");
                if (!isLater) {
                    send(everything, operation, paths.get(operation.id()));
                }
            }
        }
    }

    /** One that is under way, and before that one that waits for its end. */
    private void cancelRuns() {
        change(Story.PROJECT, "{\"quota\": {\"concurrentRuns\": 1}}");
        var first = story.made(everything.post(Story.PROJECT + "/runs", story.runWish("wait")));
        story.awaitState(first, "running");
        var second = story.made(everything.post(Story.PROJECT + "/runs", story.runWish("train")));
        for (var run : List.of(second, first)) {
            everything.post(run.header("Location") + ":cancel");
            story.stream(run.header("Location") + "/events");
        }
        change(Story.PROJECT, "{\"quota\": {\"concurrentRuns\": 50}}");
    }

    private void change(String path, String patch) {
        var etag = everything.get(path).header("ETag");
        assertThat(everything.patch(path, patch, "If-Match", etag).status()).isEqualTo(200);
    }

    private void conflictWithState() {
        var quota = "{\"quota\": {\"memory\": \"1Mi\"}}";
        everything.patch(
                Story.PROJECT, quota, "If-Match", everything.get(Story.PROJECT).header("ETag"));
        assertThat(everything.post(paths.get("rerunRun")).status()).isEqualTo(422);
        story.leaveOnlyOneOwner(everything);
        for (var run :
                everything.get(Story.PROJECT + "/runs?pageSize=500").json().get("items")) {
            story.stream(Story.PROJECT + "/runs/" + run.get("id").asText() + "/events");
        }
        var archive = Contract.operation("archiveProject");
        assertThat(send(everything, archive, paths.get(archive.id())).status()).isEqualTo(200);
        var etag = everything.get(Story.PROJECT).header("ETag");
        everything.patch(Story.PROJECT, "{\"title\": \"late\"}", "If-Match", etag);
        everything.patch(Story.PROJECT + "/datasets/masses", "{\"access\": \"restricted\"}", "If-Match", "\"2\"");
    }

    /** As if the database had come from a dump of another system. */
    private void restoreElsewhere() throws SQLException {
        try (var owner = hub.owner();
                var sql = owner.createStatement()) {
            sql.execute("update audit_log set system_identifier = 1");
        }
        assertThat(send(everything, Contract.operation("rebaseAuditLog"), paths.get("rebaseAuditLog"))
                        .status())
                .isEqualTo(200);
    }

    /** As if nothing had been signed yet. */
    private void forgetCheckpoints() throws Exception {
        hub.log().pause();
        try (var owner = hub.owner();
                var sql = owner.createStatement()) {
            for (var table : List.of("audit_cosignature", "audit_checkpoint")) {
                sql.execute("alter table " + table + " disable trigger user");
                sql.execute("delete from " + table);
            }
        }
        for (var operation : operations("409")) {
            if (operation.method().equals("GET")) {
                assertThat(send(everything, operation, paths.get(operation.id()))
                                .text("code"))
                        .isEqualTo("NOT_COVERED");
            }
        }
    }

    /** First a table is gone, which is a defect, then the whole server, which is an outage. */
    private void fail() throws SQLException {
        try (var owner = hub.owner();
                var sql = owner.createStatement()) {
            sql.execute("alter table api_key rename to api_key_away");
        }
        operations("500").forEach(operation -> send(everything, operation, paths.get(operation.id())));
        hub.stopDatabase();
        var threads = Executors.newFixedThreadPool(32);
        try {
            var answers = operations("503").stream()
                    .map(operation -> CompletableFuture.runAsync(
                            () -> send(everything, operation, paths.get(operation.id())), threads))
                    .toList();
            answers.forEach(CompletableFuture::join);
        } finally {
            threads.shutdown();
        }
    }

    private void slowDown(Path folder) throws Exception {
        var busyHub = new TestHub(folder, 1);
        try {
            var busy = busyHub.client("busy");
            busy.get("/api/v1/me");
            for (var operation : operations("429")) {
                // Nobody reads the body of who asks too often.
                busy.send(request(busy, operation, operation.path().replaceAll("\\{[^}]+}", "x"), ""));
            }
        } finally {
            busyHub.close();
        }
    }

    private static List<Contract.Operation> operations(String status) {
        Predicate<Contract.Operation> documents =
                operation -> operation.statuses().contains(status);
        return new ArrayList<>(Contract.all().stream().filter(documents).toList());
    }

    private Client.Reply send(Client caller, Contract.Operation operation, String path) {
        return caller.send(request(caller, operation, path));
    }

    /** With what the operation takes. */
    private HttpRequest.Builder request(Client caller, Contract.Operation operation, String path) {
        return Archives.isPackage(operation.id())
                ? caller.request(path)
                        .header("Content-Type", story.typeOf(operation))
                        .method(operation.method(), story.bodyOf(operation.id()))
                : request(caller, operation, path, story.wishOf(operation.id()));
    }

    /** With a tag that is stale, where one is needed. */
    private static HttpRequest.Builder request(Client caller, Contract.Operation operation, String path, String body) {
        var request = caller.request(path);
        var isPatch = operation.method().equals("PATCH");
        if (isPatch || operation.method().equals("DELETE")) {
            request.header("If-Match", "\"999\"");
        }
        if (!body.isEmpty()) {
            request.header("Content-Type", isPatch ? "application/merge-patch+json" : "application/json");
        }
        return request.method(operation.method(), BodyPublishers.ofString(body));
    }

    private String badWishOf(String operation) {
        return switch (operation) {
            case "updateProject" -> "{\"networkClasses\": [\"a\", \"a\"]}";
            case "updateDataset" -> "{\"access\": \"secret\"}";
            case "createProject" -> "{\"name\": \"X\", \"owners\": [{\"kind\": \"user\", \"id\": \"ada\"}]}";
            case "createRoleBinding" -> "{\"subject\": {\"kind\": \"bot\", \"id\": \"ada\"}, \"role\": \"viewer\"}";
            case "createUpload" -> "{\"digest\": \"sha1:0\", \"size\": 1, \"mediaType\": \"a/b\"}";
            case "createEnvironmentVersion" -> story.wishOf(operation).replace("[\"x\"]", "[]");
            case "createEnvironmentLock" -> story.lockWish(":3");
            case "createRun" -> story.runWish("train").replace("\"production\"", "\"other\"");
            case "createModelVersion" ->
                story.wishOf(operation).replaceAll("\"artifacts\": \\[[^]]*]", "\"artifacts\": []");
            case "createApiKey" -> "{\"ttlSeconds\": 0}";
            case "importCosignature" -> "{\"note\": \"x\", \"witness\": \"y\"}";
            case "eraseAuditEvents" -> "{\"reason\": \"x\"}";
            case "createWebhook" -> story.wishOf(operation).replace("https", "ftp");
            case "updateWebhook" -> "{\"events\": []}";
            case "updateAuditSink" -> "{\"filter\": {\"projects\": [\"a\", \"a\"]}}";
            case "replayDeadLetters" -> "{\"leafIndexes\": [-1]}";
            case "proposeTrustMode", "confirmTrustMode", "enforceTrust" -> TrustWishes.badWishOf(operation);
            case "configurePlugin" -> "{\"pid\": \"no PID\", \"values\": {}}";
            case "unconfigurePlugin" -> "{\"pid\": \"no PID\"}";
            case "completeUpload", "rerunRun" -> "";
            case "cancelRun", "validateModelVersion", "approveModelVersion", "deprecateModelVersion" ->
                "{\"reason\": \"\"}";
            default -> "{\"name\": \"X\"}";
        };
    }
}
