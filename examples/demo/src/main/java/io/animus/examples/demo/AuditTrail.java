package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;

/** What the audit log says of a project, oldest first. */
record AuditTrail(List<JsonNode> events) {

    /** Reads it as the auditor, page by page. */
    static AuditTrail read(Person auditor, String project) throws IOException, InterruptedException {
        return new AuditTrail(auditor.hub().list("/api/v1/audit/events?orderBy=time&project=" + project));
    }

    /** One line for each event, with names for the ids of those who take part. */
    List<String> lines(Cast cast) {
        var table = new TextTable("time", "who", "action", "outcome", "what", "why");
        for (var event : events) {
            var who = event.path("actor").path("subject").asText();
            table.row(
                    event.path("time").asText().replaceFirst("^.*T", "").replaceFirst("[.].*", ""),
                    cast.nameOf(who).orElse(who),
                    event.path("action").asText(),
                    event.path("outcome").asText(),
                    text(event.path("resource").path("id")),
                    text(event.path("reason")));
        }
        return table.lines();
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : "";
    }
}
