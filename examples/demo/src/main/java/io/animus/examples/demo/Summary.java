package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What one demo made.
 *
 * @param results folder with the downloaded files and the keys
 * @param run as the hub shows it when finished
 * @param auditEvents how many there are of this project
 * @param judgeAgain command that judges the exported audit log
 * @param took from the first step to the last
 */
record Summary(
        URI hub,
        String project,
        Path results,
        GitProject code,
        JsonNode datasetVersion,
        JsonNode environmentLock,
        JsonNode run,
        List<JsonNode> artifacts,
        JsonNode modelVersion,
        Problem selfApproval,
        int auditEvents,
        String judgeAgain,
        Duration took) {

    /** A table for people. */
    List<String> table() {
        var table = new TextTable("what", "id", "fixed by");
        table.row("project", project, "");
        table.row("code", code.repository().toString().replaceFirst("^.*/", ""), "commit " + code.commit());
        table.row("dataset version", id(datasetVersion), text(datasetVersion, "digest"));
        table.row("environment lock", id(environmentLock), text(environmentLock, "lockDigest"));
        table.row("run (" + text(run, "state") + ")", id(run), text(run, "specDigest"));
        for (var artifact : artifacts) {
            table.row("artifact " + text(artifact, "name"), id(artifact), text(artifact, "digest"));
        }
        table.row(
                "model version " + text(modelVersion, "number") + " (" + text(modelVersion, "stage") + ")",
                id(modelVersion),
                auditEvents + " audit events");
        return table.lines();
    }

    /** Commands that show more, to be pasted as they are. */
    List<String> commands() {
        var inProject = "/api/v1/projects/" + project;
        return List.of(
                curl("demo-developer", inProject + "/runs/" + id(run)),
                curl(
                        "demo-developer",
                        inProject + "/models/" + text(modelVersion, "model") + "/versions/"
                                + text(modelVersion, "number") + "/provenance"),
                curl("demo-developer", inProject + "/lineage?root=" + id(modelVersion) + "&direction=upstream"),
                curl("demo-auditor", "/api/v1/audit/events?project=" + project),
                judgeAgain,
                "less '" + results.resolve("report.md") + "'");
    }

    /** The same for programs; without keys. */
    ObjectNode json() {
        var json = Json.object()
                .put("hub", hub.toString())
                .put("project", project)
                .put("results", results.toString())
                .put("repository", code.repository().toString())
                .put("commit", code.commit())
                .put("selfApproval", selfApproval.code())
                .put("auditEvents", auditEvents)
                .put("tookMillis", took.toMillis());
        json.set("datasetVersion", datasetVersion);
        json.set("environmentLock", environmentLock);
        json.set("run", run);
        json.putArray("artifacts").addAll(artifacts);
        json.set("modelVersion", modelVersion);
        return json;
    }

    private String curl(String person, String path) {
        return "curl -s -H \"Authorization: Bearer $(cat '%s')\" '%s'"
                .formatted(results.resolve("keys").resolve(person), hub.resolve(path));
    }

    private static String id(JsonNode thing) {
        return text(thing, "id");
    }

    private static String text(JsonNode thing, String member) {
        return thing.path(member).asText();
    }
}
