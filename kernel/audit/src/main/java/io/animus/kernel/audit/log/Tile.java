package io.animus.kernel.audit.log;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a tile of C2SP tlog-tiles: up to 256 consecutive hashes of subtrees of height 8 × level. The bundle of entries with
 * the same index and width holds the leaves of a tile of level 0.
 *
 * @param level 0 for leaf hashes; at most 7, which is more than 2<sup>62</sup> leaves ever reach
 * @param index of the tile in its level, from 0
 * @param width hashes in it, 1 to 256; under 256 it is partial, and only at the right edge of a tree
 */
public record Tile(int level, long index, int width) {
    /** Levels of the tree in one tile. */
    public static final int HEIGHT = 8;

    /** Hashes in a full tile. */
    public static final int FULL = 1 << HEIGHT;

    private static final int MAX_LEVEL = 7;
    private static final int GROUP = 1000;
    private static final Pattern NUMBER = Pattern.compile("((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

    public Tile {
        if (level < 0 || level > MAX_LEVEL || index < 0 || width < 1 || width > FULL) {
            throw new IllegalArgumentException("no tile: level " + level + ", index " + index + ", width " + width);
        }
    }

    /** The tile that holds the hash of a subtree, or the hashes from which it is made, as wide as it is in a tree of this size. */
    static Tile holding(Subtree subtree, long size) {
        var level = subtree.height() / HEIGHT;
        var index = firstOf(subtree) / FULL;
        var inLevel = size >> (level * HEIGHT);
        return new Tile(level, index, (int) Math.min(FULL, inLevel - index * FULL));
    }

    /** The first of the hashes, counted in the whole level, from which the subtree's is made. */
    private static long firstOf(Subtree subtree) {
        return subtree.index() << (subtree.height() % HEIGHT);
    }

    /** The hash of a subtree out of the content of the tile that holds it. */
    static Hash hashOf(Subtree subtree, byte[] content, TreeHasher hasher) {
        var count = 1 << (subtree.height() % HEIGHT);
        return hashOf(content, (int) (firstOf(subtree) % FULL), count, hasher);
    }

    private static Hash hashOf(byte[] content, int start, int count, TreeHasher hasher) {
        if (count == 1) {
            return Hash.at(content, start);
        }
        var half = count / 2;
        return hasher.node(hashOf(content, start, half, hasher), hashOf(content, start + half, half, hasher));
    }

    /** The first hash, counted in the whole level. */
    public long start() {
        return index * FULL;
    }

    /** After the last hash, counted in the whole level. */
    public long end() {
        return start() + width;
    }

    /** Whether a tree of this size has all hashes of this tile. */
    public boolean isWithin(long size) {
        return end() <= size >> (level * HEIGHT);
    }

    /** Where the hashes are served, below the prefix of the log: {@code tile/0/x001/234.p/56}. */
    public String path() {
        return "tile/" + level + "/" + number();
    }

    /** Where the entries under a tile of level 0 are served: {@code tile/entries/x001/234.p/56}. */
    public String entriesPath() {
        return "tile/entries/" + number();
    }

    private String number() {
        var number = new StringBuilder("%03d".formatted(index % GROUP));
        for (var rest = index / GROUP; rest > 0; rest /= GROUP) {
            number.insert(0, "x%03d/".formatted(rest % GROUP));
        }
        return width == FULL ? number.toString() : number + ".p/" + width;
    }

    /**
     * Reads the part of a path after the level, in the one form that the specification allows.
     *
     * @param level as in the path, 0 to 7
     * @param number {@code x001/234}, or {@code x001/234.p/56} of a partial tile
     * @return empty if it is anything else
     */
    public static Optional<Tile> find(int level, String number) {
        var match = NUMBER.matcher(number);
        if (level < 0 || level > MAX_LEVEL || !match.matches()) {
            return Optional.empty();
        }
        var index = Long.parseLong(match.group(1).replace("x", "").replace("/", ""));
        var width = match.group(2) == null ? FULL : Integer.parseInt(match.group(2));
        if (width > FULL) {
            return Optional.empty();
        }
        var tile = new Tile(level, index, width);
        return tile.number().equals(number) ? Optional.of(tile) : Optional.empty();
    }
}
