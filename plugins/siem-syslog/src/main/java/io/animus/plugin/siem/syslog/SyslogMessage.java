package io.animus.plugin.siem.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.format.Members;
import java.net.URI;

/**
 * Entries as messages of RFC 5424. The MSG part is without the byte order mark that the RFC wants before UTF-8, since
 * readers of JSON and CEF stumble over it; to the RFC that is a MSG-ANY.
 *
 * @param format of the MSG part
 * @param facility 0 to 23
 * @param hostname what the hub calls itself
 * @param enterprise the private enterprise number in the name of the structured data
 * @param source the CloudEvents attribute
 */
record SyslogMessage(Format format, int facility, String hostname, int enterprise, URI source) {
    private static final int HEAD = 512;
    private static final int MAX_HOSTNAME = 255;
    private static final int MAX_PROCESS = 128;
    private static final int MAX_MESSAGE_ID = 32;

    SyslogMessage {
        if (facility < 0 || facility > 23) {
            throw new IllegalArgumentException("facility is 0 to 23, not " + facility);
        }
        hostname = printable(hostname, MAX_HOSTNAME);
    }

    /** The whole message, without framing. */
    byte[] of(AuditEntry entry) {
        var head = new StringBuilder(HEAD)
                .append('<')
                .append(facility * 8 + severity(entry.outcome()))
                .append(">1 ")
                .append(entry.time())
                .append(' ')
                .append(hostname)
                .append(" animus-hub ")
                .append(printable(Members.textOr(entry.event(), "", "node"), MAX_PROCESS))
                .append(' ')
                .append(printable(entry.action(), MAX_MESSAGE_ID))
                .append(" [animus@")
                .append(enterprise);
        parameter(head, "id", entry.id().value());
        parameter(head, "leafIndex", Long.toString(entry.index()));
        parameter(head, "leafHash", entry.leafHash().value());
        parameter(head, "outcome", entry.outcome());
        var start = head.append("] ").toString().getBytes(UTF_8);
        var content = format.of(entry, source);
        var message = new byte[start.length + content.length];
        System.arraycopy(start, 0, message, 0, start.length);
        System.arraycopy(content, 0, message, start.length, content.length);
        return message;
    }

    /** Escaped as section 6.3.3 wants it; control characters, which it lets through, are not. */
    private static void parameter(StringBuilder head, String name, String value) {
        head.append(' ').append(name).append("=\"");
        if (isPlain(value)) {
            head.append(value);
        } else {
            escape(head, value);
        }
        head.append('"');
    }

    private static boolean isPlain(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || c == ']') {
                return false;
            }
        }
        return true;
    }

    private static void escape(StringBuilder head, String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c == '"' || c == '\\' || c == ']') {
                head.append('\\');
            }
            head.append(c < ' ' ? ' ' : c);
        }
    }

    /** What a field of the header may hold: 1 to {@code most} characters from ! to ~. */
    private static String printable(String text, int most) {
        if (text.isEmpty()) {
            return "-";
        }
        var kept = new StringBuilder(text.substring(0, Math.min(most, text.length())));
        for (var i = 0; i < kept.length(); i++) {
            if (kept.charAt(i) <= ' ' || kept.charAt(i) > '~') {
                kept.setCharAt(i, '_');
            }
        }
        return kept.toString();
    }

    private static int severity(String outcome) {
        return switch (outcome) {
            case "success" -> 6;
            case "refused" -> 5;
            default -> 4;
        };
    }
}
