package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Judges a whole log. In this order: signatures of the checkpoint, then leaf after leaf (its hash against the tiles, its form, its
 * disclosures, its number), then roots, then whether anything is missing. It reads every file once and keeps nothing but
 * the frontier of the tree, one tile for each level and one account for each start of a hub.
 */
final class LogVerifier {
    private static final String CHECKPOINT = "checkpoint";
    private static final byte[] KEY_ROTATED = "log.key_rotated".getBytes(US_ASCII);

    private final LogFiles files;
    private final Request request;
    private final Hashing hashing = new Hashing();
    private final Tree tree = new Tree(hashing);
    private final LeafReader leaf = new LeafReader();
    private final Nodes nodes = new Nodes();
    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final Map<String, Instant> witnessed = new LinkedHashMap<>();
    private final TreeMap<Long, byte[]> roots = new TreeMap<>();
    private Optional<Checkpoint> checkpoint = Optional.empty();
    private List<Vkey> signers = List.of();
    private long disclosed;

    /**
     * What to judge by.
     *
     * @param keys of the log that are trusted
     * @param witnesses that must have cosigned
     * @param older the bytes of a checkpoint that was kept elsewhere
     */
    record Request(List<Vkey> keys, List<Vkey> witnesses, Optional<byte[]> older) {}

    private LogVerifier(LogFiles files, Request request) {
        this.files = files;
        this.request = request;
    }

    /** Judges the log in these files. */
    static Report verify(LogFiles files, Request request) {
        var verifier = new LogVerifier(files, request);
        var fault = Optional.<Finding>empty();
        try {
            verifier.verify();
        } catch (FindingException e) {
            fault = Optional.of(e.finding());
        }
        return new Report(
                fault,
                verifier.checkpoint,
                verifier.signers,
                verifier.witnessed,
                verifier.tree.size(),
                verifier.disclosed,
                verifier.nodes);
    }

    private void verify() throws FindingException {
        var newest = Checkpoint.parse(CHECKPOINT, files.read(CHECKPOINT, Note.MAX_BYTES));
        checkpoint = Optional.of(newest);
        var trust = new Trust(request.keys(), files);
        signers = trust.signersOf(newest);
        checkWitnesses(newest);
        var older = older(newest);
        if (signers.isEmpty() && !trust.mayGrow(newest)) {
            throw unknownKey(newest);
        }
        if (older.isPresent() && !trust.signersOf(older.get()).isEmpty()) {
            checkLength(older.get(), newest);
        }

        trust.sizes().forEach(size -> roots.put(size, new byte[0]));
        older.ifPresent(known -> roots.put(known.size(), new byte[0]));
        keepRoot();
        try (var disclosures = new Disclosures(files, hashing)) {
            readLeaves(newest, trust, disclosures);
            disclosures.end();
            disclosed = disclosures.count();
        } catch (IOException e) {
            throw new FindingException(Fault.UNREADABLE, "The file " + Disclosures.FILE + " cannot be closed.");
        }

        trust.grow(newest.origin(), roots);
        signers = trust.signersOf(newest);
        if (signers.isEmpty()) {
            throw unknownKey(newest);
        }
        if (older.isPresent()) {
            if (trust.signersOf(older.get()).isEmpty()) {
                throw unknownKey(older.get());
            }
            checkLength(older.get(), newest);
            checkPrefix(older.get(), roots);
        }
        if (!Arrays.equals(tree.root(), newest.root())) {
            throw new FindingException(
                    Fault.ROOT_MISMATCH,
                    "Tiles and leaves 0 to %d agree with each other, but not with the root that the checkpoint signs: leaves were changed and the tiles made anew, and which leaf it was cannot be told%s."
                            .formatted(
                                    newest.size() - 1,
                                    older.map(LogVerifier::narrowed).orElse("")));
        }
        nodes.end();
    }

    private static String narrowed(Checkpoint older) {
        return ", but it is leaf " + older.size() + " or a later one, for those before are as " + older.what()
                + " has them";
    }

