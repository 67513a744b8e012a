package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.animus.verifier.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipInputStream;

/** {@code animus-verify}, in a process of its own that has nothing of the hub. */
final class Judge {
    private Judge() {}

    /**
     * What it says.
     *
     * @param status its exit status
     */
    record Verdict(int status, JsonNode json) {
        /** The first finding and the leaf that it names: {@code LEAF_CHANGED 7}. */
        String first() {
            var finding = json.at("/findings/0");
            return finding.path("fault").asText() + " " + finding.path("leaf").asText();
        }
    }

    static Verdict judge(String... arguments) throws Exception {
        var program = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                program.toString(),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        command.add("--json");
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Verdict(process.waitFor(), new ObjectMapper().readTree(output));
    }

    /** Unpacks an export; the folder is the same log. */
    static Path unpack(Path zip, Path folder) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                var file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
        return folder;
    }
}
