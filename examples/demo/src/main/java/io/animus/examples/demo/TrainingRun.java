package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The production run that trains the model.
 *
 * @param developer who submits it
 * @param project name of the project
 */
record TrainingRun(Person developer, String project, Terminal terminal) {
    private static final String INPUT = "penguins";
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** What a run is made of; all of it is fixed by digest or commit. */
    static ObjectNode request(GitProject code, String datasetVersion, String environmentLock) {
        var request = Json.object()
                .put("kind", "production")
                .put("environmentLock", environmentLock)
                .put("seed", 42)
                .put("timeoutSeconds", 300)
                .put("experiment", "first-steps");
        request.putObject("code")
                .put("repository", code.repository().toString())
                .put("commit", code.commit());
        request.putArray("inputs").addObject().put("name", INPUT).put("datasetVersion", datasetVersion);
        // Arguments to the image's entry point, java. Small heaps start faster with the serial collector and one
        // compiler.
        var command = request.putArray("command");
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
                .forEach(command::add);
        List.of("/in/code/Train.java", "/in/" + INPUT, "/out", "0.5", "300", "42")
                .forEach(command::add);
        request.putObject("parameters").put("learning_rate", "0.5").put("epochs", "300");
        request.putObject("retry").put("maxAttempts", 2).putArray("on").add("platform");
        request.putArray("tags").add("demo");
        return request;
    }

    /** Asks what the run would be, without creating it. */
    JsonNode plan(ObjectNode request) throws IOException, InterruptedException {
        var plan = developer.hub().post(path("?validateOnly=true"), request);
        if (!plan.path("valid").asBoolean()) {
            throw DemoException.failed("the run would not be created: " + plan.path("errors"), "see the hub's log");
        }
        return plan;
    }

    JsonNode submit(ObjectNode request) throws IOException, InterruptedException {
        return developer.hub().post(path(""), request);
    }

    /** Shows states and log as they come, and answers the finished run. */
    JsonNode follow(String run) throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(2);
        try {
            var all = threads.invokeAll(
                    List.of(
                            following(run, "events", this::showState),
                            following(
                                    run,
                                    "logs",
                                    line -> terminal.quote(line.path("text").asText()))),
                    LIMIT.toSeconds(),
                    TimeUnit.SECONDS);
            for (var each : all) {
                each.get(0, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw DemoException.failed("the run can't be followed: " + e.getCause(), "see the hub's log", e);
        } catch (TimeoutException | CancellationException e) {
            throw DemoException.failed(
                    "the run took longer than " + LIMIT.toMinutes() + " minutes", "see the hub's log", e);
        } finally {
            threads.shutdownNow();
        }
        var ended = developer.hub().get(path("/" + run));
        if (!ended.path("state").asText().equals("succeeded")) {
            throw DemoException.failed(
                    "the run %s: %s %s, %s"
                            .formatted(
                                    ended.path("state").asText(),
                                    ended.path("errorClass").asText(),
                                    ended.path("cause").asText(),
                                    ended.path("causeDetail").asText()),
                    "its log is above");
        }
        return ended;
    }

    List<JsonNode> artifacts(String run) throws IOException, InterruptedException {
        return developer.hub().list(path("/" + run + "/artifacts"));
    }

    /** Downloads an artifact through a signed URL and compares its digest. */
    Path download(String run, JsonNode artifact, Path folder) throws IOException, InterruptedException {
        var name = artifact.path("name").asText();
        var target = folder.resolve(Path.of(name).getFileName());
        var signed = developer
                .hub()
                .post(path("/" + run + "/artifacts/" + artifact.path("id").asText() + ":download"));
        developer.hub().download(URI.create(signed.path("url").asText()), target);
        var digest = Sha256.of(target).toString();
        if (!digest.equals(artifact.path("digest").asText())) {
            throw DemoException.failed(
                    "%s has the digest %s, not %s"
                            .formatted(name, digest, artifact.path("digest").asText()),
                    "report it: this is a defect");
        }
        return target;
    }

    private Callable<Void> following(String run, String stream, Consumer<JsonNode> show) {
        return () -> {
            new EventStream(developer.hub(), path("/" + run + "/" + stream)).follow(show);
            return null;
        };
    }

    private void showState(JsonNode event) {
        var waiting = event.path("waitingReason");
        terminal.say(
                "state: " + event.path("state").asText() + (waiting.isTextual() ? " (" + waiting.asText() + ")" : ""));
    }

    private String path(String rest) {
        return "/api/v1/projects/" + project + "/runs" + rest;
    }
}
