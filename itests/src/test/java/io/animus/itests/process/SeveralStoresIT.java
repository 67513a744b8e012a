package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A shipped hub with three directories for objects: each project's are in the one that it is bound to, and nowhere else. */
@TestInstance(Lifecycle.PER_CLASS)
class SeveralStoresIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final String BOUND = "io.animus.plugin.storage.filesystem.bound";
    private static final String PLUGIN = "/api/v1/plugins/animus-storage-filesystem";

    private Path folder;
    private UnpackedHub hub;
    private RestClient admin;
    private Account owner;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        hub = UnpackedHub.freshIn(folder);
        Files.writeString(
                hub.home().resolve("etc/" + BOUND + "-north.cfg"),
                "instance = north\ndirectory = %s\npublic_url = ${animus.url}\n".formatted(folder.resolve("north")));
        var started = hub.animus("start");
        var key = KEY.matcher(started.out());
        assertThat(key.find()).as(started.out() + started.err()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
        owner = account("owner");
        admin.post(
                        PLUGIN + ":configure",
                        "{'pid':'%s~south','values':{'instance':'south','directory':'%s','public_url':'%s'}}",
                        BOUND,
                        folder.resolve("south"),
                        admin.hub())
                .ok();
    }

    @AfterAll
    void stop() throws Exception {
        hub.close();
    }

    @Test
    void whatAProjectStoresIsInItsDirectoryAndNowhereElse() throws Exception {
        var free = project("free", null);
        var north = project("north", "filesystem.north");
        var south = project("south", "filesystem.south");

        var freely = download(free, store(free, "of the free project"));
        var northern = download(north, store(north, "of the north"));
        var southern = download(south, store(south, "of the south"));

        assertThat(read(freely)).isEqualTo("of the free project");
        assertThat(read(northern)).isEqualTo("of the north");
        assertThat(read(southern)).isEqualTo("of the south");
        assertThat(holders("of the free project")).containsExactly("data");
        assertThat(holders("of the north")).containsExactly("north");
        assertThat(holders("of the south")).containsExactly("south");

        // A signed URL is of one store: with another one in its place it opens nothing.
        for (var place : List.of("/objects/south/", "/objects/")) {
            var moved = URI.create(northern.toString().replace("/objects/north/", place));
            assertThat(moved).isNotEqualTo(northern);
            assertThat(get(moved).status()).as(place).isEqualTo(403);
        }
    }

    @Test
    void whatWasStoredStaysWhereItIsWhenTheProjectIsBoundElsewhere() throws Exception {
        var project = project("moved", "filesystem.north");
        var before = store(project, "before the move");
        bind(project, "filesystem.south");
        var after = store(project, "after the move");

        assertThat(holders("before the move")).containsExactly("north");
        assertThat(holders("after the move")).containsExactly("south");
        assertThat(read(download(project, before))).isEqualTo("before the move");
        assertThat(read(download(project, after))).isEqualTo("after the move");
    }

    @Test
    void aProjectWhoseStoreIsAwayStoresNothingAndAFreeProjectGetsNoOtherStore() throws Exception {
        var lost = project("lost", "filesystem.nowhere");
        var refused = open(lost, "for nobody");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.response().body()).contains("PLUGIN_UNAVAILABLE", "filesystem.nowhere");

        var plain = project("plain", null);
        for (var i = 0; i < 3; i++) {
            store(plain, "plain " + i);
            assertThat(holders("plain " + i)).containsExactly("data");
        }
    }

    /** Somebody with a key. */
    private record Account(String id, RestClient client) {
        String subject() {
            return "{'kind':'serviceAccount','id':'" + id + "'}";
        }
    }

    private Account account(String name) throws Exception {
        var id = admin.post("/api/v1/service-accounts", "{'name':'%s','description':'d'}", name)
                .ok()
                .path("id")
                .asText();
        var made = admin.post("/api/v1/service-accounts/" + name + "/keys", "{'description':'d','ttlSeconds':86400}")
                .ok();
        return new Account(id, admin.as(made.path("secret").asText()));
    }

    /** A project with a dataset, and its path. */
    private String project(String name, String store) throws Exception {
        var path = "/api/v1/projects/" + name;
        admin.post("/api/v1/projects", "{'name':'%s','title':'T','owners':[%s]}", name, owner.subject())
                .ok();
        owner.client()
                .post(path + "/role-bindings", "{'role':'maintainer','subject':%s}", owner.subject())
                .ok();
        owner.client()
                .post(path + "/datasets", "{'name':'data','description':'d'}")
                .ok();
        if (store != null) {
            bind(path, store);
        }
        return path;
    }

    private void bind(String project, String store) throws Exception {
        var tag = admin.get(project).header("ETag");
        admin.send(admin.request(project)
                        .header("If-Match", tag)
                        .header("Content-Type", "application/merge-patch+json")
                        .method("PATCH", BodyPublishers.ofString("{\"plugins\":{\"storage\":\"" + store + "\"}}")))
                .ok();
    }

    private RestClient.Answer open(String project, String content) throws Exception {
        var bytes = content.getBytes(UTF_8);
        return owner.client()
                .post(
                        project + "/datasets/data/versions",
                        "{'digest':'%s','size':%d,'mediaType':'text/csv','sourceUri':'https://example.org/a',"
                                + "'schema':[{'name':'a','type':'string'}],'statistics':{'rowCount':1}}",
                        ImageRegistry.digest(bytes),
                        bytes.length);
    }

    /** Uploads content by signed URL as a version of the project's dataset, and answers its number. */
    private int store(String project, String content) throws Exception {
        var upload = open(project, content).ok();
        owner.client()
                .send(HttpRequest.newBuilder(URI.create(upload.path("putUrl").asText()))
                        .PUT(BodyPublishers.ofString(content)))
                .ok();
        return owner.client()
                .post(upload.path("completeUrl").asText(), UUID.randomUUID().toString(), MissingNode.getInstance())
                .ok()
                .path("number")
                .asInt();
    }

    private URI download(String project, int version) throws Exception {
        var url = owner.client()
                .post(
                        project + "/datasets/data/versions/" + version + ":download",
                        UUID.randomUUID().toString(),
                        MissingNode.getInstance())
                .ok()
                .path("url")
                .asText();
        return URI.create(url);
    }

    private RestClient.Answer get(URI signed) throws Exception {
        return owner.client().send(HttpRequest.newBuilder(signed));
    }

    private String read(URI signed) throws Exception {
        var answer = get(signed);
        assertThat(answer.status()).isEqualTo(200);
        return answer.response().body();
    }

    /** The directories with an object of this content, by name. */
    private List<String> holders(String content) throws IOException {
        var name = ImageRegistry.digest(content.getBytes(UTF_8)).substring("sha256:".length());
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(name))
                    .map(file -> folder.relativize(file).getName(0).toString())
                    .toList();
        }
    }
}
