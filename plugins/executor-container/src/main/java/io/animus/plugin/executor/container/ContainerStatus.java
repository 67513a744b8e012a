package io.animus.plugin.executor.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.animus.api.executor.Exit;
import io.animus.api.executor.JobStatus;
import io.animus.api.types.Digest;
import io.animus.plugin.executor.container.JobFolder.Mark;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** What the engine says of a container, together with the hub's marks, in the words of the port. */
final class ContainerStatus {
    private static final int SIGKILLED = 137;
    private static final int SIGTERMED = 143;
    private static final int SIGNALED = 128;
    private static final int MAX_SIGNAL = 64;
    private static final Duration COARSE_CLOCK = Duration.ofMillis(10);

    private final String node;
    private final String boot;

    /**
     * @param node name of this machine
     * @param boot id of its current boot
     */
    ContainerStatus(String node, String boot) {
        this.node = node;
        this.boot = boot;
    }

    String boot() {
        return boot;
    }

    static String dispatchId(JsonNode container) {
        return container
                .path("Config")
                .path("Labels")
                .path(ContainerEngine.DISPATCH)
                .asText();
    }

    static Digest specDigest(JsonNode container) {
        return new Digest(
                container.path("Config").path("Labels").path(Sandbox.SPEC).asText());
    }

    /** Whether its program never ran, as far as the engine knows. */
    static boolean isCreated(JsonNode container) {
        var word = container.path("State").path("Status").asText();
        return word.equals("created") || word.equals("configured") || word.equals("initialized");
    }

    JobStatus of(JsonNode container, JobFolder folder, Dialect dialect) throws IOException {
        var id = dispatchId(container);
        var spec = specDigest(container);
        var state = container.path("State");
        var started = time(state.path("StartedAt").asText());
        var isRunning =
                state.path("Running").asBoolean() || state.path("Paused").asBoolean();
        if (isRunning && started != null) {
            return new JobStatus.Running(id, spec, started, node);
        }
        if (isCreated(container) || isRunning) {
            return neverRan(id, spec, folder);
        }
        var ended = time(state.path("FinishedAt").asText());
        if (ended == null) {
            return new JobStatus.Pending(id, spec, "the engine to say when the container ended");
        }
        var exit = exit(state, ended, folder, dialect);
        // The coarse end of a short program can lie before its exact start.
        var end = started != null && ended.isBefore(started) ? started : ended;
        return new JobStatus.Finished(id, spec, started, end, exit);
    }

    private JobStatus neverRan(String id, Digest spec, JobFolder folder) throws IOException {
        var failed = folder.find(Mark.NOT_STARTED);
        if (failed.isPresent()) {
            var exit = new Exit(Exit.Cause.NOT_STARTED, -1, failed.get().text());
            return new JobStatus.Finished(id, spec, null, failed.get().at(), exit);
        }
        var starting = folder.find(Mark.STARTING);
        // An engine forgets at a restart of the machine that a container ran; starting it would run the job twice.
        if (starting.isPresent() && !starting.get().text().equals(boot)) {
            var exit = new Exit(Exit.Cause.KILLED, SIGKILLED, "the machine restarted after the job was started");
            return new JobStatus.Finished(id, spec, null, starting.get().at(), exit);
        }
        return new JobStatus.Pending(id, spec, "its container to be started");
    }

    private static Exit exit(JsonNode state, Instant ended, JobFolder folder, Dialect dialect) throws IOException {
        var code = state.path("ExitCode").asInt();
        var canceled = folder.find(Mark.CANCELED);
        // What ended before anybody asked was not canceled. The engine takes the end from a file's time, which is
        // coarse.
        if (canceled.isPresent()
                && !ended.plus(COARSE_CLOCK).isBefore(canceled.get().at())) {
            return new Exit(Exit.Cause.CANCELED, code, "canceled, exit status " + code);
        }
        if (state.path("OOMKilled").asBoolean()) {
            return new Exit(Exit.Cause.OUT_OF_MEMORY, code, "killed for using more memory than its limit");
        }
        if (code == SIGKILLED && !dialect.flagsMemoryKills()) {
            return new Exit(
                    Exit.Cause.OUT_OF_MEMORY, code, "killed, very probably for using more memory than its limit");
        }
        // These two signals are sent by somebody; any other the program may have got for want of something.
        if (code != 0 && code != SIGKILLED && code != SIGTERMED) {
            if (folder.find(Mark.STORAGE_LIMIT).isPresent() || folder.outputs().hasRefused()) {
                return new Exit(
                        Exit.Cause.STORAGE_LIMIT, code, "exit status " + code + ", with no room left below /out");
            }
            if (folder.find(Mark.PROCESS_LIMIT).isPresent()) {
                var detail = "exit status " + code + ", after it was refused a process over its limit";
                return new Exit(Exit.Cause.PROCESS_LIMIT, code, detail);
            }
        }
        if (code > SIGNALED && code <= SIGNALED + MAX_SIGNAL) {
            return new Exit(Exit.Cause.KILLED, code, "ended by signal " + (code - SIGNALED));
        }
        return new Exit(Exit.Cause.EXITED, code, "exit status " + code);
    }

    private static @Nullable Instant time(String text) {
        return text.isEmpty() || text.startsWith("0001-")
                ? null
                : OffsetDateTime.parse(text).toInstant();
    }
}
