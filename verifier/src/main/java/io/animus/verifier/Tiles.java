package io.animus.verifier;

import java.util.Arrays;

/** The hashes that the log says its tree has (C2SP tlog-tiles), held against those that were computed from the leaves. */
final class Tiles {
    private static final int LEVELS = 7;

    private final LogFiles files;
    private final Checkpoint checkpoint;
    private final Hashing hashing;
    private final byte[] computed = new byte[Hashing.SIZE];
    private final byte[][] tiles = new byte[LEVELS][];
    private final long[] indexes = new long[LEVELS];

    Tiles(LogFiles files, Checkpoint checkpoint, Hashing hashing) {
        this.files = files;
        this.checkpoint = checkpoint;
        this.hashing = hashing;
        Arrays.fill(indexes, -1);
    }

    /** Where to put the hash of the leaf that is read. */
    byte[] bottom() {
        return computed;
    }

    /** Reads the next tile of leaf hashes. */
    void nextBottom() throws FindingException {
        load(0, indexes[0] + 1);
    }

    private void load(int level, long index) throws FindingException {
        var width = TilePath.width(checkpoint.size(), level, index);
        var path = TilePath.tile(level, index);
        var tile = files.readTile(path, width, TilePath.WIDTH * Hashing.SIZE);
        var hashes = files.isOnlyFull(path, width) ? TilePath.WIDTH : width;
        if (tile.length != hashes * Hashing.SIZE) {
            var first = index << TilePath.HEIGHT * (level + 1);
            throw new FindingException(new Finding(
                    Fault.TILE_MALFORMED,
                    first,
                    "",
                    "The tile %s, which begins at leaf %d, has %d bytes instead of %d: hashes were cut off or added."
                            .formatted(path, first, tile.length, hashes * Hashing.SIZE)));
        }
        tiles[level] = tile;
        indexes[level] = index;
    }

    /** Holds the computed hash of a leaf against its tile. */
    void checkLeaf(long index, Bundle bundle) throws FindingException {
        if (!isThere(0, index, computed)) {
            var id = bundle.eventId();
            throw new FindingException(new Finding(
                    Fault.LEAF_CHANGED,
                    index,
                    id,
                    "Leaf %d%s does not have the hash that the tree has in its place: %s."
                            .formatted(index, id.isEmpty() ? "" : " (event " + id + ")", culprit(index))));
        }
    }

    /** Holds the hashes of all subtrees that this leaf completed against their tiles. */
    void checkAbove(Tree tree) throws FindingException {
        var level = 1;
        for (var left = tree.size(); left % TilePath.WIDTH == 0; left /= TilePath.WIDTH) {
            var position = left / TilePath.WIDTH - 1;
            if (indexes[level] != position / TilePath.WIDTH) {
                load(level, position / TilePath.WIDTH);
            }
            if (!isThere(level, position, tree.complete(level))) {
                var first = position << TilePath.HEIGHT * level;
                throw new FindingException(new Finding(
                        Fault.TILE_CHANGED,
                        first,
                        "",
                        "The tile %s has a wrong hash for leaves %d to %d, which agree with the tiles below: the tree was changed there."
                                .formatted(TilePath.tile(level, position / TilePath.WIDTH), first, tree.size() - 1)));
            }
            level++;
        }
    }

    private boolean isThere(int level, long position, byte[] hash) {
        var at = (int) (position % TilePath.WIDTH) * Hashing.SIZE;
        return Arrays.equals(tiles[level], at, at + Hashing.SIZE, hash, 0, Hashing.SIZE);
    }

    /** Whether the leaf or its tile was changed: what stands above in the tree tells. */
    private String culprit(long leaf) throws FindingException {
        var index = leaf / TilePath.WIDTH;
        var width = TilePath.width(checkpoint.size(), 0, index);
        var subtree = new Tree(hashing);
        for (var i = 0; i < width; i++) {
            subtree.add(tiles[0], i * Hashing.SIZE);
        }
        boolean isTileRight;
        if (checkpoint.size() <= TilePath.WIDTH) {
            isTileRight = Arrays.equals(subtree.root(), checkpoint.root());
        } else if (width == TilePath.WIDTH) {
            load(1, index / TilePath.WIDTH);
            isTileRight = isThere(1, index, subtree.root());
        } else {
            return "the event was changed, removed, added or moved, or its tile was";
        }
        return isTileRight
                ? "its tile agrees with the tree above, so the event itself was changed, removed, added or moved"
                : "its tile does not agree with the tree above, so the tile was changed or moved, and perhaps the event";
    }
}
