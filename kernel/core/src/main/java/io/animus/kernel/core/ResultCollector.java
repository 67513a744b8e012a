package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.executor.Exit;
import io.animus.api.executor.JobOutput;
import io.animus.api.executor.JobOutputs;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Brings what a finished job left behind into the object store, and says what it amounts to. */
@Component(service = ResultCollector.class)
public final class ResultCollector {
    /** What the log of an attempt is called among its artifacts. */
    static final String LOG = "log.jsonl";

    /** What Java reads in place of bytes that are no character. */
    private static final char NO_CHARACTER = '\ufffd';

    private final Ports ports;
    private final Ids ids;
    private final Clock clock;

    @Activate
    public ResultCollector(@Reference(name = "ports") Ports ports, @Reference(name = "trail") AuditTrail trail) {
        this(ports, trail.ids(), Clock.systemUTC());
    }

    ResultCollector(Ports ports, Ids ids, Clock clock) {
        this.ports = ports;
        this.ids = ids;
        this.clock = clock;
    }

    /** What became of an attempt, and what it left. */
    record Result(AttemptEnd end, List<Artifact> artifacts) {}

    /**
     * Stores log and outputs; nothing of it shows until it is written with the end of the attempt. May be repeated.
     *
     * @throws ExternalSystemException if it may work later
     */
    Result collect(UnderWay run, JobStatus.Finished finished) {
        try {
            var outputs = outputs(run, finished);
            var artifacts = new ArrayList<Artifact>();
            for (var output : outputs.files()) {
                artifacts.add(store(run, output));
            }
            artifacts.add(log(run));
            return new Result(end(run, finished, outputs), artifacts);
        } catch (ExternalSystemException e) {
            if (e.reason() != Reason.REJECTED) {
                throw e;
            }
            var failure = new Failure(FailureCause.OUTPUT_NOT_STORED, String.valueOf(e.getMessage()));
            return new Result(AttemptEnd.failed(exitCode(finished.exit()), failure, finished.ended()), List.of());
        }
    }

    /** What the job left, but for what can't have the name that it has. */
    private JobOutputs outputs(UnderWay run, JobStatus.Finished finished) {
        if (finished.exit().cause() == Exit.Cause.NOT_STARTED) {
            return new JobOutputs(List.of(), List.of());
        }
        var dispatchId = run.attempt().value();
        var outputs = ports.dataPlanes().ask(run.placement(), Ports.LONG, executor -> executor.outputs(dispatchId));
        var kept = new ArrayList<JobOutput>();
        var refused = new ArrayList<>(outputs.refused());
        for (var output : outputs.files()) {
            if (output.path().equals(LOG)) {
                refused.add(LOG + ": the name is taken by the log of the attempt");
            } else if (output.path().indexOf(NO_CHARACTER) >= 0) {
                // Two such names may look the same, and no file is found again under one.
                refused.add(output.path() + ": the name is not UTF-8");
            } else {
                kept.add(output);
            }
        }
        return new JobOutputs(kept, refused);
    }

    private AttemptEnd end(UnderWay run, JobStatus.Finished finished, JobOutputs outputs) {
        var exit = finished.exit();
        var at = finished.ended();
        return switch (exit.cause()) {
            case EXITED -> exited(exit, outputs, finished);
            case CANCELED ->
                run.cancelRequested()
                        ? AttemptEnd.canceled(exitCode(exit), at)
                        : AttemptEnd.failed(exitCode(exit), outOfTime(run, finished), at);
            case OUT_OF_MEMORY -> failed(FailureCause.OUT_OF_MEMORY, finished);
            case PROCESS_LIMIT -> failed(FailureCause.PROCESS_LIMIT, finished);
            case STORAGE_LIMIT -> failed(FailureCause.STORAGE_LIMIT, finished);
            case KILLED -> failed(FailureCause.EXECUTOR_FAILED, finished);
            case NOT_STARTED ->
                AttemptEnd.failed(null, new Failure(FailureCause.COMMAND_NOT_STARTED, exit.detail()), at);
        };
    }

    private static Failure outOfTime(UnderWay run, JobStatus.Finished finished) {
        return finished.started() == null
                ? new Failure(FailureCause.EXECUTOR_UNAVAILABLE, "The executor did not start it in time.")
                : new Failure(
                        FailureCause.TIMED_OUT, "It was ended after its " + run.timeoutSeconds() + " s were over.");
    }

