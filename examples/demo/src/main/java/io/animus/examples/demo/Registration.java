package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * What a run needs, brought into a project by its developer.
 *
 * @param developer who brings it
 * @param project name of the project
 */
record Registration(Person developer, String project) {
    private static final String DATASET = "palmer-penguins";
    private static final String ENVIRONMENT = "java";
    private static final String SOURCE = "https://github.com/allisonhorst/palmerpenguins";

    /** Uploads the file as the first version of a data set and answers that version. */
    JsonNode dataset(Path file) throws IOException, InterruptedException {
        var hub = developer.hub();
        hub.post(
                path("/datasets"),
                Json.object()
                        .put("name", DATASET)
                        .put("description", "Palmer Archipelago penguins (Horst, Hill and Gorman 2020), CC0"));
        var profile = CsvProfile.of(file);
        var content = Json.object()
                .put("digest", Sha256.of(file).toString())
                .put("size", Files.size(file))
                .put("mediaType", "text/csv")
                .put("sourceUri", SOURCE);
        content.set("schema", profile.schema());
        content.set("statistics", profile.statistics());
        var upload = hub.post(path("/datasets/" + DATASET + "/versions"), content);
        var headers = new TreeMap<String, String>();
        upload.path("putHeaders")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asText()));
        hub.upload(URI.create(upload.path("putUrl").asText()), headers, file);
        return hub.post(upload.path("completeUrl").asText());
    }

    /** Describes the environment, then locks it to one image by digest, and answers the lock. */
    JsonNode environment(String image) throws IOException, InterruptedException {
        var hub = developer.hub();
        hub.post(
                path("/environments"),
                Json.object().put("name", ENVIRONMENT).put("description", "A Java runtime and the C library"));
        var definition = Json.object();
        definition.putArray("baseImages").add(image);
        definition.set("resourceDefaults", resources("1", "512Mi", "64Mi"));
        definition.set("resourceLimits", resources("2", "1Gi", "256Mi"));
        var version = hub.post(path("/environments/" + ENVIRONMENT + "/versions"), definition);
        var lock = Json.object()
                .put("environment", ENVIRONMENT)
                .put("version", version.path("number").asInt());
        lock.putArray("images").addObject().put("name", "java").put("reference", image);
        return hub.post(path("/environment-locks"), lock);
    }

    private static JsonNode resources(String cpu, String memory, String storage) {
        return Json.object()
                .put("cpu", cpu)
                .put("memory", memory)
                .put("ephemeralStorage", storage)
                .put("pids", 128)
                .put("gpu", 0);
    }

    private String path(String rest) {
        return "/api/v1/projects/" + project + rest;
    }
}
