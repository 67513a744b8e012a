package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.kernel.audit.log.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustStoreTest {
    @TempDir
    Path folder;

    private final PublisherKey acme = PublisherKey.generate("acme.example");
    private final PublisherKey eve = PublisherKey.generate("eve.example");
    private Path file;

    @BeforeEach
    void trustAcme() throws Exception {
        file = Packages.packed(folder);
        Files.createDirectories(folder.resolve("trust"));
        Files.writeString(
                folder.resolve("trust/acme.pub"), "# ACME\n" + acme.verifier().vkey() + "\n");
    }

    @Test
    void trustsWhatAPublisherSigned() throws Exception {
        sign(acme);

        var verdict = judge();

        assertThat(verdict.isTrusted()).isTrue();
        assertThat(verdict.signers()).containsExactly(acme.verifier());
        assertThat(verdict.isLetIn(Mode.ENFORCE)).isTrue();
    }

    @Test
    void aStrangersSignatureBesideItChangesNothing() throws Exception {
        sign(eve);
        sign(acme);

        assertThat(judge().signers()).containsExactly(acme.verifier());
        assertThat(judge().isTrusted()).isTrue();
    }

    @Test
    void doesNotTrustWhatNobodySigned() throws Exception {
        var verdict = judge();

        assertThat(verdict.problems()).singleElement().asString().startsWith("It is not signed.");
        assertThat(verdict.isLetIn(Mode.ENFORCE)).isFalse();
        assertThat(verdict.isLetIn(Mode.WARN)).isTrue();
        assertThat(verdict.isLetIn(Mode.OFF)).isTrue();
    }

    @Test
    void doesNotTrustAStranger() throws Exception {
        sign(eve);

        assertThat(judge().problems()).singleElement().asString().contains("but eve.example+");
        assertThat(judge().isLetIn(Mode.ENFORCE)).isFalse();
    }

    @Test
    void doesNotTrustAStrangerUnderAPublishersName() throws Exception {
        sign(PublisherKey.generate("acme.example"));

        assertThat(judge().isTrusted()).isFalse();
    }

    @Test
    void aSignatureMovedFromAnotherPackageIsNone() throws Exception {
        sign(acme);
        var note = PackageReader.read(file).signature();
        var manifest = PackageReader.read(file).manifest();
        var forged = new Note(manifest.signedText().replace("1.2.0", "1.2.1"), note.signatures());
        var files = Packages.files(file);
        files.put("plugin.sig", forged.format().getBytes(UTF_8));
        Packages.zip(file, files);

        assertThatThrownBy(this::judge).hasMessage("plugin.sig is the signature of another plugin.json.");
    }

    @Test
    void aSignatureOverSomethingElseIsWrong() throws Exception {
        var manifest = PackageReader.read(file).manifest();
        var other = acme.sign("animus-plugin/v1\nother\n1.0.0\n" + manifest.digest() + "\n");
        var files = Packages.files(file);
        files.put(
                "plugin.sig",
                new Note(manifest.signedText(), List.of(other)).format().getBytes(UTF_8));
        Packages.zip(file, files);

        assertThat(judge().problems()).singleElement().asString().startsWith("The signature of acme.example is wrong");
        assertThat(judge().isTrusted()).isFalse();
    }

    @Test
    void aRevokedKeyNoLongerCounts() throws Exception {
        sign(acme);
        revoke("acme.example+" + HexFormat.of().toHexDigits(acme.verifier().id()));

        assertThat(judge().problems()).singleElement().asString().contains("which was revoked");
        assertThat(judge().isLetIn(Mode.WARN)).isFalse();
    }

    @Test
    void aRevokedBundleIsNotLetInWhoeverSignedIt() throws Exception {
        sign(acme);
        revoke("# found out on Monday\n"
                + PackageReader.read(file).manifest().bundles().get(1).digest().value());

        assertThat(judge().problems()).containsExactly("acme-library 3.0.0 was revoked.");
        assertThat(judge().isLetIn(Mode.WARN)).isFalse();
        assertThat(judge().isLetIn(Mode.OFF)).isTrue();
    }

    @Test
    void aListThatIsNotUnderstoodLetsNothingIn() throws Exception {
        sign(acme);
        revoke("acme.example");

        assertThatThrownBy(this::judge)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nor a digest: acme.example");
    }

    @Test
    void withoutAStoreNobodyIsTrusted() throws Exception {
        sign(acme);

        assertThat(TrustStore.read(folder.resolve("none"))
                        .judge(PackageReader.read(file))
                        .isTrusted())
                .isFalse();
    }

    @Test
    void signingLeavesTheRestAsItIs() throws Exception {
        var before = Packages.files(file);
        sign(acme);

        var after = Packages.files(file);
        after.remove("plugin.sig");
        assertThat(after).containsExactlyEntriesOf(before);
    }

    private void sign(PublisherKey key) throws Exception {
        PackageWriter.sign(PackageReader.read(file), key);
    }

    private void revoke(String line) throws IOException {
        Files.writeString(folder.resolve("revoked"), line + "\n");
    }

    private Verdict judge() throws Exception {
        return TrustStore.read(folder).judge(PackageReader.read(file));
    }
}
