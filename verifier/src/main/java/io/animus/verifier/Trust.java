package io.animus.verifier;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The keys of the log that are trusted: those that were given, and those that they handed over to (docs/audit/format.md,
 * 5). Nothing in a log is believed because it stands in the log.
 */
final class Trust {
    private static final String FOLDER = "rotations";
    private static final Pattern SIZE = Pattern.compile("[1-9][0-9]{0,14}");

    private final List<Vkey> keys;
    private final List<Checkpoint> handovers = new ArrayList<>();
    private final List<Rotation> rotations = new ArrayList<>();

    /** One leaf {@code log.key_rotated}, as it was disclosed. */
    private record Rotation(long index, String oldVkey, String newVkey) {}

    /**
     * @param keys those that were given
     * @param files where checkpoints that two keys signed are
     */
    Trust(List<Vkey> keys, LogFiles files) throws FindingException {
        this.keys = new ArrayList<>(keys);
        try {
            for (var name : files.list(FOLDER)) {
                if (SIZE.matcher(name).matches()) {
                    var path = FOLDER + "/" + name;
                    handovers.add(Checkpoint.parse(path, files.read(path, Note.MAX_BYTES)));
                }
            }
        } catch (IOException e) {
            throw new FindingException(Fault.UNREADABLE, "The folder " + FOLDER + " cannot be read: " + e.getMessage());
        }
        handovers.sort(Comparator.comparingLong(Checkpoint::size));
    }

    /** The keys that are trusted now and have signed this; none if it is not to be believed. */
    List<Vkey> signersOf(Checkpoint checkpoint) throws FindingException {
        return checkpoint.signedBy(keys);
    }

    /** Whether the log holds a handover that a key signed which is trusted now. */
    boolean mayGrow(Checkpoint to) throws FindingException {
        for (var handover : handovers) {
            if (handover.origin().equals(to.origin()) && !signersOf(handover).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** The numbers of leaves for which a root is wanted. */
    List<Long> sizes() {
        return handovers.stream().map(Checkpoint::size).toList();
    }

    /** Keeps the leaf of a rotation; without its details, nobody can follow it. */
    void rotated(long index, Map<String, byte[]> values) {
        var scanner = new JsonScanner();
        try {
            rotations.add(new Rotation(
                    index, NodeAccount.text(scanner, values, "oldVkey"), NodeAccount.text(scanner, values, "newVkey")));
        } catch (MalformedException e) {
            return;
        }
    }

    /**
     * Follows the rotations.
     *
     * @param roots of the log, by number of leaves
     * @throws FindingException {@link Fault#FORKED} if a trusted key signed another tree
     */
    void grow(String origin, TreeMap<Long, byte[]> roots) throws FindingException {
        for (var handover : handovers) {
            if (!handover.origin().equals(origin) || signersOf(handover).isEmpty()) {
                continue;
            }
            LogVerifier.checkPrefix(handover, roots);
            for (var rotation : rotations) {
                var isTrusted = keys.stream().anyMatch(key -> key.text().equals(rotation.oldVkey()));
                if (rotation.index() < handover.size() && isTrusted) {
                    follow(rotation.newVkey(), handover);
                }
            }
        }
    }

    private void follow(String newVkey, Checkpoint handover) throws FindingException {
        try {
            var key = Vkey.parse(newVkey);
            if (key.type() == Vkey.LOG
                    && !keys.contains(key)
                    && !handover.signedBy(List.of(key)).isEmpty()) {
                keys.add(key);
            }
        } catch (MalformedException e) {
            return;
        }
    }
}
