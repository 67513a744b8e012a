package io.animus.kernel.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed notes and what stands in them, with the examples of the specification and of Go's note package. */
class NoteTest {
    private static final String ORIGIN = "hub.example/audit/1";
    private static final Checkpoint CHECKPOINT =
            new Checkpoint(ORIGIN, 3, NaiveTree.ofSize(3).root(3));

    private final SigningKey key = SigningKey.generate();
    private final Note note = CHECKPOINT.sign(List.of(key));

    @Test
    void verifiesTheExampleOfTheSpecification() {
        var example = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
        var text =
                """
                This is an example message.

                — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
                """;

        assertThat(Note.parse(text).isSignedBy(example)).isTrue();
        assertThat(Note.parse(text).format()).isEqualTo(text);
        assertThat(Note.parse(text.replace("an example", "no example")).isSignedBy(example))
                .isFalse();
    }

    @Test
    void verifiesTheExampleOfGo() {
        var neumann = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
        var text =
                """
                If you think cryptography is the answer to your problem,
                then you don't know what your problem is.

                — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
                """;

        assertThat(Note.parse(text).isSignedBy(neumann)).isTrue();
    }

    @Test
    void readsTheCheckpointOfTheSpecification() {
        var text =
                """
                example.com/behind-the-sofa
                20852163
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
                """;
        var parsed = Checkpoint.parse(Note.parse(text).text());

        assertThat(parsed.origin()).isEqualTo("example.com/behind-the-sofa");
        assertThat(parsed.size()).isEqualTo(20_852_163);
        assertThat(Note.parse(text).format()).isEqualTo(text);
        assertThat(Checkpoint.parse(parsed.text() + "an extension\n")).isEqualTo(parsed);
    }

    @Test
    void keepsAKeyAcrossAFile() {
        var again = SigningKey.parse(key.pem());

        assertThat(again.verifier(ORIGIN)).isEqualTo(key.verifier(ORIGIN));
        assertThat(CHECKPOINT.sign(List.of(again))).isEqualTo(note);
        assertThat(key.toString()).doesNotContain(key.pem().split("\n")[1]);
    }

    @Test
    void refusesAKeyWhoseHalvesDoNotBelongTogether() {
        var mixed = key.pem().substring(0, key.pem().indexOf("-----BEGIN PUBLIC"))
                + SigningKey.generate().pem().substring(key.pem().indexOf("-----BEGIN PUBLIC"));

        assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.parse(mixed));
        assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.parse("no key"));
    }

    @Test
    void vkeysCarryTheKeyId() {
        for (var i = 0; i < 50; i++) {
            var vkey = SigningKey.generate().verifier(ORIGIN).vkey();
            assertThat(VerifierKey.parse(vkey).vkey()).isEqualTo(vkey);
        }
        var parts = key.verifier(ORIGIN).vkey().split("\\+", 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VerifierKey.parse("other.example+" + parts[1] + "+" + parts[2]));
        assertThatIllegalArgumentException().isThrownBy(() -> VerifierKey.parse("a+b"));
    }

    @Test
    void rightAfterARotationBothKeysSign() {
        var next = SigningKey.generate();
        var rotated = CHECKPOINT.sign(List.of(key, next));

        assertThat(rotated.isSignedBy(key.verifier(ORIGIN))).isTrue();
        assertThat(rotated.isSignedBy(next.verifier(ORIGIN))).isTrue();
        assertThat(note.isSignedBy(next.verifier(ORIGIN))).isFalse();
    }

    @Test
    void aWrongSignatureSpoilsTheRightOneOfTheSameKey() {
        var wrong = new Checkpoint(ORIGIN, 4, CHECKPOINT.root())
                .sign(List.of(key))
                .signatures()
                .get(0);

        assertThat(note.with(wrong).isSignedBy(key.verifier(ORIGIN))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text\n",
                "text\n\n",
                "text\n\n— name AAAAAAA=",
                "text\n\n- name AAAAAAA=\n",
                "text\n\n— name AAAA\n",
                "text\n\n— na+me AAAAAAA=\n",
                "te\txt\n\n— name AAAAAAA=\n",
                "text\n\n— name  AAAAAAA=\n",
                "text\n\n— name AAAAAAB=\n"
            })
    void readsNothingElseAsANote(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Note.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "o\n1\n",
                "o\n01\n%s\n",
                "o\n-1\n%s\n",
                "o\n+1\n%s\n",
                "\n1\n%s\n",
                "o\n1\nabc\n",
                "o o\n1\n%s\n",
                "o\n1\n%s"
            })
    void readsNothingElseAsACheckpoint(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Checkpoint.parse(text.formatted(CHECKPOINT.root().base64())));
    }

    @Test
    void verifiesACosignatureForItsCheckpointAlone() throws GeneralSecurityException {
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        var witness = VerifierKey.of("witness.example/1", VerifierKey.Type.COSIGNATURE, pair.getPublic());
        var signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(Cosignature.message(1_679_315_147, CHECKPOINT.text()));
        var made = ByteBuffer.allocate(72)
                .putLong(1_679_315_147)
                .put(signer.sign())
                .array();
        var line = new Note.Signature(witness.name(), witness.id(), made);

        assertThat(VerifierKey.parse(witness.vkey())).isEqualTo(witness);
        assertThat(Cosignature.verify(CHECKPOINT.text(), line, witness))
                .map(Cosignature::at)
                .contains(Instant.ofEpochSecond(1_679_315_147));
        assertThat(Cosignature.verify(CHECKPOINT.text() + "x\n", line, witness)).isEmpty();
        assertThat(note.with(line).isSignedBy(key.verifier(ORIGIN))).isTrue();
        assertThat(note.with(line).isSignedBy(witness)).isFalse();
        made[7]++;
        var later = new Note.Signature(witness.name(), witness.id(), made);
        assertThat(Cosignature.verify(CHECKPOINT.text(), later, witness)).isEmpty();
    }

    @Test
    void aProofFileVerifiesAlone() {
        var tree = NaiveTree.ofSize(3);
        var file = new LogProof(new Proofs(tree).inclusion(1, 3), note).format();

        assertThat(file).startsWith("c2sp.org/tlog-proof@v1\nindex 1\n");
        var proof = LogProof.parse(file);
        assertThat(proof.format()).isEqualTo(file);
        assertThat(proof.verifies(tree.leaves().get(1), key.verifier(ORIGIN))).isTrue();
        assertThat(proof.verifies(tree.leaves().get(2), key.verifier(ORIGIN))).isFalse();
        assertThat(proof.verifies(tree.leaves().get(1), SigningKey.generate().verifier(ORIGIN)))
                .isFalse();
        assertThat(LogProof.parse(file.replace("index", "extra AAAA\nindex"))).isEqualTo(proof);
    }

    @Test
    void aProofOfTheOnlyLeafHasNoHashes() {
        var tree = NaiveTree.ofSize(1);
        var signed = new Checkpoint(ORIGIN, 1, tree.root(1)).sign(List.of(key));
        var file = new LogProof(new Proofs(tree).inclusion(0, 1), signed).format();

        assertThat(LogProof.parse(file).verifies(tree.leaves().get(0), key.verifier(ORIGIN)))
                .isTrue();
    }
}
