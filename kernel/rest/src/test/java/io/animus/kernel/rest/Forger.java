package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.Frontier;
import io.animus.kernel.audit.log.Hash;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.SigningKey;
import io.animus.kernel.audit.log.TreeHasher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Somebody who owns the database and takes care that all hashes agree again, perhaps with the hub's own key at hand. */
final class Forger {
    private static final int TILE = 256;

    private final TestHub hub;

    Forger(TestHub hub) {
        this.hub = hub;
    }

    /** Makes the hashes of all leaves anew, and those above them. */
    void rehash() throws SQLException {
        try (var owner = hub.owner()) {
            var hashes = hashes(owner);
            for (var index = 0; index < hashes.size(); index++) {
                update(owner, "update audit_leaf set hash = ? where leaf_index = ?", hashes.get(index), index);
            }
            for (var tile = 0; (tile + 1) * TILE <= hashes.size(); tile++) {
                var root = root(hashes.subList(tile * TILE, (tile + 1) * TILE));
                update(owner, "update audit_subtree set hash = ? where level = 1 and position = ?", root, tile);
            }
        }
    }

    /** Signs what is there now in the place of the newest checkpoint. */
    void sign(SigningKey key) throws SQLException {
        try (var owner = hub.owner();
                var sql = owner.createStatement();
                var newest = sql.executeQuery("select size, note from audit_checkpoint order by size desc limit 1")) {
            newest.next();
            var size = newest.getInt(1);
            var origin =
                    Checkpoint.parse(Note.parse(newest.getString(2)).text()).origin();
            var forged = new Checkpoint(origin, size, root(hashes(owner).subList(0, size)));
            try (var change = owner.prepareStatement("update audit_checkpoint set note = ? where size = ?")) {
                change.setString(1, forged.sign(List.of(key)).format());
                change.setInt(2, size);
                change.executeUpdate();
            }
        }
    }

    /** The private key of the hub, out of its folder. */
    static SigningKey stolenKey(Path keys) throws IOException {
        try (var files = Files.newDirectoryStream(keys)) {
            return SigningKey.parse(Files.readString(files.iterator().next(), US_ASCII));
        }
    }

    private static List<Hash> hashes(Connection owner) throws SQLException {
        var hashes = new ArrayList<Hash>();
        var hasher = new TreeHasher();
        try (var sql = owner.createStatement();
                var leaves = sql.executeQuery(
                        "select leaf from audit_leaf join audit_event on id = event_id order by leaf_index")) {
            while (leaves.next()) {
                hashes.add(hasher.leaf(leaves.getBytes(1)));
            }
        }
        return hashes;
    }

    private static Hash root(List<Hash> leaves) {
        return Frontier.EMPTY.append(leaves).frontier().root();
    }

    private static void update(Connection owner, String sql, Hash hash, int place) throws SQLException {
        try (var change = owner.prepareStatement(sql)) {
            change.setBytes(1, hash.bytes());
            change.setInt(2, place);
            change.executeUpdate();
        }
    }
}
