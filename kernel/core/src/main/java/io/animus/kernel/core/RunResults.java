package io.animus.kernel.core;

import io.animus.api.executor.LogLine;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.Attempt;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunTransition;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Transaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a run did and left: attempts, transitions, log, artifacts. Safe for many threads. */
@Component(service = RunResults.class)
public final class RunResults {
    /** How many logs of runs under way may be read at once; who offers streams offers no more of them. */
    public static final int MOST_LOG_READERS = 32;

    private static final Duration URL_VALIDITY = Duration.ofMinutes(15);
    private static final int MOST_TRANSITIONS = 500;

    private final Gate gate;
    private final Database database;
    private final Ports ports;

    @Activate
    public RunResults(
            @Reference(name = "gate") Gate gate,
            @Reference(name = "database") Database database,
            @Reference(name = "ports") Ports ports) {
        this.gate = gate;
        this.database = database;
        this.ports = ports;
    }

    /** An artifact, and where its content can be had for a short time. */
    public record Download(Artifact artifact, SignedUrl url) {}

    /** Gets a log line by line. */
    @FunctionalInterface
    public interface LineReader {
        /**
         * Takes a line.
         *
         * @param attempt number of the attempt that wrote the line
         * @return whether more lines are wanted; some may come all the same
         */
        boolean read(int attempt, LogLine line);
    }

    public Page<Attempt> attempts(Caller caller, String project, String run, PageRequest page) {
        return gate.read(caller, target(project, run), Permission.READ, reading -> {
            var found = Runs.require(reading.tx(), reading.access(), run);
            return reading.tx().attempts().page(found.id(), page);
        });
    }

    /** What the run went through after transition {@code after}; the last one is final exactly if nothing can follow. */
    public List<RunTransition> transitions(Caller caller, String project, String run, int after) {
        return gate.read(caller, target(project, run), Permission.READ, reading -> {
            var found = Runs.require(reading.tx(), reading.access(), run);
            return reading.tx().runs().transitions(found.id(), after, MOST_TRANSITIONS);
        });
    }

    public Page<Artifact> artifacts(Caller caller, String project, String run, PageRequest page) {
        return gate.read(caller, target(project, run), Permission.READ, reading -> {
            var found = Runs.require(reading.tx(), reading.access(), run);
            return reading.tx().artifacts().page(found.id(), page);
        });
    }

    public Artifact artifact(Caller caller, String project, String run, String artifact) {
        var target = Target.inProject(project, "artifact", artifact);
        return gate.read(caller, target, Permission.READ, reading -> {
            var found = Runs.require(reading.tx(), reading.access(), run);
            return require(reading.tx(), found, artifact);
        });
    }

    /** A signed URL to the content, for a quarter of an hour; on record. */
    public Answer<Download> download(Caller caller, String project, String run, String artifact) {
        var target = Target.inProject(project, "artifact", artifact);
        var stored = gate.read(caller, target, Permission.READ_RESULTS, reading -> {
            var owner = Runs.require(reading.tx(), reading.access(), run, Permission.READ_RESULTS);
            var kept = require(reading.tx(), owner, artifact);
            return new Stored(kept, storeOf(reading.tx(), kept));
        });
        var found = stored.artifact();
        var key = new ObjectKey(found.project().value(), found.digest());
        var file = found.name().substring(found.name().lastIndexOf('/') + 1).replaceAll("[\\p{Cntrl}\\\\]", "_");
        var url = gate.onRecord(
                caller,
                target,
                () -> PluginFailures.refused(() -> ports.storage(
                        stored.store(), Ports.QUICK, store -> store.signDownload(key, file, URL_VALIDITY))));
        return gate.change(caller, target, Permission.READ_RESULTS, null, change -> {
            Runs.require(change.tx(), change.access(), run, Permission.READ_RESULTS);
            change.audit(
                    Action.ARTIFACT_DOWNLOADED,
                    found.id(),
                    Json.object().put("digest", found.digest().value()).build());
            return new Download(found, url);
        });
    }

    private record Stored(Artifact artifact, @Nullable String store) {}

    private static @Nullable String storeOf(Transaction tx, Artifact artifact) {
        return tx.storedObjects().find(artifact.project(), artifact.digest()).orElse(null);
    }

    /** A log that may be read, and the event that records it. */
    public record OpenedLog(TypeId run, TypeId auditEvent) {}

