package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The command {@code bin/animus plugin}; {@code --help} says what it takes. Works on files alone, without a hub. */
public final class Main {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final Path HERE = Path.of("");

    private final PrintStream out;
    private final PrintStream err;
    private final Path trust;

    Main(PrintStream out, PrintStream err, Path trust) {
        this.out = out;
        this.err = err;
        this.trust = trust;
    }

    /** Ends with the status that {@code --help} explains. */
    public static void main(String[] words) {
        var out = new PrintStream(System.out, true, UTF_8);
        var err = new PrintStream(System.err, true, UTF_8);
        System.exit(new Main(out, err, Path.of(System.getProperty("animus.trust", "etc/animus"))).run(List.of(words)));
    }

    int run(List<String> words) {
        if (words.isEmpty() || words.contains("--help") || words.contains("-h")) {
            out.println(usage());
            return words.isEmpty() ? USAGE : DONE;
        }
        var rest = words.subList(1, words.size());
        try {
            return switch (words.get(0)) {
                case "keygen" -> keygen(Arguments.parse(rest, Set.of("--name", "--out"), Set.of("--json")));
                case "pack" ->
                    pack(Arguments.parse(
                            rest, Set.of("--bundle", "--configuration", "--out"), Set.of("--exclusive", "--json")));
                case "sign" -> sign(Arguments.parse(rest, Set.of("--key"), Set.of("--json")));
                case "verify" -> verify(Arguments.parse(rest, Set.of("--trust"), Set.of("--json")));
                case "show" -> show(Arguments.parse(rest, Set.of(), Set.of("--json")));
                default -> throw new IllegalArgumentException("there is no command " + Forms.shown(words.get(0)));
            };
        } catch (IllegalArgumentException e) {
            err.println("animus plugin: " + e.getMessage() + "; see animus plugin --help");
            return USAGE;
        } catch (BrokenPackageException e) {
            e.problems().forEach(problem -> err.println("animus plugin: " + problem));
            return FAILED;
        } catch (FileAlreadyExistsException e) {
            err.println("animus plugin: " + e.getMessage() + " is there already, and stays as it is");
            return FAILED;
        } catch (NoSuchFileException e) {
            err.println("animus plugin: there is no file " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            err.println("animus plugin: " + e.getMessage());
            return FAILED;
        }
    }

    private int keygen(Arguments arguments) throws IOException {
        arguments.noFiles();
        var folder = arguments.path("--out", HERE);
        var key = PublisherKey.generate(arguments.one("--name"));
        var file = key.verifier().name().replaceAll("[^A-Za-z0-9_.-]", "_");
        var secret = folder.resolve(file + ".key");
        var open = folder.resolve(file + ".pub");
        if (Files.exists(open)) {
            throw new FileAlreadyExistsException(open.toString());
        }
        key.write(secret);
        Files.writeString(open, key.verifier().vkey() + "\n", UTF_8);
        say(
                arguments,
                Json.object()
                        .put("key", secret.toString())
                        .put("publicKey", open.toString())
                        .put("vkey", key.verifier().vkey())
                        .build(),
                "The secret is in " + secret + ": keep it away from others.\nHubs trust it by " + open
                        + " in etc/animus/trust/.");
        return DONE;
    }

    private int pack(Arguments arguments) throws BrokenPackageException, IOException {
        arguments.noFiles();
        var configurations = new TreeMap<String, Path>();
        for (var pair : arguments.all("--configuration")) {
            var equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--configuration takes <PID>=<file>");
            }
            configurations.put(pair.substring(0, equals), Path.of(pair.substring(equals + 1)));
        }
        var bundles = arguments.all("--bundle").stream().map(Path::of).toList();
        var content = new PackageWriter.Content(bundles, configurations, arguments.has("--exclusive"));
        var made = PackageWriter.pack(content, arguments.path("--out", HERE));
        var manifest = PackageReader.read(made).manifest();
        say(
                arguments,
                Json.object()
                        .put("package", made.toString())
                        .put("digest", manifest.digest().value())
                        .build(),
                made + " " + manifest.digest());
        return DONE;
    }