    private void checkWitnesses(Checkpoint newest) throws FindingException {
        for (var witness : request.witnesses()) {
            var time = newest.cosignedBy(witness);
            if (time.isEmpty()) {
                throw new FindingException(
                        Fault.WITNESS_MISSING,
                        "The witness " + witness.name()
                                + " has not cosigned the checkpoint, so it vouches for nothing here.");
            }
            witnessed.put(witness.name(), time.get());
        }
    }

    private Optional<Checkpoint> older(Checkpoint newest) throws FindingException {
        if (request.older().isEmpty()) {
            return Optional.empty();
        }
        var older = Checkpoint.parse("the older checkpoint", request.older().get());
        if (!older.origin().equals(newest.origin())) {
            throw new FindingException(
                    Fault.OTHER_LOG,
                    "The older checkpoint is of the log %s, but this is the log %s: they cannot be compared."
                            .formatted(older.origin(), newest.origin()));
        }
        return Optional.of(older);
    }

    private static FindingException unknownKey(Checkpoint checkpoint) {
        return new FindingException(
                Fault.KEY_UNKNOWN,
                "No key that is trusted for %s has signed %s: anybody could have made it."
                        .formatted(checkpoint.origin(), checkpoint.what()));
    }

    private static void checkLength(Checkpoint older, Checkpoint newest) throws FindingException {
        if (older.size() > newest.size()) {
            throw new FindingException(new Finding(
                    Fault.TRUNCATED,
                    newest.size(),
                    "",
                    "The log ends before leaf %d, but %s covers %d leaves: the last %d were cut off."
                            .formatted(newest.size(), older.what(), older.size(), older.size() - newest.size())));
        }
    }

    /** Holds a checkpoint of a shorter log against the root of as many leaves of this one. */
    static void checkPrefix(Checkpoint shorter, TreeMap<Long, byte[]> roots) throws FindingException {
        if (!Arrays.equals(roots.get(shorter.size()), shorter.root())) {
            throw new FindingException(
                    Fault.FORKED,
                    "The first %d leaves are not those that %s covers: history before that was rewritten, or an older backup was taken up again."
                            .formatted(shorter.size(), shorter.what()));
        }
    }

    private void readLeaves(Checkpoint newest, Trust trust, Disclosures disclosures) throws FindingException {
        var tiles = new Tiles(files, newest, hashing);
        var bundle = new Bundle(files, newest.size());
        while (tree.size() < newest.size()) {
            bundle.next();
            tiles.nextBottom();
            while (bundle.hasLeaf()) {
                readLeaf(bundle, tiles, trust, disclosures);
            }
            bundle.end();
        }
    }

    private void readLeaf(Bundle bundle, Tiles tiles, Trust trust, Disclosures disclosures) throws FindingException {
        var index = tree.size();
        bundle.leaf();
        var bottom = tiles.bottom();
        bundle.hash(hashing, bottom);
        tiles.checkLeaf(index, bundle);
        tree.add(bottom, 0);
        tiles.checkAbove(tree);
        keepRoot();
        try {
            leaf.read(bundle.bytes(), bundle.from(), bundle.to());
        } catch (MalformedException e) {
            throw new FindingException(new Finding(
                    Fault.LEAF_MALFORMED,
                    index,
                    bundle.eventId(),
                    "Leaf %d is no event in canonical form (%s): the hub did not write it so."
                            .formatted(index, e.getMessage())));
        }
        try {
            var isRotation = leaf.isAction(KEY_ROTATED);
            var isWanted = isRotation || Nodes.isWanted(leaf);
            if (isWanted) {
                values.clear();
            }
            if (disclosures.areFor(index)) {
                disclosures.check(leaf, isWanted, values);
            }
            if (isRotation) {
                trust.rotated(index, values);
            }
            nodes.account(index, leaf, values);
        } catch (MalformedException e) {
            throw new FindingException(new Finding(
                    Fault.DISCLOSURE_WRONG,
                    index,
                    leaf.id(),
                    "A disclosure for leaf %d (event %s) is wrong (%s): what it shows is not what was recorded."
                            .formatted(index, leaf.id(), e.getMessage())));
        }
    }

    private void keepRoot() {
        if (roots.containsKey(tree.size())) {
            roots.put(tree.size(), tree.root());
        }
    }
}