    /** Puts on record that the caller reads the log, before the first line. */
    public OpenedLog openLog(Caller caller, String project, String run) {
        var answer = gate.change(caller, target(project, run), Permission.READ_RESULTS, null, change -> {
            var found = Runs.require(change.tx(), change.access(), run, Permission.READ_RESULTS);
            var event =
                    change.audit(Action.RUN_LOG_READ, found.id(), Json.object().build());
            return new OpenedLog(found.id(), event);
        });
        return ((Answer.Done<OpenedLog>) answer).value();
    }

    /**
     * Reads on in the log of a run after a line of an attempt, and returns when there is no more for now: at the end of the
     * attempt, or after {@code wait}. Blocks while the run writes.
     *
     * @param run as {@link #openLog} answered
     * @param attempt the attempt to read, from 1
     * @param after number of the last line that is known, or 0
     * @return whether the attempt is over and all of its lines were read
     */
    public boolean readLog(TypeId run, int attempt, long after, Duration wait, LineReader reader) {
        var current = database.read(tx -> tx.attempts().find(run, attempt));
        if (current.isEmpty()) {
            return isOver(run);
        }
        if (current.get().end() != null) {
            // Whoever sees the end of an attempt sees its log: both were written at once.
            database.read(tx -> tx.artifacts().findLog(run, attempt).map(log -> new Stored(log, storeOf(tx, log))))
                    .ifPresent(log -> readStored(log, attempt, after, reader));
            return true;
        }
        follow(current.get(), after, wait, reader);
        return false;
    }

    /** Whether the run has ended, so that no further attempt follows. */
    public boolean isOver(TypeId run) {
        return current(run).map(progress -> progress.state().isFinal()).orElse(true);
    }

    /** How many attempts the run has so far. */
    public int attemptsOf(TypeId run) {
        return current(run).map(RunProgress::attempts).orElse(0);
    }

    /**
     * Looks again whether somebody may still see what it was let in to see: for streams, which last longer than keys and
     * roles.
     *
     * @throws RefusedException on record, if its key or its role was taken away since
     */
    public void requireStill(Caller caller, String project, String run, Permission permission) {
        gate.read(caller.afresh(), target(project, run), permission, reading -> {
            gate.requireKey(reading.tx(), caller);
            return Runs.require(reading.tx(), reading.access(), run, permission);
        });
    }

    private Optional<RunProgress> current(TypeId run) {
        return Optional.ofNullable(
                database.read(tx -> tx.runs().progress(List.of(run))).get(run));
    }

    private void follow(Attempt attempt, long after, Duration wait, LineReader reader) {
        try {
            ports.dataPlanes()
                    .followLog(
                            attempt.placement(),
                            attempt.id().value(),
                            after,
                            wait,
                            line -> reader.read(attempt.number(), line));
        } catch (ExternalSystemException | RefusedException e) {
            // The executor is away for now; the caller comes back, and the log is kept when the attempt ends.
        }
    }

    private void readStored(Stored log, int attempt, long after, LineReader reader) {
        var key = new ObjectKey(log.artifact().project().value(), log.artifact().digest());
        // Only opened within the call: readers take their time, and would hold all places at the store meanwhile.
        var content = PluginFailures.refused(() -> ports.storage(log.store(), Ports.QUICK, store -> store.open(key)));
        try (var lines = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8))) {
            var isWanted = true;
            for (@Nullable String json = lines.readLine(); json != null && isWanted; json = lines.readLine()) {
                var line = RunLog.line(json.getBytes(StandardCharsets.UTF_8));
                isWanted = line.number() <= after || reader.read(attempt, line);
            }
        } catch (IOException e) {
            throw RefusedException.of(
                    ProblemCode.PLUGIN_UNAVAILABLE, "The object store broke off in the middle of the log. Try again.");
        }
    }

    private static Artifact require(Transaction tx, Run run, String artifact) {
        if (!TypeId.isForm(Artifact.PREFIX, artifact)) {
            throw RefusedException.notFound("artifact");
        }
        return tx.artifacts()
                .find(run.id(), new TypeId(artifact))
                .orElseThrow(() -> RefusedException.notFound("artifact"));
    }

    private static Target target(String project, String run) {
        return Target.inProject(project, Runs.TYPE, run);
    }
}
