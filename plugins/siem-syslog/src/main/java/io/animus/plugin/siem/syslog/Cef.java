package io.animus.plugin.siem.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.format.Members;
import org.jspecify.annotations.Nullable;

/** Common Event Format, version 0 of the format, with the keys of its dictionary. */
final class Cef {
    private final StringBuilder text = new StringBuilder(512);
    private boolean isFirst = true;

    private Cef() {}

    static String of(AuditEntry entry) {
        var event = entry.event();
        var cef = new Cef();
        cef.text.append("CEF:0|Animus|Animus Hub|1|");
        cef.header(entry.action());
        cef.header(entry.action().replace('.', ' ').replace('_', ' '));
        cef.text.append(severity(entry.outcome())).append('|');
        cef.pair("externalId", entry.id().value());
        cef.pair("rt", Long.toString(entry.time().toEpochMilli()));
        cef.pair("act", entry.action());
        cef.pair("outcome", entry.outcome());
        cef.pair("reason", Members.text(event, "reason"));
        cef.pair("suser", Members.text(event, "actor", "subject"));
        var source = Members.text(event, "sourceIp");
        cef.pair(source != null && source.indexOf(':') >= 0 ? "c6a2" : "src", source);
        cef.pair("requestClientApplication", Members.text(event, "userAgent"));
        cef.pair("dvchost", Members.text(event, "node"));
        cef.pair("cn1Label", "leafIndex");
        cef.pair("cn1", Long.toString(entry.index()));
        cef.pair("cs1Label", "leafHash");
        cef.pair("cs1", entry.leafHash().value());
        cef.pair("cs2Label", "resource");
        cef.pair(
                "cs2",
                Members.textOr(event, "", "resource", "type") + "/" + Members.textOr(event, "", "resource", "id"));
        cef.pair("cs3Label", "project");
        cef.pair("cs3", Members.textOr(event, "", "resource", "project"));
        cef.pair("cs4Label", "requestId");
        cef.pair("cs4", Members.textOr(event, "", "requestId"));
        event.find("details").ifPresent(details -> {
            cef.pair("cs5Label", "details");
            cef.pair("cs5", new String(details.canonical(), UTF_8));
        });
        return cef.text.toString();
    }

    private static int severity(String outcome) {
        return switch (outcome) {
            case "success" -> 2;
            case "refused" -> 4;
            default -> 7;
        };
    }

    private void header(String value) {
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c == '\\' || c == '|') {
                text.append('\\');
            }
            text.append(c < ' ' ? ' ' : c);
        }
        text.append('|');
    }

    private void pair(String key, @Nullable String value) {
        if (value == null) {
            return;
        }
        text.append(isFirst ? "" : " ").append(key).append('=');
        isFirst = false;
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            switch (c) {
                case '\\', '=' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                default -> text.append(c < ' ' ? ' ' : c);
            }
        }
    }
}
