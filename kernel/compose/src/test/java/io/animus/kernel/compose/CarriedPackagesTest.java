package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PublisherKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that carry packages of plugins, as an operator makes and checks them. */
class CarriedPackagesTest {
    private static final String CARRIED = "packages/acme-registry-1.2.0.animus";
    private static final PublisherKey ACME = PublisherKey.generate("acme.example");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Path trust;
    private Path key;
    private Path source;
    private Path plugin;

    @BeforeEach
    void prepare() throws IOException {
        trust = Files.createDirectories(folder.resolve("etc/trust")).getParent();
        key = folder.resolve("ops.key");
        var ops = PublisherKey.generate("ops.example.org");
        ops.write(key);
        Files.writeString(trust.resolve("trust/ops.pub"), ops.verifier().vkey() + "\n");
        Files.writeString(trust.resolve("trust/acme.pub"), ACME.verifier().vkey() + "\n");
        source = new SampleHub().write(folder.resolve("full.tar.gz"));
        plugin = pack("acme.animus", "1.2.0", permissions("r.example"), ACME);
    }

    @Test
    void anArchiveCarriesWhatWasAgreedToAndIsTheSameToTheByteWhenMadeAgain() throws Exception {
        assertThat(buildWithConsent("one.tar.gz")).as(said()).isZero();

        var files = filesOf(folder.resolve("one.tar.gz"));
        assertThat(files.get(CARRIED)).isEqualTo(Files.readString(plugin, ISO_8859_1));
        assertThat(files.get(CARRIED + ".consent"))
                .isEqualTo(permissions("r.example").digest() + "\n");
        assertThat(files.get(Source.BILL))
                .contains(CARRIED + "!bundles/main.jar", "\"acme-registry\"", "\"MIT\"", SampleHub.GIT);
        assertThat(run("verify", file("one.tar.gz"))).as(said()).isZero();
        assertThat(build(
                        "two.tar.gz",
                        "--lock",
                        file("one.tar.gz.lock"),
                        "--signature",
                        file("one.tar.gz.sig"),
                        "--package",
                        plugin.toString()))
                .as(said())
                .isZero();
        assertThat(folder.resolve("two.tar.gz")).hasSameBinaryContentAs(folder.resolve("one.tar.gz"));
        assertThat(build("three.tar.gz", "--lock", file("one.tar.gz.lock"))).isOne();
        assertThat(said()).contains("The lock names " + CARRIED);
    }

    @Test
    void aPackageStandsInTheListOfFeatures() throws Exception {
        var modest = pack("modest.animus", "1.2.0", Permissions.NONE, ACME);

        assertThat(build("x.tar.gz", "--features", "scm-git," + modest))
                .as(said())
                .isZero();

        assertThat(filesOf(folder.resolve("x.tar.gz"))).containsKey(CARRIED).doesNotContainKey(CARRIED + ".consent");
    }

    @Test
    void whatAPackageAsksForMustBeAgreedTo() throws Exception {
        assertThat(build("x.tar.gz", "--features", "scm-git," + plugin)).isOne();

        assertThat(said())
                .contains(
                        "asks for permissions",
                        "--consent " + permissions("r.example").digest());
        assertThat(folder.resolve("x.tar.gz")).doesNotExist();
    }

    @Test
    void nothingIsTakenInThatNoTrustedPublisherSigned() throws Exception {
        var stranger = pack("s.animus", "1.2.0", Permissions.NONE, PublisherKey.generate("stranger.example"));
        assertThat(build("x.tar.gz", "--features", "scm-git," + stranger)).isOne();
        assertThat(said()).contains("No publisher of the trust store has signed it, but stranger.example+");

        Files.writeString(folder.resolve("broken.animus"), "no package");
        assertThat(build("x.tar.gz", "--features", "scm-git," + folder.resolve("broken.animus")))
                .isOne();
        assertThat(folder.resolve("x.tar.gz")).doesNotExist();
    }

    @Test
    void aPublisherThatWasRevokedSinceIsFoundBeforeAnythingIsUnpacked() throws Exception {
        buildWithConsent("x.tar.gz");
        Files.writeString(
                trust.resolve("revoked"), ACME.verifier().vkey().replaceAll("^([^+]+\\+[^+]+)\\+.*", "$1") + "\n");

        assertThat(run("install", file("x.tar.gz"), "--to", file("hub"))).isOne();

        assertThat(said()).contains(CARRIED + ": ", "which was revoked");
        assertThat(folder.resolve("hub")).doesNotExist();
    }

