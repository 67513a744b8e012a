package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Debian's {@code docker-registry} on loopback, with an image of nothing but this machine's static busybox. */
final class ImageRegistry {
    private static final String REPOSITORY = "animus/busybox";
    private static final String MEDIA_TYPE = "application/vnd.oci.image.";

    private final HttpClient http = HttpClient.newHttpClient();
    private final String host;
    private final Process process;
    private final String image;

    /** @param folder for its content; must exist */
    ImageRegistry(Path folder) throws Exception {
        host = "127.0.0.1:" + UnpackedHub.freePort();
        var settings = Files.writeString(
                folder.resolve("config.yml"),
                """
                version: 0.1
                log: {level: warn}
                storage: {filesystem: {rootdirectory: '%s'}}
                http: {addr: '%s'}
                """
                        .formatted(folder.resolve("content"), host));
        process = Programs.start(
                folder,
                Map.of(),
                List.of("docker-registry", "serve", settings.toString()),
                folder.resolve("registry.log"));
        Patience.untilTrue("the registry answers", this::answers);
        image = host + "/" + REPOSITORY + "@" + push(layer(folder));
    }

    String host() {
        return host;
    }

    /** Reference with digest of an image with a shell and its usual programs. */
    String image() {
        return image;
    }

    void stop() throws InterruptedException {
        Programs.stop(process);
    }

    private boolean answers() throws Exception {
        try {
            return send(HttpRequest.newBuilder(at("/v2/")).GET()).statusCode() == 200;
        } catch (ConnectException e) {
            return false;
        }
    }

    private static byte[] layer(Path folder) throws Exception {
        var root = folder.resolve("root");
        for (var name : List.of("bin", "etc", "tmp", "out", "in", "proc", "sys", "dev")) {
            Files.createDirectories(root.resolve(name));
        }
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        for (var program : List.of("sh", "awk", "cat", "dd", "echo", "ln", "sleep", "touch", "true")) {
            Files.createSymbolicLink(root.resolve("bin").resolve(program), Path.of("busybox"));
        }
        var layer = folder.resolve("layer.tar");
        Programs.run(
                root, Map.of(), List.of("tar", "--create", "--owner=0", "--group=0", "--file", layer.toString(), "."));
        return Files.readAllBytes(layer);
    }

    private String push(byte[] layer) throws Exception {
        var config = json("{'architecture':'amd64','os':'linux','config':{'Env':['PATH=/bin']},"
                + "'rootfs':{'type':'layers','diff_ids':['" + digest(layer) + "']}}");
        var manifest = json("{'schemaVersion':2,'mediaType':'" + MEDIA_TYPE + "manifest.v1+json','config':"
                + descriptor("config.v1+json", config) + ",'layers':[" + descriptor("layer.v1.tar", layer) + "]}");
        pushBlob(layer);
        pushBlob(config);
        var digest = digest(manifest);
        expect(
                201,
                send(HttpRequest.newBuilder(at("/v2/" + REPOSITORY + "/manifests/" + digest))
                        .header("Content-Type", MEDIA_TYPE + "manifest.v1+json")
                        .PUT(BodyPublishers.ofByteArray(manifest))));
        return digest;
    }

    private void pushBlob(byte[] content) throws Exception {
        var upload = send(HttpRequest.newBuilder(at("/v2/" + REPOSITORY + "/blobs/uploads/"))
                .POST(BodyPublishers.noBody()));
        expect(202, upload);
        var place = upload.headers().firstValue("Location").orElseThrow();
        expect(
                201,
                send(HttpRequest.newBuilder(at("/").resolve(place + "&digest=" + digest(content)))
                        .PUT(BodyPublishers.ofByteArray(content))));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.timeout(Patience.USUAL).build(), BodyHandlers.ofString());
    }

    private static void expect(int status, HttpResponse<String> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError(answer + ": " + answer.body());
        }
    }

    private URI at(String path) {
        return URI.create("http://" + host + path);
    }

    private static String descriptor(String type, byte[] content) {
        return "{'mediaType':'%s%s','digest':'%s','size':%d}"
                .formatted(MEDIA_TYPE, type, digest(content), content.length)
                .replace('\'', '"');
    }

    static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }
}
