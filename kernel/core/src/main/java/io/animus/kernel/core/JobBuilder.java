package io.animus.kernel.core;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.Limits;
import io.animus.api.executor.Workload;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.run.CodeRef;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunInput;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.store.postgres.CodeRepository.StoredArchive;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.QueueRepository.UnderWay;
import io.animus.kernel.store.postgres.StoredObjectRepository.StoredObject;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Makes of a frozen spec the job that an executor gets: code and data by short-lived signed URL, every limit explicit. */
@Component(service = JobBuilder.class)
public final class JobBuilder {
    /** Where a program finds its code: {@code /in/code}. */
    static final String CODE = "code";

    private static final int MOST_ARCHIVES = 256;
    private static final Duration URL_VALIDITY = Duration.ofHours(1);

    private final Database database;
    private final Ports ports;
    private final ObjectPlaces places;
    private final Clock clock;
    /** Archives that were used last: a commit's archive never changes. */
    private final Map<Source, StoredArchive> archives = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, StoredArchive> eldest) {
            return size() > MOST_ARCHIVES;
        }
    });

    private record Source(TypeId project, String repository, CommitSha commit) {}

    @Activate
    public JobBuilder(@Reference(name = "database") Database database, @Reference(name = "ports") Ports ports) {
        this(database, ports, Clock.systemUTC());
    }

    JobBuilder(Database database, Ports ports, Clock clock) {
        this.clock = clock;
        this.database = database;
        places = new ObjectPlaces(database);
        this.ports = ports;
    }

    /** This spec can't become a job, now or later. */
    static final class UnbuildableException extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;

        UnbuildableException(Failure failure, Throwable cause) {
            super(failure.detail(), cause);
            this.failure = failure;
        }

        Failure failure() {
            return failure;
        }
    }

    /** Something that a job reads, and the store that has it: empty for the first there is. */
    private record Stored(String path, JobInput.Form form, Digest digest, long size, Optional<String> store) {}

    /**
     * The job for the attempt that is under way.
     *
     * @throws ExternalSystemException {@code UNAVAILABLE} if it may work later
     */
    Job build(Run run, RunSpec spec, UnderWay attempt) throws UnbuildableException {
        var archive = archive(run.project(), spec.code());
        // Where the inputs are was noted before there was a run that reads them.
        Map<Digest, Optional<String>> stores = attempt.isNoted()
                ? places.of(
                        run.project(),
                        spec.inputs().stream().map(RunInput::digest).toList())
                : Map.of();
        var stored = new ArrayList<Stored>();
        var archived = Optional.ofNullable(archive.store());
        stored.add(new Stored(CODE, JobInput.Form.TAR, archive.digest(), archive.size(), archived));
        for (var input : spec.inputs()) {
            var store = stores.getOrDefault(input.digest(), Optional.empty());
            stored.add(new Stored(input.name().value(), JobInput.Form.FILE, input.digest(), input.size(), store));
        }
        var resources = spec.resources();
        return new Job(
                attempt.attempt().value(),
                run.specDigest(),
                new Workload(spec.environment().image(), spec.command(), environment(spec)),
                new Limits(
                        resources.cpu().amount(),
                        resources.memory().amount(),
                        resources.ephemeralStorage().amount(),
                        resources.pids(),
                        resources.gpu()),
                spec.networkClass(),
                sign(run.project(), stored));
    }

    private static Map<String, String> environment(RunSpec spec) {
        return Map.of(
                "ANIMUS_PARAMETERS",
                new String(spec.parametersJson().canonical(), StandardCharsets.UTF_8),
                "ANIMUS_SEED",
                Long.toString(spec.seed()));
    }

    /** Asks each store in one call: signing is done in no time, and a call has a price. */
    private List<JobInput> sign(TypeId project, List<Stored> inputs) {
        var signed = new HashMap<Stored, JobInput>();
        inputs.stream().collect(groupingBy(Stored::store)).forEach((instance, there) -> {
            try {
                signed.putAll(ports.storage(instance.orElse(null), Ports.QUICK, store -> there.stream()
                        .collect(toMap(input -> input, input -> sign(store, project, input)))));
            } catch (RefusedException e) {
                there.forEach(input -> places.forget(project, input.digest()));
                throw e;
            }
        });
        return inputs.stream().map(signed::get).toList();
    }

    private static JobInput sign(ObjectStore store, TypeId project, Stored input) {
        var key = new ObjectKey(project.value(), input.digest());
        var name = input.path().replaceAll("[^A-Za-z0-9._-]", "_");
        var url = store.signDownload(key, name, URL_VALIDITY).url();
        return new JobInput(input.path(), input.form(), url, input.digest(), input.size());
    }

    /** The tree of the commit in the object store; fetched once for each project and commit. */
    private StoredArchive archive(TypeId project, CodeRef code) throws UnbuildableException {
        var source = new Source(project, code.repository(), code.commit());
        var known = Optional.ofNullable(archives.get(source))
                .or(() -> database.read(tx -> tx.code().findArchive(project, code.repository(), code.commit())));
        if (known.isPresent()) {
            archives.put(source, known.get());
            return known.get();
        }
        try {
            var folder = Files.createTempDirectory("animus-source");
            var file = folder.resolve("source.tar");
            try {
                return store(project, code, file);
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        } catch (ExternalSystemException e) {
            if (e.reason().isRetryable()) {
                throw e;
            }
            var failure = new Failure(FailureCause.CODE_UNAVAILABLE, String.valueOf(e.getMessage()));
            throw new UnbuildableException(failure, e);
        } catch (IOException e) {
            throw new UncheckedIOException("no room for the source archive in the temporary folder", e);
        }
    }

    private StoredArchive store(TypeId project, CodeRef code, Path file) {
        var bound = database.read(tx -> tx.projects().plugins(project));
        var archive = ports.scm(bound.scm(), URI.create(code.repository()), Ports.LONG, host -> {
            try (var out = Files.newOutputStream(file)) {
                return host.archive(URI.create(code.repository()), code.commit(), out);
            }
        });
        ports.storage(bound.storage(), Ports.LONG, store -> {
            try (var content = Files.newInputStream(file)) {
                store.put(new ObjectKey(project.value(), archive.digest()), archive.size(), content);
                return archive;
            }
        });
        var stored = new StoredArchive(archive.digest(), archive.size(), bound.storage());
        database.write(tx -> {
            tx.code().insertArchive(project, code.repository(), code.commit(), stored, clock.instant());
            if (stored.store() != null) {
                var object = new StoredObject(project, stored.digest(), stored.store());
                tx.storedObjects().insert(List.of(object), clock.instant());
            }
            return stored;
        });
        return stored;
    }
}
