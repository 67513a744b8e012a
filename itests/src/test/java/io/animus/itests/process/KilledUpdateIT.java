package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub is killed while it updates a plugin. The next one has the old version or the new one, and the audit log says which. */
class KilledUpdateIT {
    private static final String PLUGIN = "animus-storage-filesystem";
    private static final String PATH = "/api/v1/plugins/" + PLUGIN;
    private static final String PUBLISHER = "it.animus.invalid";
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");

    @TempDir
    Path folder;

    private UnpackedHub hub;
    private RestClient admin;
    private RestClient officer;

    /** The versions that were updated to, one after the other. */
    private final List<String> updates = new ArrayList<>();

    /** How far an update must have come, as the disk shows it, for the hub to be killed. */
    @FunctionalInterface
    private interface Moment {
        boolean hasCome() throws IOException;
    }

    @BeforeEach
    void startOnce() throws Exception {
        hub = UnpackedHub.freshIn(folder);
        animus("plugin", "keygen", "--name", PUBLISHER, "--out", folder.toString());
        var trust = Files.createDirectories(hub.home().resolve("etc/animus/trust"));
        Files.copy(folder.resolve(PUBLISHER + ".pub"), trust.resolve(PUBLISHER + ".pub"));
        var key = KEY.matcher(animus("start"));
        assertThat(key.find()).isTrue();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key.group());
        var account = "/api/v1/service-accounts";
        admin.post(account, "{'name':'olga','systemRoles':['security-officer']}")
                .ok();
        officer = admin.as(admin.post(account + "/olga/keys", "{'description':'reads the log','ttlSeconds':86400}")
                .ok()
                .path("secret")
                .asText());
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void endsAtTheOldVersionOrTheNewOneAndTheLogSaysWhich() throws Exception {
        var archived = version();
        var bundles = bundles();

        killDuringUpdate("9.0.1", () -> packages() > 0);
        assertThat(version()).isIn(archived, "9.0.1");

        killDuringUpdate("9.0.2", () -> bundles() > bundles);
        assertThat(version()).isIn(archived, "9.0.1", "9.0.2");

        killDuringUpdate("9.0.3", () -> wanted().contains("\"9.0.3\""));
        assertThat(version()).isEqualTo("9.0.3");
    }

    private void killDuringUpdate(String next, Moment moment) throws Exception {
        var before = version();
        var file = publish(next);
        var update = CompletableFuture.runAsync(() -> update(file));
        while (!moment.hasCome() && !update.isDone()) {
            Thread.onSpinWait();
        }
        var hubProcess = hub.process();
        Programs.signal("KILL", hubProcess);
        hubProcess.onExit().get();
        // Whatever the caller was told.
        update.handle((done, failure) -> failure).join();
        animus("start");

        var now = version();
        assertThat(now).isIn(before, next);
        if (now.equals(next)) {
            updates.add(next);
        }
        serves();
        Patience.untilTrue("what was decided is on record", () -> !wanted().contains("unrecorded"));
        assertThat(recorded()).isEqualTo(updates);
    }

    private void update(Path file) {
        try {
            var request = HttpRequest.newBuilder(admin.hub().resolve(PATH + ":update"))
                    .header("Authorization", "Bearer " + admin.key())
                    .header("Content-Type", "application/vnd.animus.plugin")
                    .POST(BodyPublishers.ofFile(file));
            admin.send(request).ok();
        } catch (IOException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fails unless the plugin is there, once, and at work. */
    private void serves() throws Exception {
        assertThat(admin.get(PATH).ok().path("state").asText()).isEqualTo("active");
        Patience.until("storage is well", () -> {
            for (var check : admin.get("/readyz").json().path("checks")) {
                if (check.path("name").asText().equals("storage")
                        && check.path("status").asText().equals("OK")) {
                    return Optional.of(check);
                }
            }
            return Optional.empty();
        });
    }

    private String version() throws Exception {
        return admin.get(PATH).ok().path("version").asText();
    }

    /** The updates that the audit log has, oldest first. */
    private List<String> recorded() throws Exception {
        var versions = new ArrayList<String>();
        for (var event : officer.get("/api/v1/audit/events?action=plugin.updated&orderBy=time")
                .ok()
                .path("items")) {
            versions.add(event.path("details").path("version").asText());
        }
        return versions;
    }

    private String wanted() throws IOException {
        var file = data("plugins/installed.json");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** How many are on the disk, or begun. */
    private int packages() {
        var found = data("plugins/packages").toFile().list();
        return found == null ? 0 : found.length;
    }

    /** How many the framework has in its cache. */
    private int bundles() {
        var found = data("cache").toFile().list((cache, name) -> name.startsWith("bundle"));
        return found == null ? 0 : found.length;
    }

    private Path data(String path) {
        return hub.data().resolve(path);
    }

    private String animus(String... arguments) throws Exception {
        var ended = hub.animus(arguments);
        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
        return ended.out();
    }

    /** The signed package of the archive's plugin with another number. */
    private Path publish(String version) throws Exception {
        var jar = folder.resolve(PLUGIN + "-" + version + ".jar");
        try (var source = new JarFile(archived().toFile())) {
            var manifest = source.getManifest();
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                for (var entry : source.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        source.getInputStream(entry).transferTo(out);
                    }
                }
            }
        }
        animus("plugin", "pack", "--bundle", jar.toString(), "--out", folder.toString());
        var packed = folder.resolve(PLUGIN + "-" + version + ".animus");
        animus("plugin", "sign", "--key", folder.resolve(PUBLISHER + ".key").toString(), packed.toString());
        return packed;
    }

    private Path archived() throws IOException {
        try (var jars = Files.walk(hub.home().resolve("system/io/animus/plugin/" + PLUGIN))) {
            return jars.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
