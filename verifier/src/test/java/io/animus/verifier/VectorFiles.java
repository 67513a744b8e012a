package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipInputStream;

/**
 * Writes docs/audit/vectors. Run it after a change of the vectors, from the folder verifier: the test says how.
 */
final class VectorFiles {
    static final Path FOLDER = Path.of("..", "docs", "audit", "vectors");

    private VectorFiles() {}

    public static void main(String[] arguments) throws IOException {
        try (var old = Files.list(FOLDER)) {
            for (var file : old.toList()) {
                Files.delete(file);
            }
        }
        for (var file : files().entrySet()) {
            Files.write(FOLDER.resolve(file.getKey()), file.getValue());
        }
    }

    /** All files by name. */
    static Map<String, byte[]> files() {
        var files = new TreeMap<String, byte[]>();
        var vectors = Vectors.all();
        for (var vector : vectors) {
            if (!vector.isProof()) {
                files.put(vector.name() + ".zip", SampleLog.zip(vector.files()));
            }
            vector.extra().forEach((role, content) -> files.put(vector.name() + "." + role, content));
        }
        files.put("index.json", index(vectors).getBytes(UTF_8));
        return files;
    }

    private static String index(List<Vector> vectors) {
        return vectors.stream().map(VectorFiles::entry).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    }

    private static String entry(Vector vector) {
        var json = new StringBuilder("{\"name\": \"" + vector.name() + "\", \"shows\": \"" + vector.shows() + "\",\n");
        if (!vector.isProof()) {
            json.append(" \"log\": \"").append(vector.name()).append(".zip\",");
        }
        vector.extra().keySet().stream()
                .sorted()
                .forEach(role -> json.append(" \"%s\": \"%s.%s\",".formatted(role, vector.name(), role)));
        json.append("\n \"keys\": ").append(list(vector.keys()));
        json.append(", \"witnesses\": ").append(list(vector.witnesses()));
        json.append(",\n \"expected\": {\"status\": ").append(vector.status());
        json.append(", \"fault\": ").append(orNull(vector.fault()));
        json.append(", \"leaf\": ").append(vector.leaf() < 0 ? "null" : Long.toString(vector.leaf()));
        return json.append(", \"event\": ")
                .append(orNull(vector.event()))
                .append("}}")
                .toString();
    }

    private static String orNull(String text) {
        return text.isEmpty() ? "null" : "\"" + text + "\"";
    }

    private static String list(List<String> texts) {
        return texts.stream().map(text -> "\"" + text + "\"").collect(Collectors.joining(", ", "[", "]"));
    }

    /** Whether both are the same; of ZIP files what is in them, since how small it gets is up to the runtime. */
    static boolean isSame(String name, byte[] one, byte[] other) throws IOException {
        return name.endsWith(".zip") ? unzipped(one).equals(unzipped(other)) : Arrays.equals(one, other);
    }

    static Map<String, String> unzipped(byte[] zip) throws IOException {
        var content = new TreeMap<String, String>();
        try (var input = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = input.getNextEntry(); entry != null; entry = input.getNextEntry()) {
                content.put(entry.getName(), java.util.Base64.getEncoder().encodeToString(input.readAllBytes()));
            }
        }
        return content;
    }
}