    @Test
    void aConsentToSomethingElseIsFound() throws Exception {
        buildWithConsent("x.tar.gz");
        var files = filesOf(folder.resolve("x.tar.gz"));
        files.put(CARRIED + ".consent", "sha256:" + "0".repeat(64) + "\n");
        var changed = folder.resolve("changed.tar.gz");
        try (var writer = new ArchiveWriter(changed, "hub-1")) {
            for (var one : files.entrySet()) {
                writer.add(
                        one.getKey(),
                        one.getKey().startsWith("bin/"),
                        one.getValue().getBytes(ISO_8859_1));
            }
        }

        assertThat(run("verify", changed.toString())).isOne();

        assertThat(said()).contains(CARRIED + ".consent does not hold the digest", "is not the file that was locked");
    }

    @Test
    void packagesOfTheSourceAreLeftOutUnlessTheyAreNamed() throws Exception {
        buildWithConsent("both.tar.gz");
        source = folder.resolve("both.tar.gz");

        assertThat(build("one.tar.gz", "--features", "scm-git", "--key", key.toString()))
                .as(said())
                .isZero();

        var files = filesOf(folder.resolve("one.tar.gz"));
        assertThat(files.keySet()).noneMatch(path -> path.startsWith("packages/"));
        assertThat(files.get(Source.BILL)).doesNotContain("acme-registry");
    }

    @Test
    void theDifferenceShowsItsBundlesPermissionsAndLicences() throws Exception {
        buildWithConsent("old.tar.gz");
        plugin = pack("next.animus", "1.3.0", permissions("*"), ACME);
        assertThat(build(
                        "new.tar.gz",
                        "--features",
                        "scm-git," + plugin,
                        "--consent",
                        permissions("*").digest().value()))
                .as(said())
                .isZero();

        assertThat(run("diff", file("old.tar.gz"), "--to", file("new.tar.gz"))).isOne();

        assertThat(said().lines())
                .anySatisfy(line ->
                        assertThat(line).startsWith("bundle").contains("acme-registry", "1.2.0 sha256:", "-> 1.3.0"))
                .anySatisfy(line -> assertThat(line).startsWith("permissions").contains("r.example:443", "*:443"));
        assertThat(run("diff", source.toString(), "--to", file("old.tar.gz"))).isOne();
        assertThat(said().lines())
                .anySatisfy(line -> assertThat(line).startsWith("licence").contains("acme-registry", "none -> MIT"));
    }

    private int buildWithConsent(String name) {
        return build(
                name,
                "--features",
                "scm-git",
                "--package",
                plugin.toString(),
                "--consent",
                permissions("r.example").digest().value(),
                "--key",
                key.toString());
    }

    private static Permissions permissions(String host) {
        return Permissions.read(
                """
                {"business":{"audit":[],"data":[],"provides":[],"sees":[]},"format":1,\
                "technical":{"connects":["%s:443"],"files":[],"processes":[],"secrets":[]}}"""
                        .formatted(host)
                        .getBytes(UTF_8));
    }

    private Path pack(String name, String version, Permissions permissions, PublisherKey publisher) throws IOException {
        var headers = "Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: acme-registry"
                + "\nBundle-Version: " + version + "\nBundle-License: MIT"
                + "\nProvide-Capability: animus.plugin;port=registry;technology=acme\n\n";
        var jar = new ByteArrayOutputStream();
        try (var files = new JarOutputStream(jar, new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8))))) {
            files.putNextEntry(new ZipEntry(Permissions.RESOURCE));
            files.write(permissions.json().canonical());
        }
        var main = new BundleFile("bundles/main.jar", "acme-registry", version, Digest.of(jar.toByteArray()));
        var manifest = new PluginManifest(
                "acme-registry", version, "registry", "acme", "[1.0,2)", false, List.of(main), List.of());
        var text = manifest.signedText();
        var content = new LinkedHashMap<String, byte[]>();
        content.put("plugin.json", manifest.json().canonical());
        content.put(
                "plugin.sig",
                new Note(text, List.of(publisher.sign(text))).format().getBytes(UTF_8));
        content.put(main.file(), jar.toByteArray());
        var file = folder.resolve(name);
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (var one : content.entrySet()) {
                zip.putNextEntry(new ZipEntry(one.getKey()));
                zip.write(one.getValue());
            }
        }
        return file;
    }

    private static Map<String, String> filesOf(Path archive) throws Exception {
        var files = new LinkedHashMap<String, String>();
        ArchiveReader.read(
                archive, (entry, content) -> files.put(entry.path(), new String(content.readAllBytes(), ISO_8859_1)));
        return files;
    }

    private int build(String name, String... words) {
        var all = new ArrayList<>(List.of("build", "--from", source.toString(), "--out", file(name)));
        all.addAll(List.of(words));
        return run(all.toArray(String[]::new));
    }

    private int run(String... words) {
        out.reset();
        err.reset();
        return new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), trust)
                .run(List.of(words));
    }

    private String said() {
        return out.toString(UTF_8) + err.toString(UTF_8);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }
}
