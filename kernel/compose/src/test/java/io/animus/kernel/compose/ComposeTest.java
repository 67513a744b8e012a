package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Digest;
import io.animus.kernel.trust.PublisherKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as an operator uses it: words in, files and an exit status out. */
class ComposeTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Path trust;
    private Path key;
    private Path source;

    @BeforeEach
    void prepare() throws IOException {
        trust = Files.createDirectories(folder.resolve("etc/trust")).getParent();
        key = folder.resolve("ops.key");
        var publisher = PublisherKey.generate("ops.example.org");
        publisher.write(key);
        Files.writeString(trust.resolve("trust/ops.pub"), publisher.verifier().vkey() + "\n");
        source = new SampleHub().write(folder.resolve("full.tar.gz"));
    }

    @Test
    void keepsWhatTheFeaturesNeedAndNothingElse() throws Exception {
        assertThat(build("git.tar.gz", "--features", "scm-git")).isZero();

        var files = filesOf(folder.resolve("git.tar.gz"));
        assertThat(files)
                .containsKeys(SampleHub.GIT, SampleHub.JGIT, SampleHub.CORE, SampleHub.LOGGING, "bin/animus", "VERSION")
                .containsKeys("etc/io.animus.plugin.scm.git.cfg", Lock.PATH)
                .doesNotContainKeys(SampleHub.SYSLOG, "etc/io.animus.plugin.siem.syslog.cfg", Lock.SIGNATURE);
        assertThat(files.get(Source.BOOT))
                .contains("featuresBoot = \\\n    animus-scm-git/1, \\\n    framework/1\nautoRefresh");
        assertThat(files.get(Source.BILL)).contains(SampleHub.GIT).doesNotContain(SampleHub.SYSLOG);
        assertThat(files.get(Source.BUNDLES)).contains(SampleHub.GIT).doesNotContain(SampleHub.SYSLOG);
    }

    @Test
    void aProfileIsAListOfFeatures() throws Exception {
        assertThat(build("minimal.tar.gz", "--profile", "minimal")).isZero();

        assertThat(filesOf(folder.resolve("minimal.tar.gz")))
                .containsKey(SampleHub.CORE)
                .doesNotContainKeys(SampleHub.GIT, SampleHub.JGIT, SampleHub.SYSLOG);
    }

    @Test
    void madeAgainFromItsLockIsTheSameToTheByte() throws Exception {
        build("one.tar.gz", "--features", "scm-git,siem-syslog", "--key", key.toString(), "--name", "site-7");

        assertThat(build("two.tar.gz", "--lock", file("one.tar.gz.lock"), "--signature", file("one.tar.gz.sig")))
                .isZero();

        assertThat(folder.resolve("two.tar.gz")).hasSameBinaryContentAs(folder.resolve("one.tar.gz"));
    }

    @Test
    void aLockIsAboutOneSource() throws Exception {
        build("one.tar.gz", "--features", "scm-git");
        source = new SampleHub().file("VERSION", "2\n").write(folder.resolve("other.tar.gz"));

        assertThat(build("two.tar.gz", "--lock", file("one.tar.gz.lock"))).isOne();

        assertThat(said()).contains("The lock is about another source, sha256:");
        assertThat(folder.resolve("two.tar.gz")).doesNotExist();
    }

    @Test
    void canBeMadeFromOneThatWasMade() throws Exception {
        build("both.tar.gz", "--features", "scm-git,siem-syslog", "--key", key.toString());
        source = folder.resolve("both.tar.gz");

        assertThat(build("one.tar.gz", "--features", "scm-git", "--key", key.toString()))
                .isZero();

        assertThat(run("verify", file("one.tar.gz"))).isZero();
    }

    @Test
    void namesTheFeaturesThereAreWhenOneIsMissing() {
        assertThat(build("x.tar.gz", "--features", "scm-cvs")).isOne();

        assertThat(said())
                .contains("no feature animus-scm-cvs. It has animus-kernel, animus-scm-git, animus-siem-syslog");
        assertThat(folder.resolve("x.tar.gz")).doesNotExist();
    }

    @Test
    void overwritesNothing() throws Exception {
        Files.writeString(folder.resolve("x.tar.gz"), "mine");

        assertThat(build("x.tar.gz", "--features", "scm-git")).isOne();

        assertThat(folder.resolve("x.tar.gz")).hasContent("mine");
    }

    @Test
    void acceptsWhatATrustedPublisherSigned() {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());

        assertThat(run("verify", file("x.tar.gz"), "--json")).isZero();

        assertThat(said()).contains("\"good\":true").contains("\"problems\":[]").contains("ops.example.org");
    }

    @Test
    void refusesWhatIsNotSigned() {
        build("x.tar.gz", "--features", "scm-git");

        assertThat(run("verify", file("x.tar.gz"))).isOne();
        assertThat(said()).contains("It is not signed.");
    }

    @Test
    void refusesAStrangersSignature() throws Exception {
        var stranger = folder.resolve("stranger.key");
        PublisherKey.generate("stranger.example.org").write(stranger);
        build("x.tar.gz", "--features", "scm-git", "--key", stranger.toString());

        assertThat(run("verify", file("x.tar.gz"))).isOne();
        assertThat(said()).contains("No publisher of the trust store has signed it, but stranger.example.org+");
    }

    @Test
    void refusesARevokedKey() throws Exception {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());
        var vkey = Files.readString(trust.resolve("trust/ops.pub"));
        Files.writeString(trust.resolve("revoked"), vkey.substring(0, vkey.indexOf('+') + 9) + "\n");

        assertThat(run("verify", file("x.tar.gz"))).isOne();
        assertThat(said()).contains("was revoked");
    }

    @Test
    void refusesABundleThatWasRevoked() throws Exception {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());
        Files.writeString(
                trust.resolve("revoked"),
                Digest.of(filesOf(folder.resolve("x.tar.gz")).get(SampleHub.GIT).getBytes(ISO_8859_1)) + "\n");

        assertThat(run("install", file("x.tar.gz"), "--to", file("good"))).isOne();

        assertThat(said()).contains(SampleHub.GIT + " was revoked.");
        assertThat(folder.resolve("good")).doesNotExist();
    }

    @Test
    void refusesTheSignatureOfAnotherArchive() throws Exception {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());

        assertThat(build("y.tar.gz", "--features", "siem-syslog", "--signature", file("x.tar.gz.sig")))
                .isOne();
        assertThat(said()).contains("The signature is of another archive.");
    }

    @Test
    void namesTheFileThatWasChangedAddedOrTakenAway() throws Exception {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());
        var files = filesOf(folder.resolve("x.tar.gz"));

        assertThat(verifyWith(files, Map.of("VERSION", "9"))).contains("VERSION is not the file that was locked");
        assertThat(verifyWith(files, Map.of("deploy/evil.jar", "x"))).contains("deploy/evil.jar is not in the lock");
        files.remove("bin/animus");
        assertThat(verifyWith(files, Map.of())).contains("bin/animus is locked, and is not there");
    }

    @Test
    void installsWhatIsGoodAndNothingElse() throws Exception {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());
        build("unsigned.tar.gz", "--features", "scm-git");

        assertThat(run("install", file("unsigned.tar.gz"), "--to", file("bad"))).isOne();
        assertThat(run("install", file("x.tar.gz"), "--to", file("good"))).isZero();
        assertThat(run("install", file("x.tar.gz"), "--to", file("good"))).isOne();

        assertThat(folder.resolve("bad")).doesNotExist();
        assertThat(folder.resolve("good/bin/animus")).isExecutable();
        assertThat(folder.resolve("good/" + SampleHub.GIT)).isRegularFile();
        assertThat(folder.toFile().list((where, name) -> name.startsWith("."))).isEmpty();
    }

    @Test
    void showsWhatAnUpdateWouldChange() throws Exception {
        new SampleHub()
                .jar(SampleHub.GIT, "animus-scm-git", "2", "LGPL-2.1", "{\"connects\":[\"*:443\"]}")
                .write(folder.resolve("next.tar.gz"));

        assertThat(run("diff", source.toString(), "--to", file("next.tar.gz"))).isOne();

        assertThat(said().lines())
                .anySatisfy(line ->
                        assertThat(line).startsWith("bundle").contains("animus-scm-git", "1 sha256:", "-> 2 sha256:"))
                .anySatisfy(line -> assertThat(line).startsWith("permissions").contains("git.example.org:443", "*:443"))
                .anySatisfy(line -> assertThat(line).startsWith("licence").contains("Apache-2.0 -> LGPL-2.1"))
                .hasSize(3);
        assertThat(run("diff", source.toString(), "--to", source.toString())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub-1/../../etc/passwd", "/etc/passwd", "hub-1/./x", "other/x", "hub-1//x"})
    void refusesAPathOutOfTheFolder(String path) throws Exception {
        var archive = folder.resolve("evil.tar.gz");
        tar(archive, new TarArchiveEntry("hub-1/VERSION"), new TarArchiveEntry(path, true));

        assertThat(run("verify", archive.toString())).isOne();
    }

    @Test
    void refusesALink() throws Exception {
        var link = new TarArchiveEntry("hub-1/etc", TarConstants.LF_SYMLINK);
        link.setLinkName("/etc");
        var archive = folder.resolve("evil.tar.gz");
        tar(archive, link);

        assertThat(run("features", archive.toString())).isOne();
        assertThat(said()).contains("hub-1/etc");
    }

    @Test
    void refusesAnArchiveThatIsCutOff() throws Exception {
        build("x.tar.gz", "--features", "scm-git", "--key", key.toString());
        var bytes = Files.readAllBytes(folder.resolve("x.tar.gz"));
        Files.write(folder.resolve("cut.tar.gz"), java.util.Arrays.copyOf(bytes, bytes.length / 2));

        assertThat(run("install", file("cut.tar.gz"), "--to", file("cut"))).isOne();
        assertThat(said()).contains("cut.tar.gz");
        assertThat(folder.resolve("cut")).doesNotExist();
    }

    /** The other archive is one that nobody has verified. */
    @Test
    void showsNothingThatATerminalObeys() throws Exception {
        new SampleHub()
                .jar(SampleHub.GIT, "animus-scm-git", "2\u001b[2K", "\u202ecilbuP", "{\"connects\":[\"\u009b2K\"]}")
                .write(folder.resolve("next.tar.gz"));

        assertThat(run("diff", source.toString(), "--to", file("next.tar.gz"))).isOne();
        assertThat(said()).contains("2?[2K", "?cilbuP", "?2K").doesNotContain("\u001b", "\u202e", "\u009b");
        assertThat(run("diff", "--json", source.toString(), "--to", file("next.tar.gz")))
                .isOne();
        assertThat(said())
                .contains("2\\u001b[2K", "\\u202ecilbuP", "\\u009b2K")
                .doesNotContain("\u001b", "\u202e", "\u009b");
    }

    @Test
    void buildsWithoutPackagesWhoeverIsTrusted() throws Exception {
        Files.writeString(trust.resolve("revoked"), "no key and no digest\n");

        assertThat(run("build", "--from", source.toString(), "--out", file("mine.tar.gz"), "--features", "scm-git"))
                .as(said())
                .isZero();
    }

    @Test
    void explainsWrongUsage() {
        assertThat(run("build", "--from", source.toString(), "--out", file("x")))
                .isEqualTo(2);
        assertThat(run("shrink")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(run("--help")).isZero();
    }

    private String verifyWith(Map<String, String> files, Map<String, String> others) throws IOException {
        var changed = folder.resolve("changed.tar.gz");
        Files.deleteIfExists(changed);
        var all = new LinkedHashMap<>(files);
        all.putAll(others);
        try (var writer = new ArchiveWriter(changed, "hub-1")) {
            for (var file : all.entrySet()) {
                writer.add(
                        file.getKey(),
                        file.getKey().startsWith("bin/"),
                        file.getValue().getBytes(ISO_8859_1));
            }
        }
        out.reset();
        err.reset();
        assertThat(run("verify", changed.toString())).isOne();
        return said();
    }

    /** In the order of the archive; bytes as Latin 1, so that each is kept. */
    private static Map<String, String> filesOf(Path archive) throws Exception {
        var files = new LinkedHashMap<String, String>();
        ArchiveReader.read(
                archive, (entry, content) -> files.put(entry.path(), new String(content.readAllBytes(), ISO_8859_1)));
        return files;
    }

    private static void tar(Path file, TarArchiveEntry... entries) throws IOException {
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (var entry : entries) {
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
        }
    }

    private int build(String name, String... words) {
        var all = new ArrayList<>(List.of("build", "--from", source.toString(), "--out", file(name)));
        all.addAll(List.of(words));
        return run(all.toArray(String[]::new));
    }

    private int run(String... words) {
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
