package io.animus.api.audit;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.time.Instant;

/**
 * One event of the audit log, with what a receiver needs in order to drop repeats and to check its copy against a
 * checkpoint.
 *
 * @param index of the leaf, from 0, without gaps in the log; a filter may leave gaps between entries
 * @param leafHash SHA-256 over a zero byte and the leaf (RFC 6962, 2.1)
 * @param id of the event; the same at every repeat
 * @param time of the event, in whole microseconds
 * @param action noun and past participle, {@code run.created}
 * @param outcome {@code success}, {@code denied}, {@code refused} or {@code failure}
 * @param event the whole event in the clear, as far as its values were not erased; at most 16 KiB in canonical form
 */
public record AuditEntry(
        long index, Digest leafHash, TypeId id, Instant time, String action, String outcome, Json.Members event) {
    public AuditEntry {
        if (index < 0) {
            throw new IllegalArgumentException("a leaf's index is not below 0: " + index);
        }
    }
}
