package io.animus.kernel.audit.log;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Writes a small log as a directory of tiles, for who writes a reader of it: {@code SampleLog <folder> <leaves>}. One node that
 * starts, does things, beats and stops; all whole and complete.
 */
final class SampleLog {
    private static final String ORIGIN = "animus-hub.invalid/audit/sample";
    private static final String NODE = "hub-1/node_01jd8m3v6qfz0s8t3p1k5n7r9w";
    private static final Digest COMPOSITION = new Digest("sha256:" + "ab".repeat(32));
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final int BEAT = 20;

    private final SecureRandom random = new SecureRandom();
    private final SigningKey key = SigningKey.generate();
    private final List<byte[]> entries = new ArrayList<>();
    private final List<List<String>> disclosures = new ArrayList<>();

    private SampleLog() {}

    public static void main(String[] args) throws IOException {
        new SampleLog().write(Path.of(args[0]), Integer.parseInt(args[1]));
    }

    private void write(Path folder, int leaves) throws IOException {
        for (var seq = 1; seq <= leaves; seq++) {
            add(
                    seq,
                    seq == 1
                            ? Action.NODE_STARTED
                            : seq == leaves
                                    ? Action.NODE_STOPPED
                                    : seq % BEAT == 0 ? Action.NODE_HEARTBEAT : Action.RUN_CREATED);
        }
        var hasher = new TreeHasher();
        var hashes = entries.stream().map(hasher::leaf).toList();
        var growth = Frontier.EMPTY.append(hashes);
        var levels = new HashMap<Integer, List<Hash>>();
        levels.put(0, hashes);
        for (var one : growth.completed()) {
            levels.computeIfAbsent(one.level(), level -> new ArrayList<>()).add(one.hash());
        }
        for (var level : levels.entrySet()) {
            for (var start = 0; start < level.getValue().size(); start += Tile.FULL) {
                var end = Math.min(start + Tile.FULL, level.getValue().size());
                var tile = new Tile(level.getKey(), start / Tile.FULL, end - start);
                file(folder.resolve(tile.path()), Hash.join(level.getValue().subList(start, end)));
                if (tile.level() == 0) {
                    file(folder.resolve(tile.entriesPath()), EntryBundle.encode(entries.subList(start, end)));
                }
            }
        }
        var checkpoint = new Checkpoint(ORIGIN, leaves, growth.frontier().root()).sign(List.of(key));
        file(folder.resolve("checkpoint"), checkpoint.format().getBytes(UTF_8));
        file(folder.resolve("disclosures.jsonl"), lines().getBytes(UTF_8));
        file(folder.resolve("key.vkey"), (key.verifier(ORIGIN).vkey() + "\n").getBytes(UTF_8));
    }

    private void add(int seq, Action action) {
        var details =
                switch (action) {
                    case NODE_STARTED ->
                        Json.object().put("heartbeatSeconds", 30).build();
                    case NODE_HEARTBEAT, NODE_STOPPED ->
                        Json.object()
                                .put("lastSeq", seq)
                                .put("voided", Json.array(List.of()))
                                .build();
                    default ->
                        Json.object()
                                .put("name", "run " + seq + " é")
                                .put("number", seq)
                                .build();
                };
        var id = "aud_01jd8m3v6qfz0s8t3p1k5" + "%05d".formatted(seq);
        var event = new AuditEvent(
                new TypeId(id),
                START.plusSeconds(seq),
                Actor.HUB,
                action,
                new Resource(action == Action.RUN_CREATED ? "run" : "node", null, null),
                Outcome.SUCCESS,
                null,
                RequestContext.NONE,
                new Origin(NODE, seq, COMPOSITION),
                details);
        var sealed = Leaf.seal(event, random);
        entries.add(sealed.leaf().canonical());
        disclosures.add(sealed.disclosures().stream().map(Disclosure::encoded).toList());
    }

    private String lines() {
        var lines = new StringBuilder();
        for (var index = 0; index < disclosures.size(); index++) {
            var line = Json.object()
                    .put("index", index)
                    .put("disclosures", Json.texts(disclosures.get(index)))
                    .build();
            lines.append(new String(line.canonical(), UTF_8)).append('\n');
        }
        return lines.toString();
    }

    private static void file(Path path, byte[] content) throws IOException {
        Files.createDirectories(path.getParent());
        Files.write(path, content);
    }
}
