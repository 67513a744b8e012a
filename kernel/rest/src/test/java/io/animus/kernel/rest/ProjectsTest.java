package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectsTest {
    private static final String PATH = "/api/v1/projects";

    private static TestHub hub;
    private static Client admin;
    private static Client owner;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        admin = hub.client("admin", "platform-admin");
        owner = hub.client("owner");
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void createsAProjectWithItsOwnersAndDefaults() {
        var created = admin.post(PATH, project("penguins"));

        assertThat(created.status()).as(created.body()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo(PATH + "/" + created.text("id"));
        assertThat(created.header("ETag")).isEqualTo("\"1\"").isEqualTo(created.text("etag"));
        assertThat(created.header("Audit-Event")).startsWith("aud_");
        assertThat(created.json().at("/quota/memory").asText()).isEqualTo("64Gi");
        assertThat(owner.get(PATH + "/penguins").body()).isEqualTo(created.body());
    }

    @Test
    void hidesAProjectFromWhoHasNoRoleInIt() {
        admin.post(PATH, project("hidden"));

        var hidden = hub.client("stranger").get(PATH + "/hidden");

        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.text("code")).isEqualTo("NOT_FOUND");
        assertThat(hidden.header("Audit-Event")).startsWith("aud_");
        assertThat(hidden.body())
                .isEqualTo(hub.client("stranger-2")
                        .get(PATH + "/hidden", "X-Request-Id", hidden.header("X-Request-Id"))
                        .body());
    }

    @Test
    void answersTheSameKeyWithTheFirstAnswer() {
        var first = admin.post(PATH, project("once"), "Idempotency-Key", "k-1");

        var second = admin.post(PATH, project("once"), "Idempotency-Key", "k-1");
        var other = admin.post(PATH, project("twice"), "Idempotency-Key", "k-1");

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(second.header("ETag")).isEqualTo(first.header("ETag"));
        assertThat(second.header("Location")).isEqualTo(first.header("Location"));
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(second.header("Audit-Event")).isEmpty();
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text("code")).isEqualTo("IDEMPOTENCY_CONFLICT");
    }

    @Test
    void changesOnlyWhatThePatchNames() {
        admin.post(PATH, project("patched"));
        var path = PATH + "/patched";
        owner.patch(path, "{\"title\": \"T\", \"labels\": {\"a\": \"1\", \"b\": \"2\"}}", "If-Match", "\"1\"");

        var patched = owner.patch(path, "{\"labels\": {\"a\": null, \"c\": \"3\"}}", "If-Match", "\"2\"");

        assertThat(patched.status()).as(patched.body()).isEqualTo(200);
        assertThat(patched.text("title")).isEqualTo("T");
        assertThat(patched.json().get("labels").toString()).isEqualTo("{\"b\":\"2\",\"c\":\"3\"}");
        assertThat(owner.patch(path, "{\"title\": null}", "If-Match", "\"3\"")
                        .json()
                        .get("title")
                        .isNull())
                .isTrue();
        assertThat(owner.patch(path, "{\"title\": \"x\"}", "If-Match", "\"1\"").text("code"))
                .isEqualTo("PRECONDITION_FAILED");
        assertThat(owner.patch(path, "{\"title\": \"x\"}").text("code")).isEqualTo("PRECONDITION_REQUIRED");
        var forbidden = owner.patch(path, "{\"quota\": {\"gpu\": 1}}", "If-Match", "\"4\"");
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.json().at("/errors/0/pointer").asText()).isEqualTo("/quota");
        assertThat(admin.patch(path, "{\"quota\": {\"gpu\": 1}}", "If-Match", "\"4\"")
                        .json()
                        .at("/quota/gpu")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void bindsAProjectToInstancesOfPlugins() {
        admin.post(PATH, project("bound"));
        var path = PATH + "/bound";
        assertThat(owner.get(path).json().get("plugins").toString())
                .isEqualTo("{\"scm\":null,\"registry\":null,\"executor\":null,\"storage\":null}");

        admin.patch(path, "{\"plugins\": {\"scm\": \"git.team\"}}", "If-Match", "\"1\"");
        var bound = admin.patch(
                path,
                "{\"plugins\": {\"registry\": \"oci.team\", \"executor\": \"container.gpu\", \"storage\": \"s3.vault\"}}",
                "If-Match",
                "\"2\"");
        assertThat(bound.json().get("plugins").toString())
                .as(bound.body())
                .isEqualTo(
                        "{\"scm\":\"git.team\",\"registry\":\"oci.team\",\"executor\":\"container.gpu\",\"storage\":\"s3.vault\"}");

        var wrong = admin.patch(path, "{\"plugins\": {\"scm\": \"git\"}}", "If-Match", "\"3\"");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.json().at("/errors/0/pointer").asText()).isEqualTo("/plugins/scm");
        var forbidden = owner.patch(path, "{\"plugins\": null}", "If-Match", "\"3\"");
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(forbidden.json().at("/errors/0/pointer").asText()).isEqualTo("/plugins");

        var freed = admin.patch(path, "{\"plugins\": {\"scm\": null}}", "If-Match", "\"3\"");
        assertThat(freed.json().at("/plugins/scm").isNull()).isTrue();
        assertThat(freed.json().at("/plugins/registry").asText()).isEqualTo("oci.team");
    }

    @Test
    void archivesForGood() {
        admin.post(PATH, project("closed"));

        var archived = owner.post(PATH + "/closed:archive");

        assertThat(archived.text("status")).isEqualTo("archived");
        assertThat(owner.post(PATH + "/closed:archive").text("code")).isEqualTo("STATE_CONFLICT");
    }

    @Test
    void keepsTheLastOwner() {
        admin.post(PATH, project("owned"));
        var bindings = PATH + "/owned/role-bindings";
        var second = owner.post(bindings, "{\"subject\": {\"kind\": \"user\", \"id\": \"ada\"}, \"role\": \"owner\"}");
        assertThat(second.status()).as(second.body()).isEqualTo(201);
        var first = owner.get(bindings).json().at("/items/1/id").asText();

        assertThat(owner.get(second.header("Location")).body()).isEqualTo(second.body());
        assertThat(owner.delete(second.header("Location"), "If-Match", "\"9\"").status())
                .isEqualTo(412);
        assertThat(owner.delete(second.header("Location"), "If-Match", "\"1\"").status())
                .isEqualTo(204);
        assertThat(owner.delete(bindings + "/" + first, "If-Match", "\"1\"").text("code"))
                .isEqualTo("STATE_CONFLICT");
    }

    private static String project(String name) {
        return """
                {"name": "%s", "owners": [{"kind": "serviceAccount", "id": "%s"}]}"""
                .formatted(name, owner.account());
    }
}
