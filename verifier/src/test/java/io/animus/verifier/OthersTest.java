package io.animus.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Others read the same logs: a second verifier in Python, and the code that checks the module log of Go. */
class OthersTest {
    private static final Path GO = Path.of("src", "test", "go");
    private static final long SECONDS = 120;

    @TempDir
    private Path scratch;

    private record Ended(int status, String said) {}

    private Ended run(Path folder, String... command) throws IOException, InterruptedException {
        var said = scratch.resolve("said");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS))
                    .as(String.join(" ", command))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
    }

    @Test
    void pythonAgreesOnAllVectors() throws Exception {
        var judged = run(Path.of("."), "python3", "src/test/python/verify.py", VectorFiles.FOLDER.toString());

        assertThat(judged.said().lines()).containsExactlyElementsOf(VectorsTest.expected());
        assertThat(judged.status()).isZero();
    }

    @Test
    void goVerifiesInclusionOfAllEntriesAndConsistencyOfSizes() throws Exception {
        var checked = go("good-large", "1", "255", "256", "257", "300", "520");

        var hashes = SampleLog.hashes(Story.large());
        var expected = List.of(1, 255, 256, 257, 300, 520).stream()
                .map(size -> size + " " + Base64.getEncoder().encodeToString(Sha256.root(hashes.subList(0, size))));
        assertThat(checked.said().lines().toList())
                .containsAll(expected.toList())
                .contains("520 entries are included");
        assertThat(checked.status()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bad-changed", "bad-rebuilt", "bad-swapped-tiles", "bad-upper-tile", "bad-forged-key"})
    void goRefusesWhatWasTamperedWith(String vector) throws Exception {
        var checked = go(vector);

        assertThat(checked.said()).contains("tlogcheck:");
        assertThat(checked.status()).isEqualTo(1);
    }

    /** Left out where there is no Go, or its module can't be had. */
    private Ended go(String vector, String... sizes) throws IOException, InterruptedException {
        var program = scratch.resolve("tlogcheck");
        try {
            var downloaded = run(GO, "go", "mod", "download");
            assumeTrue(downloaded.status() == 0, downloaded.said());
        } catch (IOException e) {
            assumeTrue(false, "there is no Go here");
        }
        var built = run(GO, "go", "build", "-o", program.toString(), ".");
        assertThat(built.status()).as(built.said()).isZero();
        var command = new java.util.ArrayList<String>();
        command.add(program.toString());
        command.add(SampleLog.KEY.vkey());
        command.add(VectorFiles.FOLDER.resolve(vector + ".zip").toString());
        command.addAll(List.of(sizes));
        return run(Path.of("."), command.toArray(String[]::new));
    }
}
