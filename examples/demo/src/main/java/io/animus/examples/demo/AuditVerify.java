package io.animus.examples.demo;

import io.animus.examples.demo.Command.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The auditors' program, run as they would run it: a process of its own that gets files and nothing else.
 *
 * @param program the jar
 * @param kept folder of what an auditor keeps from one visit to the next: the public key, the last checkpoint
 */
record AuditVerify(Path program, Path kept) {
    static final int GREEN = 0;
    static final int INCOMPLETE = 1;
    static final int NOT_INTACT = 2;

    /** Remembers the public key of the log, unless it is known: a log that can change its key proves nothing. */
    boolean learn(String vkey) throws IOException {
        if (Files.exists(key())) {
            return false;
        }
        Files.createDirectories(kept);
        Files.writeString(key(), vkey + "\n");
        return true;
    }

    /** Whether a checkpoint of an earlier visit is at hand, which the log must continue. */
    boolean remembersALog() {
        return Files.exists(checkpoint());
    }

    /** Judges a ZIP file or a folder. */
    Ended judge(Path log) throws IOException, InterruptedException {
        return command(log).runAnyway();
    }

    /** Keeps the checkpoint for the next visit. */
    void remember(Path checkpoint) throws IOException {
        Files.write(checkpoint(), Files.readAllBytes(checkpoint));
    }

    /** The command, to be pasted. */
    String line(Path log) {
        return String.join(" ", command(log).arguments());
    }

    private Command command(Path log) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var words =
                new ArrayList<>(List.of(java.toString(), "-jar", program.toString(), "--key-file", key().toString()));
        if (remembersALog()) {
            words.addAll(List.of("--older-checkpoint", checkpoint().toString()));
        }
        words.add(log.toString());
        return Command.of(words.toArray(String[]::new)).with(JavaRuntime.withoutLoaderVariables());
    }

    private Path key() {
        return kept.resolve("log.vkey");
    }

    private Path checkpoint() {
        return kept.resolve("checkpoint");
    }
}
