package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** One governed model, from data and a commit to an approval, in the order in which people would do it. */
final class MainJob {
    private static final Duration UNTIL_ACCOUNTED = Duration.ofMinutes(4);
    private static final Duration BETWEEN_EXPORTS = Duration.ofSeconds(5);

    private final Folders folders;
    private final Surroundings surroundings;
    private final Terminal terminal;
    private final String project;
    private final long begun = System.nanoTime();

    /** @param project name of the project to make */
    MainJob(Folders folders, Surroundings surroundings, Terminal terminal, String project) {
        this.folders = folders;
        this.surroundings = surroundings;
        this.terminal = terminal;
        this.project = project;
    }

    Summary show() throws IOException, InterruptedException {
        var results = folders.results(project);
        if (Files.exists(results)) {
            throw DemoException.failed("there was a demo of " + project + " before", "take another --project");
        }
        Folders.makePrivate(results);
        var cast = terminal.step("Create a project and those who take part in it", () -> assemble());
        var code = terminal.step("Commit the training program to git", () -> commit());
        var registration = new Registration(cast.developer(), project);
        var dataset = terminal.step("Register the data set version", () -> register(registration));
        var lock = terminal.step("Lock the environment by digest", () -> lock(registration));
        var training = new TrainingRun(cast.developer(), project, terminal);
        var run = terminal.step("Train the model in an isolated container", () -> train(training, code, dataset, lock));
        var runId = run.path("id").asText();
        var artifacts = terminal.step("Download what the run left and compare digests", () -> {
            var all = training.artifacts(runId);
            showArtifacts(all);
            training.download(runId, named("model.json", all), results);
            training.download(runId, named("report.md", all), results);
            terminal.say("model.json and report.md have the digests that the hub recorded");
            return all;
        });
        var review = new ModelReview(cast, project);
        var draft = terminal.step(
                "Register the model version (" + cast.developer().name() + ")",
                () -> review.register(runId, artifacts, results.resolve("report.md")));
        terminal.step("Validate it (" + cast.maintainer().name() + ")", () -> review.validate(draft));
        var refusal =
                terminal.step("Self-approval is refused (" + cast.developer().name() + ")", () -> {
                    var problem = review.approveByItsMaker(draft);
                    terminal.say(problem.toString());
                    return problem;
                });
        var approved = terminal.step("Approve it (" + cast.approver().name() + ")", () -> review.approve(draft));
        terminal.step("Lineage of the model version", () -> lineage(cast, approved));
        var trail = terminal.step("Audit trail of the project", () -> {
            var read = AuditTrail.read(cast.auditor(), project);
            terminal.say(read.lines(cast));
            return read;
        });
        var verify = new AuditVerify(
                folders.verifier(), surroundings.installation().folder().resolve("auditor"));
        var log = terminal.step("Export the audit log and judge it in another process", () -> judge(verify, cast));
        terminal.step("Flip one bit in a copy and judge that", () -> {
            flipOneBit(verify, log);
            return log;
        });
        verify.remember(log.checkpoint());
        return new Summary(
                surroundings.hub(),
                project,
                results,
                code,
                dataset,
                lock,
                run,
                artifacts,
                approved,
                refusal,
                trail.events().size(),
                verify.line(log.file()),
                Duration.ofNanos(System.nanoTime() - begun));
    }

    private Cast assemble() throws IOException, InterruptedException {
        var admin =
                new HubClient(surroundings.hub(), surroundings.installation().bootstrapKey());
        var cast = Cast.assemble(admin, folders.results(project).resolve("keys"));
        cast.enter(admin, project);
        terminal.say("project " + project);
        terminal.say(cast.roles());
        return cast;
    }

    private GitProject commit() throws IOException, InterruptedException {
        var code = GitProject.commit(
                folders.penguins().resolve("code"), folders.repositories().resolve(project));
        terminal.say(code.repository().toString());
        terminal.say("commit " + code.commit());
        return code;
    }

