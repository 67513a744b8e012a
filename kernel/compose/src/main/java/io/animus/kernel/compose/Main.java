package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.trust.Arguments;
import io.animus.kernel.trust.PublisherKey;
import io.animus.kernel.trust.Shown;
import io.animus.kernel.trust.TrustStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The command {@code bin/animus compose}; {@code --help} says what it takes. Works on files alone, without a hub. */
public final class Main {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final Set<String> JSON = Set.of("--json");

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
                case "features" -> features(Arguments.parse(rest, Set.of(), JSON));
                case "build" ->
                    build(Arguments.parse(
                            rest,
                            Set.of(
                                    "--from",
                                    "--features",
                                    "--profile",
                                    "--lock",
                                    "--package",
                                    "--consent",
                                    "--trust",
                                    "--name",
                                    "--key",
                                    "--signature",
                                    "--out"),
                            JSON));
                case "verify" -> verify(Arguments.parse(rest, Set.of("--trust"), JSON));
                case "diff" -> diff(Arguments.parse(rest, Set.of("--to"), JSON));
                case "install" -> install(Arguments.parse(rest, Set.of("--trust", "--to"), JSON));
                default -> throw new IllegalArgumentException("there is no command " + words.get(0));
            };
        } catch (IllegalArgumentException e) {
            err.println("animus compose: " + e.getMessage() + "; see animus compose --help");
            return USAGE;
        } catch (BrokenArchiveException e) {
            e.problems().forEach(problem -> err.println("animus compose: " + Shown.text(problem)));
            return FAILED;
        } catch (FileAlreadyExistsException e) {
            err.println("animus compose: " + e.getMessage() + " is there already, and stays as it is");
            return FAILED;
        } catch (NoSuchFileException e) {
            err.println("animus compose: there is no file " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            err.println("animus compose: " + e.getMessage());
            return FAILED;
        }
    }

    private int features(Arguments arguments) throws IOException, BrokenArchiveException {
        var source = Source.read(arguments.file());
        var features = source.features().all().stream()
                .filter(feature -> feature.name().startsWith("animus-"))
                .toList();
        var boot = Set.copyOf(source.boot());
        if (arguments.has("--json")) {
            say(Json.array(features.stream()
                    .map(feature -> Json.object()
                            .put("name", feature.name())
                            .put("description", feature.description())
                            .put("starts", boot.contains(feature.name()))
                            .build())
                    .toList()));
            return DONE;
        }
        for (var feature : features) {
            out.printf(
                    "%-28s %s%s%n",
                    Shown.text(feature.name()),
                    boot.contains(feature.name()) ? "" : "(not started) ",
                    Shown.text(feature.description()));
        }
        return DONE;
    }

    private int build(Arguments arguments) throws IOException, BrokenArchiveException {
        arguments.noFiles();
        var source = Source.read(Path.of(arguments.one("--from")));
        var archive = Path.of(arguments.one("--out"));
        var wanted = arguments.all("--lock").isEmpty()
                ? null
                : Lock.read(Files.readAllBytes(Path.of(arguments.one("--lock"))));
        if (wanted != null && !wanted.source().equals(source.digest())) {
            throw new BrokenArchiveException(
                    "The lock is about another source, " + wanted.source() + ". This one is " + source.digest() + ".");
        }
        var name = arguments.all("--name").isEmpty() ? null : arguments.one("--name");
        var packages = packages(arguments, wanted);
        var composer = wanted == null
                ? new Composer(source, chosen(arguments, source), name, packages)
                : new Composer(source, wanted.features(), wanted.top(), packages);
        var lock = composer.lock();
        if (wanted != null && !lock.equals(wanted)) {
            throw new BrokenArchiveException("This version makes another archive than the lock says.");
        }
        var signature = signature(arguments, lock);
        var beside = Stream.of(archive, beside(archive, ".lock"), beside(archive, ".sig"))
                .toList();
        for (var file : beside) {
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
        }
        composer.write(archive, lock, signature);
        Files.write(beside(archive, ".lock"), lock.bytes());
        if (signature != null) {
            Files.writeString(beside(archive, ".sig"), signature.format(), UTF_8);
        }
        var digest = Source.digestOf(archive);
        if (arguments.has("--json")) {
            say(Json.object()
                    .put("archive", archive.toString())
                    .put("digest", digest.value())
                    .put("features", Json.texts(lock.features()))
                    .put("files", lock.files().size())
                    .put("signed", signature != null)
                    .build());
        } else {
            out.printf("%s %s%n", archive, digest);
            out.printf(
                    "%,d files for %s; %s%n",
                    lock.files().size(),
                    String.join(", ", lock.features()),
                    signature == null
                            ? "not signed"
                            : "signed by " + signature.signatures().get(0).name());
        }
        return DONE;
    }

    /** What a lock names was agreed to. */
    private CarriedPackages packages(Arguments arguments, @Nullable Lock wanted)
            throws IOException, BrokenArchiveException {
        var files = Stream.concat(
                        arguments.all("--package").stream(), listed(arguments).filter(Main::isPackage))
                .map(Path::of)
                .toList();
        var agreed = arguments.all("--consent").stream().map(Digest::new).toList();
        // Nothing else is judged here by whom to trust.
        var packages = files.isEmpty()
                ? CarriedPackages.none()
                : CarriedPackages.of(files, agreed, wanted != null, TrustStore.read(arguments.path("--trust", trust)));
        if (wanted != null) {
            for (var file : wanted.files()) {
                if (CarriedPackages.isPackage(file.path()) && !packages.all().containsKey(file.path())) {
                    throw new BrokenArchiveException(
                            "The lock names " + file.path() + ". Give that package, too, with --package.");
                }
            }
        }
        return packages;
    }

    private static boolean isPackage(String feature) {
        return feature.endsWith(".animus");
    }

    /** What stands behind {@code --features}: names of features, and files of packages. */
    private static Stream<String> listed(Arguments arguments) {
        return arguments.all("--features").stream()
                .flatMap(names -> Stream.of(names.split(",")))
                .map(String::strip)
                .filter(feature -> !feature.isEmpty());
    }

    private static List<String> chosen(Arguments arguments, Source source) throws BrokenArchiveException {
        var isProfile = !arguments.all("--profile").isEmpty();
        if (isProfile == !arguments.all("--features").isEmpty()) {
            throw new IllegalArgumentException("say one of --features, --profile and --lock");
        }
        return isProfile
                ? source.profile(arguments.one("--profile"))
                : listed(arguments).filter(feature -> !isPackage(feature)).toList();
    }

    private static @Nullable Note signature(Arguments arguments, Lock lock) throws IOException, BrokenArchiveException {
        if (!arguments.all("--key").isEmpty()) {
            var key = PublisherKey.read(Path.of(arguments.one("--key")));
            return new Note(lock.text(), List.of(key.sign(lock.text())));
        }
        if (arguments.all("--signature").isEmpty()) {
            return null;
        }
        var note = Note.parse(Files.readString(Path.of(arguments.one("--signature")), UTF_8));
        if (!note.text().equals(lock.text())) {
            throw new BrokenArchiveException("The signature is of another archive.");
        }
        return note;
    }

    private static Path beside(Path archive, String ending) {
        return archive.resolveSibling(archive.getFileName() + ending);
    }

    private int verify(Arguments arguments) throws IOException, BrokenArchiveException {
        var archive = arguments.file();
        var found = Inspection.of(archive, TrustStore.read(arguments.path("--trust", trust)));
        report(arguments, archive, found);
        return found.isGood() ? DONE : FAILED;
    }

    private int install(Arguments arguments) throws IOException, BrokenArchiveException {
        var archive = arguments.file();
        var folder = Path.of(arguments.one("--to"));
        var found = Inspection.of(archive, TrustStore.read(arguments.path("--trust", trust)));
        if (!found.isGood()) {
            report(arguments, archive, found);
            err.println("animus compose: nothing was installed");
            return FAILED;
        }
        Installation.unpack(archive, found.lock(), folder);
        report(arguments, archive, found);
        if (!arguments.has("--json")) {
            out.println("Installed in " + folder + ". Start it with " + folder.resolve("bin/animus") + " start");
        }
        return DONE;
    }

    private void report(Arguments arguments, Path archive, Inspection found) {
        var signers = found.signers().stream().map(key -> key.name()).collect(Collectors.joining(", "));
        if (arguments.has("--json")) {
            say(Json.object()
                    .put("archive", archive.toString())
                    .put("good", found.isGood())
                    .put("lock", found.lock().text().lines().skip(2).findFirst().orElseThrow())
                    .put("features", Json.texts(found.lock().features()))
                    .put(
                            "signers",
                            Json.texts(found.signers().stream()
                                    .map(key -> key.vkey())
                                    .toList()))
                    .put("problems", Json.texts(found.problems()))
                    .build());
            return;
        }
        found.problems().forEach(problem -> err.println("animus compose: " + Shown.text(problem)));
        if (found.isGood()) {
            out.printf(
                    "%s is whole, %,d files, signed by %s%n",
                    archive, found.lock().files().size(), signers);
        }
    }

    private int diff(Arguments arguments) throws IOException, BrokenArchiveException {
        var comparison = Comparison.of(arguments.file(), Path.of(arguments.one("--to")));
        if (arguments.has("--json")) {
            say(Json.array(
                    comparison.lines().stream().map(Comparison.Line::json).toList()));
        } else {
            for (var line : comparison.lines()) {
                var text = "%-11s %-45s %s -> %s"
                        .formatted(
                                line.subject().word(),
                                line.name(),
                                line.before() == null ? "none" : line.before(),
                                line.after() == null ? "none" : line.after());
                out.println(Shown.text(text));
            }
        }
        return comparison.lines().isEmpty() ? DONE : FAILED;
    }

    private void say(Json json) {
        out.println(Shown.json(json));
    }

    private static String usage() {
        return """
                Usage: animus compose <command>
                Makes an archive of the hub with a part of its features, and checks such archives. Needs neither a hub nor a network.

                  features ARCHIVE                 what can be chosen from
                  build --from ARCHIVE --out FILE  (--features NAME,… | --profile minimal|standard|full | --lock FILE)
                        [--package FILE]… [--consent DIGEST]… [--trust FOLDER] [--key FILE | --signature FILE] [--name FOLDER]
                                                   writes FILE, FILE.lock and, if signed, FILE.sig; from a lock and its
                                                   source the same bytes again
                                                   packages of plugins, which can also stand among the features, must be
                                                   signed, and what they ask for agreed to (animus plugin show)
                  verify FILE [--trust FOLDER]     reads it from front to end: is it what its lock says, and who says so?
                  diff FILE --to OTHER             bundles, permissions of plugins, licences
                  install FILE --to FOLDER [--trust FOLDER]
                                                   verifies it, then unpacks it into a new folder

                  --json                           one line of JSON in place of text
                  --trust                          holds trust/*.pub and revoked; default: etc/animus of this hub
                  --key                            of a publisher, from animus plugin keygen

                Exit status: 0 done, or no difference; 1 failed, or different; 2 wrong usage.""";
    }
}
