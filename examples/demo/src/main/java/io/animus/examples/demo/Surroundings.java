package io.animus.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What has to be there before a hub can be shown: an image in a registry, a container engine, and the hub itself. All of
 * it is found again by the next demo.
 *
 * @param image reference with digest
 * @param hub where the hub answers
 */
record Surroundings(String image, URI hub, HubInstallation installation) {
    private static final Duration UNTIL_READY = Duration.ofSeconds(90);

    static Surroundings prepare(Folders folders, Terminal terminal) throws IOException, InterruptedException {
        var archive = folders.archive()
                .orElseThrow(() -> DemoException.missing(
                        "the distribution is not built", "run ./animus demo, or mvn -q package -DskipTests"));
        var registry = terminal.step("Start an OCI registry on loopback", () -> {
            var started = LocalRegistry.start(folders.registry());
            terminal.say(started.host());
            return started;
        });
        var image =
                terminal.step("Build a small image from the Java at hand", () -> image(folders, registry, terminal));
        var engine = terminal.step("Start podman's service on a private socket", () -> {
            var started = ContainerEngine.start(folders, registry);
            started.pull(image);
            terminal.say(started.socket().toString());
            return started;
        });
        var installation = HubInstallation.unpack(archive, folders.hub());
        var address = terminal.step("Start the hub", () -> {
            HubInstallation.stopAll(folders.hub(), Optional.of(installation));
            Files.createDirectories(folders.repositories());
            var planned = installation.plannedAddress();
            for (var plugin : DemoPlugins.settings(folders, registry, engine, planned)) {
                installation.configure(plugin);
            }
            installation.start(planned);
            awaitReady(new HubClient(planned, ""), installation);
            terminal.say(planned.toString());
            return planned;
        });
        return new Surroundings(image, address, installation);
    }

    /** Stops everything that {@link #prepare} started, the hub first; false if nothing ran. */
    static boolean stop(Folders folders, Terminal terminal) throws IOException, InterruptedException {
        return terminal.step("Stop the hub, podman's service and the registry", () -> {
            var hubs = HubInstallation.stopAll(folders.hub(), Optional.empty());
            var engine = ContainerEngine.stop(folders);
            var registry = LocalRegistry.stop(folders.registry());
            return hubs > 0 || engine || registry;
        });
    }

    private static String image(Folders folders, LocalRegistry registry, Terminal terminal)
            throws IOException, InterruptedException {
        var java = JavaRuntime.atHand();
        var folder = folders.image().resolve(java.key());
        var remembered = folder.resolve("digest");
        if (Files.exists(remembered)) {
            var digest = Files.readString(remembered).strip();
            if (registry.holds(digest)) {
                terminal.say("built before from " + java.version());
                terminal.say(digest);
                return registry.reference(digest);
            }
        }
        var digest = JavaImage.prepare(java, folder)
                .push(registry.host() + "/" + LocalRegistry.REPOSITORY + ":" + java.key());
        Files.writeString(remembered, digest + "\n");
        terminal.say("from " + java.version());
        terminal.say(digest);
        return registry.reference(digest);
    }

    private static void awaitReady(HubClient hub, HubInstallation installation)
            throws IOException, InterruptedException {
        var ready = Patience.await(UNTIL_READY, () -> {
            var readiness = hub.readiness();
            return readiness.path("status").asText().equals("OK") ? Optional.of(readiness) : Optional.empty();
        });
        if (ready.isEmpty()) {
            var missing = StreamSupport.stream(hub.readiness().path("checks").spliterator(), false)
                    .filter(check -> !check.path("status").asText().equals("OK"))
                    .map(check -> check.path("name").asText() + ": "
                            + check.path("detail").asText())
                    .collect(Collectors.joining("; "));
            throw DemoException.failed("the hub can't do all of its work: " + missing, "see " + installation.log());
        }
    }
}
