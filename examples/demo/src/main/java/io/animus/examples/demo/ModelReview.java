package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The way of a model version from draft to approved, which takes three persons.
 *
 * @param project name of the project
 */
record ModelReview(Cast cast, String project) {
    private static final String MODEL = "penguin-species";

    /** Makes a draft version from all that the run left, with the report as model card. */
    JsonNode register(String run, List<JsonNode> artifacts, Path report) throws IOException, InterruptedException {
        var hub = cast.developer().hub();
        hub.post(
                path(""),
                Json.object()
                        .put("name", MODEL)
                        .put("description", "Tells the species of a penguin by four measurements"));
        var version = Json.object().put("run", run).put("modelCard", Files.readString(report));
        var ids = version.putArray("artifacts");
        artifacts.forEach(artifact -> ids.add(artifact.path("id").asText()));
        return hub.post(path("/" + MODEL + "/versions"), version);
    }

    JsonNode validate(JsonNode version) throws IOException, InterruptedException {
        return cast.maintainer()
                .hub()
                .post(verb(version, "validate"), reason("Accuracy on unseen penguins is above 0.95"));
    }

    /** The developer has the role to approve, and still can't approve their own work. */
    Problem approveByItsMaker(JsonNode version) throws IOException, InterruptedException {
        var problem = cast.developer().hub().postRefused(verb(version, "approve"), reason("It is mine"));
        if (problem.status() != 403 || !problem.code().equals("SELF_APPROVAL")) {
            throw DemoException.refused(problem);
        }
        return problem;
    }

    JsonNode approve(JsonNode version) throws IOException, InterruptedException {
        var approved = cast.approver().hub().post(verb(version, "approve"), reason("Reviewed report and provenance"));
        if (!approved.path("stage").asText().equals("approved")) {
            throw DemoException.failed("the version is " + approved.path("stage"), "report it: this is a defect");
        }
        return approved;
    }

    private static JsonNode reason(String reason) {
        return Json.object().put("reason", reason);
    }

    private String verb(JsonNode version, String verb) {
        return path("/" + MODEL + "/versions/" + version.path("number").asInt() + ":" + verb);
    }

    private String path(String rest) {
        return "/api/v1/projects/" + project + "/models" + rest;
    }
}
