package io.animus.examples.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipInputStream;

/**
 * The hub's audit log in a file, and in a folder of the same layout.
 *
 * @param file ZIP file
 * @param unpacked folder with the same files
 */
record ExportedLog(Path file, Path unpacked) {
    /** Of the event in which the bit is flipped: its outcome, so that what was refused would have succeeded, or so. */
    private static final String CHANGED = "\"outcome\":\"";

    /** Exports it as somebody who may. */
    static ExportedLog export(Person auditor, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        var log = new ExportedLog(folder.resolve("audit-log.zip"), folder.resolve("audit-log"));
        auditor.hub().save("/api/v1/audit/export", log.file);
        FileTree.delete(log.unpacked);
        try (var zip = new ZipInputStream(Files.newInputStream(log.file))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                var target = log.unpacked.resolve(entry.getName()).normalize();
                if (!target.startsWith(log.unpacked)) {
                    throw DemoException.failed("the export names a file " + entry.getName(), "report it: a defect");
                }
                Files.createDirectories(target.getParent());
                Files.copy(zip, target);
            }
        }
        return log;
    }

    /** The newest public key of the log, as the hub tells it. */
    static String vkey(Person auditor) throws IOException, InterruptedException {
        JsonNode newest = Json.object();
        for (var key : auditor.hub().get("/api/v1/audit/log/keys").path("keys")) {
            newest = key;
        }
        return newest.path("vkey").asText();
    }

    Path checkpoint() {
        return unpacked.resolve("checkpoint");
    }

    /**
     * Flips the lowest bit of one character in the last leaf of the first bundle, in the folder alone.
     *
     * @return index of that leaf
     */
    long flipOneBit() throws IOException {
        try (var bundles = Files.newDirectoryStream(unpacked.resolve("tile/entries"), "000*")) {
            var first = bundles.iterator().next();
            var bundle = Files.isDirectory(first) ? onlyFileOf(first) : first;
            var bytes = Files.readAllBytes(bundle);
            var leaf = ByteBuffer.wrap(bytes);
            var index = -1L;
            var start = 0;
            while (leaf.hasRemaining()) {
                var length = Short.toUnsignedInt(leaf.getShort());
                start = leaf.position();
                leaf.position(start + length);
                index++;
            }
            var text = new String(bytes, start, bytes.length - start, ISO_8859_1);
            bytes[start + text.indexOf(CHANGED) + CHANGED.length()] ^= 1;
            Files.write(bundle, bytes);
            return index;
        }
    }

    private static Path onlyFileOf(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            return files.iterator().next();
        }
    }
}