    private JsonNode register(Registration registration) throws IOException, InterruptedException {
        var version = registration.dataset(folders.penguins().resolve("penguins.csv"));
        var statistics = version.path("statistics");
        terminal.say("%s rows, %d columns, %s"
                .formatted(
                        statistics.path("rowCount").asText(),
                        version.path("schema").size(),
                        version.path("digest").asText()));
        return version;
    }

    private JsonNode lock(Registration registration) throws IOException, InterruptedException {
        var lock = registration.environment(surroundings.image());
        terminal.say("image " + lock.path("images").path(0).path("reference").asText());
        terminal.say("lock  " + lock.path("lockDigest").asText());
        return lock;
    }

    private JsonNode train(TrainingRun training, GitProject code, JsonNode dataset, JsonNode lock)
            throws IOException, InterruptedException {
        var request = TrainingRun.request(
                code, dataset.path("id").asText(), lock.path("id").asText());
        var planned = training.plan(request).path("specDigest").asText();
        var submitted = training.submit(request);
        terminal.say("run  " + submitted.path("id").asText());
        terminal.say("spec " + submitted.path("specDigest").asText());
        if (!planned.equals(submitted.path("specDigest").asText())) {
            throw DemoException.failed("the plan had another digest: " + planned, "report it: this is a defect");
        }
        return training.follow(submitted.path("id").asText());
    }

    private JsonNode lineage(Cast cast, JsonNode version) throws IOException, InterruptedException {
        var lineage = cast.auditor()
                .hub()
                .get("/api/v1/projects/%s/lineage?root=%s&direction=upstream&depth=10"
                        .formatted(project, version.path("id").asText()));
        terminal.say(new LineageTree(lineage).lines());
        return lineage;
    }

    /** Tries again while a hub that crashed is not accounted for: the next one does that within minutes. */
    private ExportedLog judge(AuditVerify verify, Cast cast) throws IOException, InterruptedException {
        var folder = folders.results(project).resolve("audit");
        terminal.say(
                verify.learn(ExportedLog.vkey(cast.auditor()))
                        ? "the log's public key was taken from the hub, this first time"
                        : "with the public key that was kept from the first time");
        terminal.say(
                verify.remembersALog()
                        ? "and the checkpoint of the last demo, which this log must continue"
                        : "there is no older checkpoint yet");
        var log = ExportedLog.export(cast.auditor(), folder);
        var verdict = verify.judge(log.file());
        var end = System.nanoTime() + UNTIL_ACCOUNTED.toNanos();
        while (verdict.exitCode() == AuditVerify.INCOMPLETE && System.nanoTime() < end) {
            Thread.sleep(BETWEEN_EXPORTS.toMillis());
            log = ExportedLog.export(cast.auditor(), folder);
            verdict = verify.judge(log.file());
        }
        terminal.verdict(verdict.output(), verdict.exitCode() == AuditVerify.GREEN);
        if (verdict.exitCode() != AuditVerify.GREEN) {
            throw DemoException.failed("the audit log is not as it should be", "report it: this is a defect");
        }
        return log;
    }

    private void flipOneBit(AuditVerify verify, ExportedLog log) throws IOException, InterruptedException {
        var leaf = log.flipOneBit();
        terminal.say("in leaf " + leaf + " of " + log.unpacked());
        var verdict = verify.judge(log.unpacked());
        terminal.verdict(verdict.output(), false);
        if (verdict.exitCode() != AuditVerify.NOT_INTACT
                || !verdict.output().contains("LEAF_CHANGED: Leaf " + leaf + " ")) {
            throw DemoException.failed("the flipped bit was not found", "report it: this is a defect");
        }
    }

    private void showArtifacts(List<JsonNode> artifacts) {
        var table = new TextTable("artifact", "kind", "bytes", "digest");
        artifacts.forEach(artifact -> table.row(
                artifact.path("name").asText(),
                artifact.path("kind").asText(),
                artifact.path("size").asText(),
                artifact.path("digest").asText()));
        terminal.say(table.lines());
    }

    private static JsonNode named(String name, List<JsonNode> artifacts) {
        return artifacts.stream()
                .filter(artifact -> artifact.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> DemoException.failed("the run left no " + name, "its log is above"));
    }
}
