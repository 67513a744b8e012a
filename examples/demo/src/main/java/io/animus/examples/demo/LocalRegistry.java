package io.animus.examples.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * An OCI registry on loopback, Debian's {@code docker-registry}. It asks for no password: it holds nothing but the demo's
 * image, only this machine reaches it, and whoever moves a tag in it changes nothing, because the hub and the engine take
 * images by digest alone.
 *
 * @param folder where it keeps its content
 * @param port on loopback; kept from one start to the next where possible, because locks name it
 */
record LocalRegistry(Path folder, int port) {
    static final String REPOSITORY = "animus/demo-java";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

    /** The registry of this folder, started unless it runs. */
    static LocalRegistry start(Path folder) throws IOException, InterruptedException {
        var program = Command.require("docker-registry", "docker-registry");
        Files.createDirectories(folder);
        var remembered = folder.resolve("port");
        if (BackgroundProcess.find(pidFile(folder)).isPresent()) {
            var running = new LocalRegistry(
                    folder, Integer.parseInt(Files.readString(remembered).strip()));
            running.awaitAnswer();
            return running;
        }
        var port = FreePort.preferring(
                Files.exists(remembered)
                        ? Integer.parseInt(Files.readString(remembered).strip())
                        : 0);
        Files.writeString(remembered, port + "\n");
        var settings = Files.writeString(
                folder.resolve("config.yml"),
                """
                version: 0.1
                log: {level: warn}
                storage: {filesystem: {rootdirectory: '%s'}}
                http: {addr: '127.0.0.1:%d'}
                """
                        .formatted(folder.resolve("content").toString().replace("'", "''"), port));
        BackgroundProcess.start(
                Command.of(program, "serve", settings.toString()), pidFile(folder), folder.resolve("registry.log"));
        var started = new LocalRegistry(folder, port);
        started.awaitAnswer();
        return started;
    }

    /** Ends the registry of this folder; false if none runs. */
    static boolean stop(Path folder) throws IOException, InterruptedException {
        var running = BackgroundProcess.find(pidFile(folder));
        if (running.isPresent()) {
            running.get().stop();
        }
        return running.isPresent();
    }

    /** Host and port, as image references have them. */
    String host() {
        return "127.0.0.1:" + port;
    }

    /** The reference of an image in the demo's repository. */
    String reference(String digest) {
        return host() + "/" + REPOSITORY + "@" + digest;
    }

    /** Whether the registry holds the manifest with this digest. */
    boolean holds(String digest) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address("/v2/" + REPOSITORY + "/manifests/" + digest))
                .header("Accept", MANIFEST)
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .timeout(PATIENCE)
                .build();
        return HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode()
                == 200;
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        var client = HttpClient.newHttpClient();
        var request = HttpRequest.newBuilder(address("/v2/")).timeout(PATIENCE).build();
        var answer = Patience.await(PATIENCE, () -> {
            if (BackgroundProcess.find(pidFile(folder)).isEmpty()) {
                throw DemoException.failed("the registry ended at once", "see " + folder.resolve("registry.log"));
            }
            try {
                var status = client.send(request, BodyHandlers.discarding()).statusCode();
                return status == 200 ? Optional.of(status) : Optional.empty();
            } catch (ConnectException e) {
                return Optional.empty();
            }
        });
        if (answer.isEmpty()) {
            throw DemoException.failed(
                    "the registry doesn't answer on " + host(), "see " + folder.resolve("registry.log"));
        }
    }

    private URI address(String path) {
        return URI.create("http://" + host() + path);
    }

    private static Path pidFile(Path folder) {
        return folder.resolve("pid");
    }
}
