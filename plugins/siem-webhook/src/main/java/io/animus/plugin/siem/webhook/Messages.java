package io.animus.plugin.siem.webhook;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.format.CloudEvent;
import io.animus.api.plugin.egress.WebhookClient.Message;
import io.animus.api.types.Digest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries as messages of CloudEvents.
 *
 * @param most entries of one message; with 1 each goes alone, in the form that is for one
 */
record Messages(CloudEvent format, int most) {
    /** Entries of a message end after so much; what receivers take by default begins at 100 KiB. */
    private static final int MOST_BYTES = 64 << 10;

    private static final int LENGTH_OF_ID = 32;

    Messages {
        if (most < 1) {
            throw new IllegalArgumentException("batch_entries is at least 1, not " + most);
        }
    }

    /** A message and the entries that are in it. */
    record Batch(List<AuditEntry> entries, Message message) {
        Batch {
            entries = List.copyOf(entries);
        }
    }

    /** The first message of {@code entries}: as many of them as go into one. */
    Batch first(List<AuditEntry> entries) {
        if (most == 1) {
            var only = entries.get(0);
            return new Batch(
                    List.of(only),
                    new Message(
                            only.id().value(),
                            "application/cloudevents+json",
                            format.of(only).canonical()));
        }
        var body = new ByteArrayOutputStream(1024);
        var taken = new ArrayList<AuditEntry>();
        for (var entry : entries.subList(0, Math.min(most, entries.size()))) {
            var event = format.of(entry).canonical();
            if (!taken.isEmpty() && body.size() + event.length > MOST_BYTES) {
                break;
            }
            body.write(taken.isEmpty() ? '[' : ',');
            body.writeBytes(event);
            taken.add(entry);
        }
        body.write(']');
        var bytes = body.toByteArray();
        // Of its content, so that a receiver that drops repeats by it never drops another batch.
        var id = "batch-" + Digest.of(bytes).hex().substring(0, LENGTH_OF_ID);
        return new Batch(taken, new Message(id, "application/cloudevents-batch+json", bytes));
    }
}
