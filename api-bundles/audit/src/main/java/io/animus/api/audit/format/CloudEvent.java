package io.animus.api.audit.format;

import io.animus.api.audit.AuditEntry;
import io.animus.api.types.Json;
import java.net.URI;

/**
 * Entries in the envelope of CloudEvents 1.0, structured JSON.
 *
 * <p>The envelope's {@code id} is that of the audit event, by which a receiver drops repeats. {@code leafindex} and
 * {@code leafhash} are extensions; the index is a string, since a number is only 32 bits long there.
 *
 * @param source what the envelopes name as their source; names the hub
 * @param data what is in them
 */
public record CloudEvent(URI source, Data data) {
    /** What an envelope holds. */
    public enum Data {
        /** The event as the hub's own API shows it. */
        EVENT,
        /** The event as OCSF has it. */
        OCSF
    }

    /** The whole message. */
    public Json.Members of(AuditEntry entry) {
        return Json.object()
                .put("specversion", "1.0")
                .put("id", entry.id().value())
                .put("source", source.toString())
                .put("type", "io.animus.audit." + entry.action())
                .put("time", entry.time().toString())
                .put("datacontenttype", "application/json")
                .put("leafindex", Long.toString(entry.index()))
                .put("leafhash", entry.leafHash().value())
                .put("data", data == Data.OCSF ? Ocsf.of(entry) : entry.event())
                .build();
    }
}
