package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Disclosure;
import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.EntryBundle;
import io.animus.kernel.audit.log.Tile;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.store.postgres.AuditTreeRepository;
import io.animus.kernel.store.postgres.CheckpointRepository.Signed;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DisclosureRepository.OfLeaf;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The log up to a checkpoint as one ZIP file: docs/audit/format.md, 1. Read in many short steps: below a checkpoint nothing
 * changes, but that values may be erased.
 */
final class LogFile {
    /** Leaves that are in memory at once, of 16 KiB at most. */
    private static final int LEAVES = 4 * Tile.FULL;

    private static final int TILES = 64;
    private static final String DETAILS = "/details/";

    private final Database database;
    private final Signed checkpoint;
    private final long size;
    private final @Nullable Principal auditor;

    /** @param auditor gets disclosures of projects in which it is an auditor; null gets all */
    LogFile(Database database, Signed checkpoint, @Nullable Principal auditor) {
        this.database = database;
        this.checkpoint = checkpoint;
        this.size = checkpoint.size();
        this.auditor = auditor;
    }

    /** Writes the file; {@code out} stays open. */
    void write(OutputStream out) throws IOException {
        var zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.BEST_SPEED);
        add(zip, "checkpoint", checkpoint.note().format().getBytes(UTF_8));
        writeRotations(zip);
        writeEntries(zip);
        writeTiles(zip);
        writeDisclosures(zip);
        add(zip, "export.json", about().canonical());
        zip.finish();
    }

    private void writeRotations(ZipOutputStream zip) throws IOException {
        var handovers = new TreeMap<Long, Signed>();
        database.read(tx -> {
            for (var key : tx.checkpoints().keys()) {
                var event = key.event();
                if (event != null) {
                    tx.auditTree()
                            .indexOf(event)
                            .flatMap(tx.checkpoints()::covering)
                            .filter(signed -> signed.size() <= size)
                            .ifPresent(signed -> handovers.put(signed.size(), signed));
                }
            }
            return handovers;
        });
        for (var signed : handovers.values()) {
            add(zip, "rotations/" + signed.size(), signed.note().format().getBytes(UTF_8));
        }
    }

    private void writeEntries(ZipOutputStream zip) throws IOException {
        for (var from = 0L; from < size; from += LEAVES) {
            var start = from;
            var end = Math.min(start + LEAVES, size);
            var entries = database.read(tx -> tx.auditTree().entries(start, end));
            for (var first = start; first < end; first += Tile.FULL) {
                var tile = new Tile(0, first / Tile.FULL, (int) Math.min(Tile.FULL, size - first));
                // By index: a row that somebody deleted is to be missing in its own bundle.
                var leaves = entries.stream()
                        .filter(entry -> entry.index() >= tile.start() && entry.index() < tile.end())
                        .map(AuditTreeRepository.Entry::leaf)
                        .toList();
                add(zip, tile.entriesPath(), EntryBundle.encode(leaves));
            }
        }
    }

    private void writeTiles(ZipOutputStream zip) throws IOException {
        for (var level = 0; size >> (level * Tile.HEIGHT) > 0; level++) {
            var hashes = size >> (level * Tile.HEIGHT);
            var wanted = new ArrayList<Tile>(TILES);
            for (var index = 0L; index * Tile.FULL < hashes; index++) {
                wanted.add(new Tile(level, index, (int) Math.min(Tile.FULL, hashes - index * Tile.FULL)));
                if (wanted.size() == TILES) {
                    writeTiles(zip, wanted);
                    wanted.clear();
                }
            }
            writeTiles(zip, wanted);
        }
    }

    private void writeTiles(ZipOutputStream zip, List<Tile> wanted) throws IOException {
        if (!wanted.isEmpty()) {
            var found = database.read(tx -> tx.auditTree().stored(wanted));
            for (var tile : wanted) {
                add(zip, tile.path(), Objects.requireNonNull(found.get(tile)));
            }
        }
    }

    private void writeDisclosures(ZipOutputStream zip) throws IOException {
        begin(zip, "disclosures.jsonl");
        for (var from = 0L; from < size; from += LEAVES) {
            var start = from;
            var found = database.read(tx -> tx.disclosures().ofLeaves(start, Math.min(start + LEAVES, size), auditor));
            for (var leaf : found) {
                var shown = shown(leaf);
                if (!shown.isEmpty()) {
                    // One object in one line; base64url needs no escapes.
                    var line = "{\"index\":" + leaf.index() + ",\"disclosures\":[\"" + String.join("\",\"", shown)
                            + "\"]}\n";
                    zip.write(line.getBytes(US_ASCII));
                }
            }
        }
        zip.closeEntry();
    }

    /** The details of hub processes and of the log are for everybody: without them nobody can judge the log. */
    private static List<String> shown(OfLeaf leaf) {
        if (leaf.seen()) {
            return leaf.encoded();
        }
        return leaf.ofTheLog()
                ? leaf.encoded().stream()
                        .filter(encoded -> Disclosure.decode(encoded).path().startsWith(DETAILS))
                        .toList()
                : List.of();
    }

    private Json.Members about() {
        var keys = database.read(tx -> tx.checkpoints().keys());
        return Json.object()
                .put("origin", Checkpoint.parse(checkpoint.note().text()).origin())
                .put("size", size)
                .put("time", checkpoint.at().toString())
                .put(
                        "vkeys",
                        Json.texts(keys.stream().map(key -> key.key().vkey()).toList()))
                .build();
    }

    private void add(ZipOutputStream zip, String path, byte[] content) throws IOException {
        begin(zip, path);
        zip.write(content);
        zip.closeEntry();
    }

    private void begin(ZipOutputStream zip, String path) throws IOException {
        var entry = new ZipEntry(path);
        entry.setTime(checkpoint.at().toEpochMilli());
        zip.putNextEntry(entry);
    }
}