    private int sign(Arguments arguments) throws BrokenPackageException, IOException {
        var file = arguments.file();
        var key = PublisherKey.read(Path.of(arguments.one("--key")));
        var plugin = PackageReader.read(file);
        PackageWriter.sign(plugin, key);
        say(
                arguments,
                Json.object()
                        .put("package", file.toString())
                        .put("digest", plugin.manifest().digest().value())
                        .put("signedBy", key.verifier().vkey())
                        .build(),
                "Signed by " + key.verifier().name() + ": " + plugin.manifest().digest());
        return DONE;
    }

    private int verify(Arguments arguments) throws BrokenPackageException, IOException {
        var plugin = PackageReader.read(arguments.file());
        var verdict = TrustStore.read(arguments.path("--trust", trust)).judge(plugin);
        var signers = verdict.signers().stream().map(Object::toString).toList();
        say(
                arguments,
                Json.object()
                        .put("trusted", verdict.isTrusted())
                        .put("digest", plugin.manifest().digest().value())
                        .put("signedBy", Json.texts(signers))
                        .put("problems", Json.texts(verdict.problems()))
                        .build(),
                verdict.isTrusted()
                        ? "Trusted: signed by " + String.join(", ", signers)
                        : "Not trusted. " + String.join(" ", verdict.problems()));
        return verdict.isTrusted() ? DONE : FAILED;
    }

    private int show(Arguments arguments) throws BrokenPackageException, IOException {
        var plugin = PackageReader.read(arguments.file());
        var manifest = plugin.manifest();
        var note = plugin.signature();
        var signers = note == null
                ? List.<String>of()
                : note.signatures().stream()
                        .map(line -> Shown.text(line.name()))
                        .toList();
        var text = new StringBuilder()
                .append("%s %s: %s by %s, for io.animus.api.%s %s%s%n"
                        .formatted(
                                manifest.name(),
                                manifest.version(),
                                manifest.port(),
                                manifest.technology(),
                                manifest.port(),
                                manifest.portVersion(),
                                manifest.exclusive() ? ", one at a time" : ""))
                .append("digest %s%n".formatted(manifest.digest()));
        manifest.bundles().forEach(bundle -> text.append("%s %s%n".formatted(bundle.file(), bundle.digest())));
        manifest.configurations().forEach(file -> text.append("%s %s%n".formatted(file.file(), file.digest())));
        text.append("asks for %s%n".formatted(plugin.permissions().digest()));
        plugin.permissions()
                .beyond(Permissions.NONE)
                .forEach(item -> text.append("  %s%n".formatted(Shown.text(item))));
        text.append(signers.isEmpty() ? "not signed" : "says that it is signed by " + String.join(", ", signers));
        say(
                arguments,
                Json.object()
                        .put("digest", manifest.digest().value())
                        .put("manifest", manifest.json())
                        .put("permissions", plugin.permissions().json())
                        .put("permissionsDigest", plugin.permissions().digest().value())
                        .put("signatures", Json.texts(signers))
                        .build(),
                text.toString());
        return DONE;
    }

    private void say(Arguments arguments, Json.Members json, String text) {
        out.println(arguments.has("--json") ? Shown.json(json) : text);
    }

    private static String usage() {
        return """
                Packs, signs and checks packages of plugins. Needs no running hub.

                Usage:
                  animus plugin keygen --name NAME [--out DIR]
                  animus plugin pack --bundle JAR [--bundle JAR]... [--configuration PID=FILE]... [--exclusive] [--out DIR]
                  animus plugin sign --key FILE PACKAGE
                  animus plugin verify [--trust DIR] PACKAGE
                  animus plugin show PACKAGE

                keygen  makes NAME.key, which is secret, and NAME.pub, which hubs keep in etc/animus/trust/.
                pack    makes <name>-<version>.animus; the plugin's own bundle comes first. Configurations are canonical
                        JSON. --exclusive is for a plugin of which two versions can't run at once.
                sign    adds a signature; everything else in the package stays as it is.
                verify  says whether a hub with this trust store would take it; default: etc/animus of this archive.
                show    says what is in it, and what it asks for: hubs want the digest of that as ?consent=<digest>. It doesn't say who made it: ask verify.

                All of them take --json.

                Exit status: 0 done or trusted, 1 failed or not trusted, 2 wrong usage.""";
    }
}
