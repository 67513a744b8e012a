package io.animus.verifier;

/** Where tiles and entry bundles are (C2SP tlog-tiles), and how many hashes or leaves each of them has. */
final class TilePath {
    /** Levels of the tree in one tile. */
    static final int HEIGHT = 8;
    /** Hashes, or leaves, in a full tile. */
    static final int WIDTH = 1 << HEIGHT;

    private static final int GROUP = 1000;

    private TilePath() {}

    /** Path of a full tile of hashes. */
    static String tile(int level, long index) {
        return "tile/" + level + "/" + number(index);
    }

    /** Path of a full entry bundle. */
    static String entries(long index) {
        return "tile/entries/" + number(index);
    }

    /** What is appended to the path of a tile that is not full. */
    static String partial(int width) {
        return ".p/" + width;
    }

    /** Hashes of tile {@code index} of that level in a tree with {@code size} leaves; 256 if full, 0 or less if none. */
    static int width(long size, int level, long index) {
        return (int) Math.min(WIDTH, (size >> HEIGHT * level) - index * WIDTH);
    }

    private static String number(long index) {
        var last = "%03d".formatted(index % GROUP);
        var path = new StringBuilder(last);
        for (var rest = index / GROUP; rest > 0; rest /= GROUP) {
            path.insert(0, "x%03d/".formatted(rest % GROUP));
        }
        return path.toString();
    }
}
