package io.animus.kernel.rest;

import io.animus.kernel.core.RunResults;
import io.animus.kernel.core.Runs;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.RunTransition;
import io.animus.kernel.domain.run.WaitingReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs and what they did, as the API shows them. */
final class RunViews {
    private RunViews() {}

    static String location(Run run) {
        return "/api/v1/projects/" + run.project() + "/runs/" + run.id();
    }

    /** A run with its frozen spec, which is kept as the JSON that it is shown as. */
    static void write(JsonOutput output, Runs.View view) {
        writeSummary(output, view);
        output.raw("spec", view.run().spec());
    }

    static void writeSummary(JsonOutput output, Runs.View view) {
        var run = view.run();
        var progress = run.progress();
        var labels = run.labels();
        output.put("id", run.id().value())
                .put("project", run.project().value())
                .put("kind", run.kind().word())
                .put("state", progress.state().word())
                .put("waitingReason", name(view.waiting()));
        writeFailure(output, progress.failure());
        output.number("exitCode", progress.exitCode())
                .put("attempts", progress.attempts())
                .put("priority", progress.priority())
                .put(
                        "experiment",
                        labels.experiment() == null ? null : labels.experiment().value())
                .texts("tags", labels.tags())
                .put("requestedRef", labels.requestedRef())
                .put(
                        "rerunOf",
                        labels.rerunOf() == null ? null : labels.rerunOf().value())
                .put("specDigest", run.specDigest().value())
                .put("compositionDigest", run.composition().value());
        Access.writeMade(output, run.made())
                .put("cancelRequestedAt", progress.cancelRequested())
                .put("startedAt", progress.started())
                .put("finishedAt", progress.finished())
                .etag(progress.version());
    }

    static void writePlan(JsonOutput output, Runs.Preview plan) {
        var spec = plan.spec();
        output.put("valid", spec != null)
                .put("spec", spec == null ? null : spec.toJson())
                .put("specDigest", spec == null ? null : spec.digest().value())
                .put("compositionDigest", plan.composition().value())
                .list("errors", plan.violations(), Problem::writeError);
    }

    static void writeAttempt(JsonOutput output, Attempt attempt) {
        var end = attempt.end();
        output.put("id", attempt.id().value())
                .put("run", attempt.run().value())
                .put("number", attempt.number())
                .put("executor", attempt.placement().executor())
                .putNull("externalId")
                .put("outcome", end == null ? null : end.outcome().word())
                .number("exitCode", end == null ? null : end.exitCode());
        writeFailure(output, end == null ? null : end.failure());
        output.texts("node", attempt.node() == null ? Map.of() : Map.of("name", attempt.node()))
                .put("createdAt", attempt.created())
                .put("startedAt", attempt.started())
                .put("finishedAt", end == null ? null : end.at());
    }

    static void writeArtifact(JsonOutput output, Artifact artifact) {
        output.put("id", artifact.id().value())
                .put("project", artifact.project().value())
                .put("run", artifact.run().value())
                .put("attempt", artifact.attempt())
                .put("name", artifact.name())
                .put("kind", artifact.kind().word())
                .put("mediaType", artifact.mediaType())
                .put("digest", artifact.digest().value())
                .put("size", artifact.size())
                .put("retentionClass", artifact.retentionClass())
                .put("createdAt", artifact.created());
    }

    static void writeDownload(JsonOutput output, RunResults.Download download) {
        var artifact = download.artifact();
        output.put("url", download.url().url().toString())
                .put("expiresAt", download.url().expires())
                .put("digest", artifact.digest().value())
                .put("size", artifact.size())
                .put("mediaType", artifact.mediaType());
    }

    /** The data of an event: the run just after it changed. */
    static void writeEvent(JsonOutput output, RunTransition transition) {
        var progress = transition.progress();
        output.put("run", transition.run().value())
                .put("time", transition.at())
                .put("state", progress.state().word())
                .put("waitingReason", name(waiting(progress)))
                .put("attempt", progress.attempts())
                .number("exitCode", progress.exitCode());
        writeFailure(output, progress.failure());
    }

    private static @Nullable WaitingReason waiting(RunProgress progress) {
        if (progress.state() != RunState.QUEUED) {
            return null;
        }
        return progress.attempts() == 0 ? WaitingReason.IN_QUEUE : WaitingReason.RETRY_BACKOFF;
    }

    private static void writeFailure(JsonOutput output, @Nullable Failure failure) {
        output.put("errorClass", failure == null ? null : failure.errorClass().word())
                .put("cause", failure == null ? null : failure.cause().name())
                .put("causeDetail", failure == null ? null : failure.detail());
    }

    private static @Nullable String name(@Nullable Enum<?> value) {
        return value == null ? null : value.name();
    }
}
