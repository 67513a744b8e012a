package io.animus.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A hub unpacked from the distribution archive, with its data beside it.
 *
 * @param folder has {@code app/}, {@code data/} and the key of the first administrator
 */
record HubInstallation(Path folder) {
    private static final int PREFERRED_PORT = 8181;
    private static final Pattern KEY = Pattern.compile("ank_[0-9A-Za-z_-]{43,128}");

    /** Unpacks the archive, unless that was done before. Another archive is another installation, with data of its own. */
    static HubInstallation unpack(Path archive, Path hubs) throws IOException, InterruptedException {
        var installation =
                new HubInstallation(hubs.resolve(Sha256.of(archive).hex().substring(0, 12)));
        if (!Files.isDirectory(installation.app())) {
            var unfinished = hubs.resolve("unfinished");
            FileTree.delete(unfinished);
            Files.createDirectories(unfinished);
            Command.of(
                            Command.require("tar", "tar"),
                            "--extract",
                            "--gzip",
                            "--strip-components=1",
                            "--file",
                            archive.toString(),
                            "--directory",
                            unfinished.toString())
                    .run();
            Folders.makePrivate(installation.folder);
            Files.move(unfinished, installation.app());
        }
        return installation;
    }

    /** Stops every hub that was unpacked here, but the one to keep; the number of those stopped. */
    static int stopAll(Path hubs, Optional<HubInstallation> kept) throws IOException, InterruptedException {
        if (!Files.isDirectory(hubs)) {
            return 0;
        }
        var stopped = 0;
        try (var folders = Files.newDirectoryStream(hubs, Files::isDirectory)) {
            for (var folder : folders) {
                var hub = new HubInstallation(folder);
                if (Files.isExecutable(hub.program())
                        && !kept.equals(Optional.of(hub))
                        && hub.address().isPresent()) {
                    hub.animus("stop").run();
                    stopped++;
                }
            }
        }
        return stopped;
    }

    /** Writes the configuration of one plugin. It is read at the next start, or at once when the hub runs. */
    void configure(PluginSettings settings) throws IOException {
        var file = app().resolve("etc").resolve(settings.fileName());
        var content = settings.content();
        if (!Files.exists(file) || !Files.readString(file).equals(content)) {
            Files.writeString(file, content);
        }
    }

    /** Where the hub answers, or will answer when it is started next. */
    URI plannedAddress() throws IOException, InterruptedException {
        var running = address();
        return running.isPresent()
                ? running.get()
                : URI.create("http://127.0.0.1:" + FreePort.preferring(PREFERRED_PORT));
    }

    /** Starts the hub at an address on loopback, unless it runs. */
    void start(URI planned) throws IOException, InterruptedException {
        if (address().isPresent()) {
            return;
        }
        var ended =
                animus("start", "--port", Integer.toString(planned.getPort())).runAnyway();
        var key = KEY.matcher(ended.output());
        if (key.find()) {
            keep(key.group());
        }
        if (ended.exitCode() != 0) {
            throw DemoException.failed(
                    "the hub didn't start",
                    "it said: "
                            + Command.tail(KEY.matcher(ended.output())
                                    .replaceAll("ank_…")
                                    .replaceAll("[.]{4,}", "…")));
        }
    }

    /** Where the hub answers, if it runs. */
    Optional<URI> address() throws IOException, InterruptedException {
        var state = Json.MAPPER.readTree(animus("status", "--json").runAnyway().output());
        return Optional.ofNullable(state.get("url")).map(url -> URI.create(url.asText()));
    }

    /** The key of {@code bootstrap-admin}, which the hub showed once. */
    String bootstrapKey() throws IOException {
        var notYetShown = data().resolve("bootstrap-admin.key");
        if (Files.exists(notYetShown)) {
            // The hub was slow to start, and bin/animus had stopped waiting before there was a key.
            keep(Files.readString(notYetShown).strip());
            Files.delete(notYetShown);
        }
        if (!Files.exists(keyFile())) {
            throw DemoException.failed(
                    "the hub showed its first key to somebody else",
                    "start over: ./animus demo --down, then delete " + folder);
        }
        return Files.readString(keyFile()).strip();
    }

    /** Where the hub writes its log. */
    Path log() {
        return folder.resolve("data/log/animus.log");
    }

    /** {@code bin/animus} of this hub. */
    Path program() {
        return app().resolve("bin/animus");
    }

    Path data() {
        return folder.resolve("data");
    }

    /** Publishers of plugins whom this hub trusts. */
    Path trust() {
        return app().resolve("etc/animus/trust");
    }

    /** The main bundle of a plugin as it came with the archive. */
    Path pluginJar(String name) throws IOException {
        var versions = app().resolve("system/io/animus/plugin").resolve(name);
        try (var files = Files.walk(versions)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> DemoException.failed(
                            "the archive has no plugin " + name, "build it anew: delete distribution/target"));
        }
    }

    /** {@code bin/animus plugin}, which needs no running hub. */
    Command plugin(String... arguments) {
        var all = new String[arguments.length + 2];
        all[0] = program().toString();
        all[1] = "plugin";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return Command.of(all);
    }

    private void keep(String key) throws IOException {
        Files.deleteIfExists(keyFile());
        Files.createFile(keyFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keyFile(), key + "\n", StandardOpenOption.TRUNCATE_EXISTING);
    }

    private Command animus(String... arguments) {
        var all = new String[arguments.length + 3];
        all[0] = program().toString();
        all[1] = arguments[0];
        all[2] = "--data";
        all[3] = data().toString();
        System.arraycopy(arguments, 1, all, 4, arguments.length - 1);
        return Command.of(all);
    }

    private Path app() {
        return folder.resolve("app");
    }

    private Path keyFile() {
        return folder.resolve("bootstrap-admin.key");
    }
}
