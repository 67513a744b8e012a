package io.animus.examples.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Updates a plugin while it is in use, time and again, and counts what its users notice. */
final class SwapShow {
    private static final String PLUGIN = "animus-scm-git";
    private static final int SWAPS = 5;
    private static final int CLIENTS = 4;
    private static final int PER_SECOND = 50;
    private static final Duration BEFORE = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofSeconds(1);

    private final Folders folders;
    private final Surroundings surroundings;
    private final Terminal terminal;
    private final String project;
    private final TextTable swaps = new TextTable("version", "composition of the hub", "took");

    /** @param project name of the project to make */
    SwapShow(Folders folders, Surroundings surroundings, Terminal terminal, String project) {
        this.folders = folders;
        this.surroundings = surroundings;
        this.terminal = terminal;
        this.project = project;
    }

    /** The counters, once all updates are done and the plugin of the archive is back. */
    ObjectNode show() throws IOException, InterruptedException {
        var admin =
                new HubClient(surroundings.hub(), surroundings.installation().bootstrapKey());
        var results = folders.results(project);
        var request = terminal.step("Prepare a run, whose plan asks the git plugin for its commit", () -> {
            Folders.makePrivate(results);
            return prepare(admin, results);
        });
        var packages =
                terminal.step("Publish " + SWAPS + " versions of the git plugin, signed", () -> publish(results));
        var counters = terminal.step(
                "Update the plugin %d times under %d requests a second".formatted(SWAPS, PER_SECOND),
                () -> swap(admin, request, packages));
        terminal.step("Go back to the plugin of the archive", () -> admin.post(path() + ":uninstall"));
        terminal.say(swaps.lines());
        terminal.say(new TextTable("requests", "failed", "p99 beside no update", "p99 beside an update")
                .row(
                        Integer.toString(counters.requests()),
                        Integer.toString(counters.failed()),
                        millis(counters.p99()),
                        millis(counters.p99Swapping()))
                .lines());
        if (counters.failed() > 0) {
            throw DemoException.failed(
                    counters.failed() + " requests failed, the first with " + counters.firstFailure(),
                    "report it: this is a defect");
        }
        return Json.object()
                .put("hub", surroundings.hub().toString())
                .put("project", project)
                .put("swaps", SWAPS)
                .put("requests", counters.requests())
                .put("failed", counters.failed())
                .put("p99Millis", counters.p99().toMillis())
                .put("p99SwappingMillis", counters.p99Swapping().toMillis());
    }

    private Traffic.Request prepare(HubClient admin, Path results) throws IOException, InterruptedException {
        var cast = Cast.assemble(admin, results.resolve("keys"));
        cast.enter(admin, project);
        var code = GitProject.commit(
                folders.penguins().resolve("code"), folders.repositories().resolve(project));
        var registration = new Registration(cast.developer(), project);
        var dataset = registration.dataset(folders.penguins().resolve("penguins.csv"));
        var lock = registration.environment(surroundings.image());
        var run = TrainingRun.request(
                code, dataset.path("id").asText(), lock.path("id").asText());
        var training = new TrainingRun(cast.developer(), project, terminal);
        terminal.say("plan with spec " + training.plan(run).path("specDigest").asText());
        return () -> training.plan(run);
    }

    private List<Path> publish(Path results) throws IOException, InterruptedException {
        var publisher = new PluginPublisher(PLUGIN, surroundings.installation(), results.resolve("publisher"));
        publisher.introduce();
        var packages = new ArrayList<Path>();
        for (var number = 1; number <= SWAPS; number++) {
            // The name of the project differs from one demo to the next, and the versions must.
            packages.add(publisher.publish("9.0." + number + "." + project));
        }
        return packages;
    }

    private Traffic.Counters swap(HubClient admin, Traffic.Request request, List<Path> packages)
            throws IOException, InterruptedException {
        var traffic = new Traffic(CLIENTS, PER_SECOND, request);
        try {
            Thread.sleep(BEFORE.toMillis());
            for (var one : packages) {
                traffic.swapping(true);
                var begun = System.nanoTime();
                var updated = admin.postFile(path() + ":update", "application/vnd.animus.plugin", one);
                var took = Duration.ofNanos(System.nanoTime() - begun);
                traffic.swapping(false);
                swaps.row(
                        updated.path("version").asText(),
                        admin.get("/api/v1/composition").path("digest").asText(),
                        millis(took));
                Thread.sleep(BETWEEN.toMillis());
            }
        } finally {
            traffic.stop();
        }
        return traffic.counters();
    }

    private static String path() {
        return "/api/v1/plugins/" + PLUGIN;
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%d ms", duration.toMillis());
    }
}
