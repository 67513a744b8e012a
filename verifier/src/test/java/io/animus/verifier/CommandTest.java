package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody at a shell sees. */
class CommandTest {
    private static final String GOOD =
            VectorFiles.FOLDER.resolve("good-small.zip").toString();

    @TempDir
    private Path scratch;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private int run(String... words) {
        var out = new PrintStream(said, true, UTF_8);
        return new Main(out, out).run(words);
    }

    @Test
    void saysBothVerdicts() {
        assertThat(run("--key", SampleLog.KEY.vkey(), GOOD)).isZero();

        assertThat(said.toString(UTF_8)).contains("intact      YES", "complete    YES");
    }

    @Test
    void namesTheFirstWrongLeafInOneSentence() {
        var bad = VectorFiles.FOLDER.resolve("bad-changed.zip").toString();

        assertThat(run("--key", SampleLog.KEY.vkey(), bad)).isEqualTo(2);

        assertThat(said.toString(UTF_8))
                .contains("intact      NO", "complete    not judged")
                .contains("LEAF_CHANGED: Leaf 3 (event " + SampleEvent.id(3)
                        + ") does not have the hash that the tree has in its place: its tile agrees with the tree above, "
                        + "so the event itself was changed, removed, added or moved.");
    }

    @Test
    void takesKeysFromAFile() throws Exception {
        var keys = Files.writeString(scratch.resolve("keys"), "# of the hub\n\n" + SampleLog.KEY.vkey() + "\n");

        assertThat(run("--key-file", keys.toString(), GOOD)).isZero();
    }

    @Test
    void refusesWrongUsage() {
        assertThat(run()).isEqualTo(64);
        assertThat(run(GOOD)).isEqualTo(64);
        assertThat(run("--key", "none", GOOD)).isEqualTo(64);
        assertThat(run("--key", SampleLog.KEY.vkey().replace("+AZ", "+AY"), GOOD))
                .isEqualTo(64);
        assertThat(run("--key", SampleLog.WITNESS.vkey(), GOOD)).isEqualTo(64);
        assertThat(run("--key", SampleLog.KEY.vkey(), "--event", GOOD, GOOD)).isEqualTo(64);
        assertThat(run("--unknown")).isEqualTo(64);

        assertThat(said.toString(UTF_8))
                .contains("there is no option --unknown")
                .doesNotContain("Exception");
    }

    @Test
    void judgesNothingThatCannotBeRead() throws Exception {
        var noZip = Files.writeString(scratch.resolve("log.zip"), "no ZIP file");
        var cut = Files.write(
                scratch.resolve("cut.zip"), java.util.Arrays.copyOf(Files.readAllBytes(Path.of(GOOD)), 900));

        assertThat(run("--key", SampleLog.KEY.vkey(), noZip.toString())).isEqualTo(3);
        assertThat(run("--key", SampleLog.KEY.vkey(), cut.toString())).isEqualTo(3);
        assertThat(run(
                        "--key",
                        SampleLog.KEY.vkey(),
                        "--json",
                        scratch.resolve("none").toString()))
                .isEqualTo(3);

        assertThat(said.toString(UTF_8)).contains("\"intact\":null,\"complete\":null");
    }

    @Test
    void neverCallsALogGreenInWhichOneBitIsFlipped() throws Exception {
        var files = SampleLog.files(Story.small());
        var flips = 0;
        for (var file : files.entrySet()) {
            if (file.getKey().equals("export.json")) {
                continue;
            }
            for (var at = 0; at < file.getValue().length; at += 97) {
                file.getValue()[at] ^= 1;
                var log = Files.write(scratch.resolve("flipped.zip"), SampleLog.zip(files));
                assertThat(run("--key", SampleLog.KEY.vkey(), log.toString()))
                        .as("%s, byte %d", file.getKey(), at)
                        .isNotZero();
                file.getValue()[at] ^= 1;
                flips++;
            }
        }
        assertThat(flips).isGreaterThan(60);
    }

    @Test
    void printsNothingThatATerminalWouldObey() throws Exception {
        var events = new Story().plain(0, "hub\\u001b[2J", 1).events();
        var log = Files.write(scratch.resolve("log.zip"), SampleLog.zip(SampleLog.files(events)));

        assertThat(run("--key", SampleLog.KEY.vkey(), log.toString())).isEqualTo(1);

        assertThat(said.toString(UTF_8)).contains("NODE_NOT_STARTED: The node hub?[2J");
    }

    @Test
    void helpsAndSaysItsVersion() {
        assertThat(run("--help")).isZero();
        assertThat(run("--version")).isZero();
        assertThat(run("completion", "bash")).isZero();

        assertThat(said.toString(UTF_8))
                .contains("Usage: animus-verify", "complete -F _animus_verify animus-verify")
                .containsPattern("animus-verify \\d+\\.\\d+")
                .doesNotContain("${project");
    }
}
