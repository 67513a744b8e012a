package io.animus.plugin.siem.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.format.CloudEvent;
import java.net.URI;
import java.util.Locale;
import java.util.stream.Stream;

/** What stands in the MSG part of a message. */
enum Format {
    /** The event in an envelope of CloudEvents. */
    CLOUDEVENTS,
    /** The event as OCSF has it, in an envelope of CloudEvents. */
    OCSF,
    /** Common Event Format. */
    CEF;

    /** The format that a configuration writes so. */
    static Format of(String word) {
        return Stream.of(values())
                .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("format is one of cloudevents, ocsf, cef, not " + word));
    }

    /** In UTF-8; never a line feed or another control character below space. */
    byte[] of(AuditEntry entry, URI source) {
        return switch (this) {
            case CLOUDEVENTS ->
                new CloudEvent(source, CloudEvent.Data.EVENT).of(entry).canonical();
            case OCSF -> new CloudEvent(source, CloudEvent.Data.OCSF).of(entry).canonical();
            case CEF -> Cef.of(entry).getBytes(UTF_8);
        };
    }
}
