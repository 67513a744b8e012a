package io.animus.kernel.audit.log;

import java.util.Collection;
import java.util.Map;

/** Where the tiles of a log are read. */
@FunctionalInterface
public interface Tiles {
    /**
     * Reads tiles.
     *
     * @param tiles all different, all within the log
     * @return the content of each one: as many hashes as it is wide
     * @throws IllegalArgumentException if the log does not have one of them
     */
    Map<Tile, byte[]> read(Collection<Tile> tiles);
}
