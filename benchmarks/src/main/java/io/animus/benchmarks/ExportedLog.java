package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Actor;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.audit.Leaf;
import io.animus.kernel.audit.Origin;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.audit.SealedEvent;
import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.EntryBundle;
import io.animus.kernel.audit.log.Frontier;
import io.animus.kernel.audit.log.Hash;
import io.animus.kernel.audit.log.SigningKey;
import io.animus.kernel.audit.log.Tile;
import io.animus.kernel.audit.log.TreeHasher;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes a log of one node as the hub exports it: it starts, does things, beats and stops; whole and complete. */
final class ExportedLog {
    private static final String ORIGIN = "animus-hub.invalid/audit/benchmark";
    private static final Origin NODE =
            new Origin("hub-1/01jd8m3v6qfz0s8t3p1k5n7r9w", 1, new Digest("sha256:" + "ab".repeat(32)));
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final int BEAT = 1_000;
    private static final long MICROS_APART = 10_000;

    private final SecureRandom random = new SecureRandom();
    private final TreeHasher hasher = new TreeHasher();
    private final ZipOutputStream zip;
    private final int leaves;

    private ExportedLog(ZipOutputStream zip, int leaves) {
        this.zip = zip;
        this.leaves = leaves;
    }

    /** Returns the key to trust. */
    static String write(Path export, int leaves) throws IOException {
        try (var zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(export)))) {
            return new ExportedLog(zip, leaves).write(export.resolveSibling("disclosures.jsonl"));
        }
    }

    private String write(Path lines) throws IOException {
        var hashes = new ArrayList<Hash>(leaves);
        try (var disclosures = Files.newBufferedWriter(lines)) {
            for (var start = 0; start < leaves; start += Tile.FULL) {
                var entries = new ArrayList<byte[]>();
                for (var i = start; i < Math.min(leaves, start + Tile.FULL); i++) {
                    var sealed = event(i + 1);
                    entries.add(sealed.leaf().canonical());
                    hashes.add(hasher.leaf(entries.get(i - start)));
                    disclosures.write(line(i, sealed));
                }
                var tile = new Tile(0, start / Tile.FULL, entries.size());
                file(tile.entriesPath(), EntryBundle.encode(entries));
            }
        }
        tiles(hashes);
        zip.putNextEntry(new ZipEntry("disclosures.jsonl"));
        Files.copy(lines, zip);
        Files.delete(lines);
        zip.closeEntry();
        var key = SigningKey.generate();
        var root = Frontier.EMPTY.append(hashes).frontier().root();
        var checkpoint = new Checkpoint(ORIGIN, leaves, root).sign(List.of(key));
        file("checkpoint", checkpoint.format().getBytes(UTF_8));
        return key.verifier(ORIGIN).vkey();
    }

    private void tiles(List<Hash> bottom) throws IOException {
        var hashes = bottom;
        for (var level = 0; !hashes.isEmpty(); level++) {
            var above = new ArrayList<Hash>();
            for (var start = 0; start < hashes.size(); start += Tile.FULL) {
                var part = hashes.subList(start, Math.min(hashes.size(), start + Tile.FULL));
                file(new Tile(level, start / Tile.FULL, part.size()).path(), Hash.join(part));
                if (part.size() == Tile.FULL) {
                    above.add(Frontier.EMPTY.append(part).frontier().root());
                }
            }
            hashes = above;
        }
    }

    private SealedEvent event(int seq) {
        var action = seq == 1
                ? Action.NODE_STARTED
                : seq == leaves ? Action.NODE_STOPPED : seq % BEAT == 0 ? Action.NODE_HEARTBEAT : Action.RUN_CREATED;
        var details = Json.object();
        switch (action) {
            case NODE_STARTED -> details.put("heartbeatSeconds", 30);
            case NODE_HEARTBEAT, NODE_STOPPED -> details.put("lastSeq", seq);
            default -> details.put("commit", "%040x".formatted(seq)).put("priority", seq % 100);
        }
        var event = new AuditEvent(
                new TypeId("aud_01jd8m3v6qfz0s8t3p" + "%08d".formatted(seq)),
                START.plusNanos(1_000 * MICROS_APART * seq),
                Actor.HUB,
                action,
                new Resource(action == Action.RUN_CREATED ? "run" : "node", null, null),
                Outcome.SUCCESS,
                null,
                RequestContext.NONE,
                new Origin(NODE.node(), seq, NODE.composition()),
                details.build());
        return Leaf.seal(event, random);
    }

    private static String line(int index, SealedEvent sealed) {
        var disclosures = sealed.disclosures().stream().map(Disclosure::encoded).toList();
        return new String(
                        Json.object()
                                .put("index", index)
                                .put("disclosures", Json.texts(disclosures))
                                .build()
                                .canonical(),
                        UTF_8)
                + "\n";
    }

    private void file(String path, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(path));
        zip.write(content);
        zip.closeEntry();
    }
}
