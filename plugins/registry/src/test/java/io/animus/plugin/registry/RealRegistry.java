package io.animus.plugin.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.animus.api.registry.ImageManifest;
import io.animus.api.tck.ImageRegistryContract.Sample;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Debian's docker-registry on a free port, with one image and one index, pushed by hand. */
final class RealRegistry implements AutoCloseable {
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String REPOSITORY = "hub/sample";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final String host;
    private Sample sample;

    /**
     * Starts a registry.
     *
     * @param auth the {@code auth} section of its configuration
     * @param authorization the header to push with
     */
    static RealRegistry start(Path folder, String auth, Function<String, String> authorization)
            throws IOException, InterruptedException {
        var registry = new RealRegistry(folder, auth);
        try {
            registry.push(authorization.apply("repository:" + REPOSITORY + ":pull,push"));
        } catch (IOException | InterruptedException e) {
            registry.close();
            throw e;
        }
        return registry;
    }

    private RealRegistry(Path folder, String auth) throws IOException {
        var port = freePort();
        host = "127.0.0.1:" + port;
        var config = folder.resolve("config.yml");
        Files.writeString(
                config,
                """
                version: 0.1
                log: {level: error}
                storage: {filesystem: {rootdirectory: %s/data}}
                http: {addr: %s}
                %s
                """
                        .formatted(folder, host, auth));
        var log = folder.resolve("registry.log");
        process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        awaitAnswer(log);
    }

    String host() {
        return host;
    }

    Sample sample() {
        return sample;
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    private void awaitAnswer(Path log) throws IOException {
        var deadline = System.nanoTime() + SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                client.send(
                        HttpRequest.newBuilder(URI.create("http://" + host + "/v2/"))
                                .build(),
                        BodyHandlers.discarding());
                return;
            } catch (IOException e) {
                Thread.onSpinWait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        process.destroy();
        throw new IOException("the registry doesn't come up: " + Files.readString(log));
    }

    private void push(String authorization) throws IOException, InterruptedException {
        var config = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"
                .getBytes(UTF_8);
        upload(config, authorization);
        var image = ("{\"schemaVersion\":2,\"mediaType\":\"" + IMAGE + "\",\"config\":{\"mediaType\":"
                        + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" + Digest.of(config)
                        + "\",\"size\":" + config.length + "},\"layers\":[]}")
                .getBytes(UTF_8);
        var index = ("{\"schemaVersion\":2,\"mediaType\":\"" + INDEX + "\",\"manifests\":[{\"mediaType\":\"" + IMAGE
                        + "\",\"digest\":\"" + Digest.of(image) + "\",\"size\":" + image.length
                        + ",\"platform\":{\"architecture\":\"amd64\",\"os\":\"linux\"}}]}")
                .getBytes(UTF_8);
        manifest("1", IMAGE, image, authorization);
        manifest("all", INDEX, index, authorization);
        sample = new Sample(
                new ImageReference(host, REPOSITORY, "1", null),
                new ImageManifest(Digest.of(image), IMAGE, image.length, Digest.of(config)),
                new ImageReference(host, REPOSITORY, "all", null),
                new ImageManifest(Digest.of(index), INDEX, index.length, null),
                ImageReference.parse("elsewhere.example/hub/sample:1"));
    }

    private void upload(byte[] blob, String authorization) throws IOException, InterruptedException {
        var start = URI.create("http://" + host + "/v2/" + REPOSITORY + "/blobs/uploads/");
        var session = client.send(
                HttpRequest.newBuilder(start)
                        .header("Authorization", authorization)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        var location = session.headers()
                .firstValue("Location")
                .orElseThrow(() -> new IOException("no upload: " + session.statusCode() + session.body()));
        put(
                start.resolve(location + (location.contains("?") ? "&" : "?") + "digest=" + Digest.of(blob)),
                "application/octet-stream",
                blob,
                authorization);
    }

    private void manifest(String tag, String type, byte[] content, String authorization)
            throws IOException, InterruptedException {
        put(URI.create("http://" + host + "/v2/" + REPOSITORY + "/manifests/" + tag), type, content, authorization);
    }

    private void put(URI address, String type, byte[] content, String authorization)
            throws IOException, InterruptedException {
        var answer = client.send(
                HttpRequest.newBuilder(address)
                        .header("Authorization", authorization)
                        .header("Content-Type", type)
                        .PUT(BodyPublishers.ofByteArray(content))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException("not pushed: " + answer.statusCode() + answer.body());
        }
    }
}
