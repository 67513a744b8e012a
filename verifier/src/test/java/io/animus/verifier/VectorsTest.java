package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the command against docs/audit/vectors, as ZIP files and as folders. */
class VectorsTest {
    @TempDir
    private Path scratch;

    /** When this fails on purpose: {@code java -cp target/classes:target/test-classes io.animus.verifier.VectorFiles}. */
    @Test
    void committedVectorsAreThoseThatTheGeneratorMakes() throws Exception {
        var made = VectorFiles.files();
        try (var committed = Files.list(VectorFiles.FOLDER)) {
            assertThat(committed.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(made.keySet());
        }
        for (var file : made.entrySet()) {
            var committed = Files.readAllBytes(VectorFiles.FOLDER.resolve(file.getKey()));
            assertThat(VectorFiles.isSame(file.getKey(), committed, file.getValue()))
                    .as(file.getKey())
                    .isTrue();
        }
    }

    @Test
    void findsInEachVectorWhatIsWrong() {
        assertThat(Vectors.all().stream()
                        .map(vector -> judged(vector, VectorFiles.FOLDER.resolve(vector.name() + ".zip"))))
                .containsExactlyElementsOf(expected());
    }

    @Test
    void judgesFoldersLikeZipFiles() throws Exception {
        var judged = new ArrayList<String>();
        for (var vector : Vectors.all()) {
            var folder = scratch.resolve(vector.name());
            for (var file : vector.files().entrySet()) {
                var path = folder.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.write(path, file.getValue());
            }
            judged.add(judged(vector, folder));
        }
        assertThat(judged).containsExactlyElementsOf(expected());
    }

    static List<String> expected() {
        return Vectors.all().stream().map(Vector::expected).toList();
    }

    private static String judged(Vector vector, Path log) {
        var words = new ArrayList<String>(List.of("--json"));
        vector.keys().forEach(key -> words.addAll(List.of("--key", key)));
        vector.witnesses().forEach(key -> words.addAll(List.of("--witness", key)));
        vector.extra().keySet().forEach(role -> {
            var file = VectorFiles.FOLDER.resolve(vector.name() + "." + role).toString();
            switch (role) {
                case "proof" -> words.addAll(0, List.of("proof", file));
                case "older" -> words.addAll(List.of("--older-checkpoint", file));
                default -> words.addAll(List.of("--" + role, file));
            }
        });
        if (!vector.isProof()) {
            words.add(log.toString());
        }
        var out = new ByteArrayOutputStream();
        var status = new Main(new PrintStream(out, true, UTF_8), System.err).run(words.toArray(String[]::new));
        var json = out.toString(UTF_8);
        assertThat(json).contains("\"status\":" + status);
        return String.join(
                " ",
                vector.name(),
                Integer.toString(status),
                first(json, "\"fault\":\"([A-Z_]+)\""),
                first(json, "\"leaf\":(\\d+),[^}]*\"sentence\""),
                first(json, "\"findings\":\\[\\{[^}]*\"event\":\"(aud_\\w+)\""));
    }

    private static String first(String json, String pattern) {
        var found = Pattern.compile(pattern).matcher(json);
        return found.find() ? found.group(1) : "-";
    }

    @Test
    void vectorsAreSmall() throws Exception {
        var bytes = 0L;
        for (var file : VectorFiles.files().values()) {
            bytes += file.length;
        }
        assertThat(bytes).isLessThan(1_000_000);
    }

    @Test
    void rootsOfAnySizeAreThoseOfTheRecursiveDefinition() {
        var hashes = SampleLog.hashes(Story.large());
        var tree = new Tree(new Hashing());
        for (var size = 0; size < hashes.size(); size++) {
            if (size < 40 || size > 250 && size < 260 || size > 510) {
                assertThat(Base64.getEncoder().encodeToString(tree.root()))
                        .isEqualTo(Base64.getEncoder().encodeToString(Sha256.root(hashes.subList(0, size))));
            }
            tree.add(hashes.get(size), 0);
        }
    }
}