    private static @Nullable Integer exitCode(Exit exit) {
        return exit.code() < 0 ? null : exit.code();
    }

    private static AttemptEnd failed(FailureCause cause, JobStatus.Finished finished) {
        var exit = finished.exit();
        return AttemptEnd.failed(exit.code(), new Failure(cause, exit.detail()), finished.ended());
    }

    private static AttemptEnd exited(Exit exit, JobOutputs outputs, JobStatus.Finished finished) {
        var at = finished.ended();
        if (exit.code() != 0) {
            return AttemptEnd.failed(exit.code(), new Failure(FailureCause.EXIT_NON_ZERO, exit.detail()), at);
        }
        if (!outputs.refused().isEmpty()) {
            var failure = new Failure(FailureCause.OUTPUT_REFUSED, String.join("; ", outputs.refused()));
            return AttemptEnd.failed(0, failure, at);
        }
        if (outputs.files().isEmpty()) {
            var failure = new Failure(FailureCause.OUTPUT_MISSING, "The program ended well but left nothing in /out.");
            return AttemptEnd.failed(0, failure, at);
        }
        return AttemptEnd.succeeded(0, at);
    }

    private Artifact store(UnderWay run, JobOutput output) {
        var key = new ObjectKey(run.project().value(), output.digest());
        if (ports.storage(run.store(), Ports.QUICK, store -> store.find(key)).isEmpty()) {
            copy(run, output, key);
        }
        var path = output.path();
        return artifact(run, path, Artifact.Kind.ofFile(path), mediaType(path), output.digest(), output.size());
    }

    /** Opens the output anew for each try to store it. */
    private void copy(UnderWay run, JobOutput output, ObjectKey key) {
        var dispatchId = run.attempt().value();
        Optional<ExternalSystemException> failure = ports.storage(run.store(), Ports.LONG, store -> {
            InputStream content;
            try {
                content = ports.dataPlanes()
                        .ask(run.placement(), Ports.QUICK, executor -> executor.open(dispatchId, output.path()));
            } catch (ExternalSystemException e) {
                // It must not count against the store.
                return Optional.of(e);
            }
            try (content) {
                store.put(key, output.size(), content);
            }
            return Optional.empty();
        });
        failure.ifPresent(e -> {
            throw e;
        });
    }

    private Artifact log(UnderWay run) {
        try (var lines = new SpooledLog()) {
            write(run, lines);
            var digest = lines.finish();
            var key = new ObjectKey(run.project().value(), digest);
            ports.storage(run.store(), Ports.LONG, store -> {
                try (var content = lines.open()) {
                    store.put(key, lines.size(), content);
                    return digest;
                }
            });
            return artifact(run, LOG, Artifact.Kind.LOG, "application/jsonl", digest, lines.size());
        } catch (IOException e) {
            throw new UncheckedIOException("no room for a log in the temporary folder", e);
        }
    }

    private void write(UnderWay run, OutputStream out) {
        var dispatchId = run.attempt().value();
        var last = new AtomicLong();
        ports.dataPlanes().ask(run.placement(), Ports.LONG, executor -> {
            // After a failure half-way the call is repeated; lines that are written stay written.
            executor.follow(dispatchId, last.get(), line -> {
                write(line, out);
                last.set(line.number());
            });
            return dispatchId;
        });
    }

    private static void write(LogLine line, OutputStream out) {
        try {
            out.write(RunLog.json(line).canonical());
            out.write("\n".getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("no room for a log in the temporary folder", e);
        }
    }

    private Artifact artifact(
            UnderWay run, String name, Artifact.Kind kind, String mediaType, Digest digest, long size) {
        TypeId id = ids.next(Artifact.PREFIX);
        return new Artifact(
                id,
                run.project(),
                run.run(),
                run.number(),
                name,
                kind,
                mediaType,
                digest,
                size,
                Artifact.DEFAULT_RETENTION,
                clock.instant());
    }

    private static String mediaType(String path) {
        var dot = path.lastIndexOf('.');
        return switch (dot < 0 ? "" : path.substring(dot + 1)) {
            case "json" -> "application/json";
            case "csv" -> "text/csv";
            case "md" -> "text/markdown";
            case "txt" -> "text/plain";
            case "html" -> "text/html";
            default -> "application/octet-stream";
        };
    }
}
