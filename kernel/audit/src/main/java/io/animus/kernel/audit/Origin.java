package io.animus.kernel.audit;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;

/**
 * The hub that recorded an event.
 *
 * @param node name of the hub process, 1 to 255 bytes of UTF-8 without control characters
 * @param nodeSeq counts the events of that node since its start, from 1, so that a gap shows
 * @param composition digest of the plugins and their configuration at that moment
 */
public record Origin(String node, long nodeSeq, Digest composition) {
    private static final int MAX_NODE = 255;

    public Origin {
        AuditText.check("node", node, MAX_NODE);
        if (nodeSeq < 1 || nodeSeq > Json.MAX_WHOLE) {
            throw new IllegalArgumentException("nodeSeq starts at 1, not " + nodeSeq);
        }
    }
}
