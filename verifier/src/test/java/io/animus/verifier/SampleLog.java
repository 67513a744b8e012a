package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes logs for test vectors, by the words of docs/audit/format.md. */
final class SampleLog {
    static final String ORIGIN = "hub.example/audit/vectors";
    static final Signer KEY = Signer.of(ORIGIN, (byte) 1, "log");
    static final Signer NEXT_KEY = Signer.of(ORIGIN, (byte) 1, "next");
    static final Signer OTHER_KEY = Signer.of(ORIGIN, (byte) 1, "other");
    static final Signer WITNESS = Signer.of("witness.example/w1", (byte) 4, "witness");

    private static final int WIDTH = 256;
    private static final long ZIP_TIME = 1_767_268_800_000L;

    private SampleLog() {}

    static List<byte[]> hashes(List<SampleEvent> events) {
        return events.stream().map(event -> Sha256.leaf(event.bytes())).toList();
    }

    /** The text of a checkpoint. */
    static String head(List<SampleEvent> events) {
        return ORIGIN + "\n" + events.size() + "\n" + Base64.getEncoder().encodeToString(Sha256.root(hashes(events)))
                + "\n";
    }

    static byte[] checkpoint(List<SampleEvent> events, Signer... signers) {
        var text = head(events);
        var note = new StringBuilder(text).append('\n');
        for (var signer : signers) {
            note.append(signer.line(text));
        }
        return note.toString().getBytes(UTF_8);
    }

    /** All files of a log that {@link #KEY} has signed. */
    static Map<String, byte[]> files(List<SampleEvent> events) {
        var files = new LinkedHashMap<String, byte[]>();
        files.put("checkpoint", checkpoint(events, KEY));
        files.putAll(tiles(events));
        var lines = disclosures(events);
        if (lines.length > 0) {
            files.put("disclosures.jsonl", lines);
        }
        files.put(
                "export.json",
                ("{\"note\":\"for people only\",\"origin\":\"" + ORIGIN + "\",\"size\":" + events.size() + "}\n")
                        .getBytes(UTF_8));
        return files;
    }

    static Map<String, byte[]> tiles(List<SampleEvent> events) {
        var files = new LinkedHashMap<String, byte[]>();
        for (var from = 0; from < events.size(); from += WIDTH) {
            var part = events.subList(from, Math.min(events.size(), from + WIDTH));
            files.put("tile/entries/" + number(from / WIDTH, part.size()), bundle(part));
        }
        var hashes = hashes(events);
        for (var level = 0; !hashes.isEmpty(); level++) {
            var above = new ArrayList<byte[]>();
            for (var from = 0; from < hashes.size(); from += WIDTH) {
                var part = hashes.subList(from, Math.min(hashes.size(), from + WIDTH));
                files.put("tile/" + level + "/" + number(from / WIDTH, part.size()), joined(part));
                if (part.size() == WIDTH) {
                    above.add(Sha256.root(part));
                }
            }
            hashes = above;
        }
        return files;
    }

    private static String number(int index, int width) {
        return "%03d".formatted(index) + (width < WIDTH ? ".p/" + width : "");
    }

    private static byte[] joined(List<byte[]> parts) {
        var all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    static byte[] bundle(List<SampleEvent> events) {
        var bundle = new ByteArrayOutputStream();
        for (var event : events) {
            var leaf = event.bytes();
            bundle.write(leaf.length >> 8);
            bundle.write(leaf.length);
            bundle.writeBytes(leaf);
        }
        return bundle.toByteArray();
    }

    static byte[] disclosures(List<SampleEvent> events) {
        var lines = new StringBuilder();
        for (var i = 0; i < events.size(); i++) {
            if (!events.get(i).disclosures().isEmpty()) {
                lines.append("{\"index\":").append(i).append(",\"disclosures\":[");
                lines.append(events.get(i).disclosed().stream().collect(Collectors.joining("\",\"", "\"", "\"")));
                lines.append("]}\n");
            }
        }
        return lines.toString().getBytes(UTF_8);
    }

    /** A tlog-proof that the event is in the log. */
    static byte[] proof(List<SampleEvent> events, int index) {
        var proof = new StringBuilder("c2sp.org/tlog-proof@v1\nindex " + index + "\n");
        for (var hash : path(index, hashes(events))) {
            proof.append(Base64.getEncoder().encodeToString(hash)).append('\n');
        }
        return (proof + "\n" + new String(checkpoint(events, KEY), UTF_8)).getBytes(UTF_8);
    }

    /** PATH(m, D[n]) of RFC 6962, 2.1.1. */
    private static List<byte[]> path(int m, List<byte[]> hashes) {
        var n = hashes.size();
        if (n <= 1) {
            return new ArrayList<>();
        }
        var k = Sha256.split(n);
        var path = m < k ? path(m, hashes.subList(0, k)) : path(m - k, hashes.subList(k, n));
        path.add(Sha256.root(m < k ? hashes.subList(k, n) : hashes.subList(0, k)));
        return path;
    }

    static byte[] zip(Map<String, byte[]> files) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : new TreeMap<>(files).entrySet()) {
                var entry = new ZipEntry(file.getKey());
                entry.setTimeLocal(java.time.LocalDateTime.ofEpochSecond(ZIP_TIME / 1000, 0, java.time.ZoneOffset.UTC));
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
