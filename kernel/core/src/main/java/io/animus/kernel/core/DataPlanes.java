package io.animus.kernel.core;

import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.LogLine;
import io.animus.api.types.ExternalSystemException;
import io.animus.kernel.core.Ports.Call;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.run.Placement;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The executors that are present now. New jobs go to the one that a project is bound to; what is asked about a job is asked where
 * the job is, and nowhere else. Safe for many threads.
 */
final class DataPlanes {
    private static final String PORT = "executor";

    private final PortCalls calls;
    private final Directory<Engine> directory = new Directory<>();
    private final Map<JobExecutor, Engine> engines = Collections.synchronizedMap(new IdentityHashMap<>());
    private final AtomicLong numbers = new AtomicLong();

    DataPlanes(PortCalls calls) {
        this.calls = calls;
    }

    /** An executor while it is present, and what it has shown of itself. */
    static final class Engine {
        private final JobExecutor executor;
        private final long number;
        private volatile boolean answers = true;
        /** Since when it is asked for its jobs; 0 while it isn't. */
        private volatile long askedSince;

        private volatile @Nullable String dataPlane;

        private Engine(JobExecutor executor, long number) {
            this.executor = executor;
            this.number = number;
        }

        /** Whether it answered when it was last asked for its jobs, and isn't slow to do it now. */
        private boolean isAble() {
            var since = askedSince;
            return answers && (since == 0 || System.nanoTime() - since < Ports.PROMPT.toNanos());
        }

        /** Which one it is, for those who must not keep it. */
        long number() {
            return number;
        }
    }

    /** All jobs that an executor holds, and where that is. */
    record Jobs(Placement place, List<JobStatus> statuses) {}

    /**
     * Where new jobs can go, at one moment.
     *
     * @param first for projects that are not bound; null while the first executor is not able
     * @param byInstance of all executors that are able, as {@code technology.instance}
     */
    record Offer(@Nullable Placement first, Map<String, Placement> byInstance) {
        /**
         * Where the jobs of a project go; null for nowhere now.
         *
         * @param bound the instance that the project is bound to; null if it isn't
         */
        @Nullable Placement to(@Nullable String bound) {
            return bound == null ? first : byInstance.get(bound);
        }

        boolean isEmpty() {
            return first == null && byInstance.isEmpty();
        }
    }

    void add(JobExecutor executor, Map<String, ?> properties) {
        var engine = new Engine(executor, numbers.incrementAndGet());
        engines.put(executor, engine);
        directory.add(engine, properties);
    }

    void remove(JobExecutor executor) {
        var engine = engines.remove(executor);
        if (engine != null) {
            directory.remove(engine);
        }
    }

    Directory<?> directory() {
        return directory;
    }

    /** Those that take calls, best first. */
    List<Engine> present() {
        return directory.all();
    }

    /**
     * Asks the executor of this place: the one that the job was given to, or another one in the same data plane if that is away.
     *
     * @throws RefusedException {@code PLUGIN_UNAVAILABLE} if there is none
     * @throws ExternalSystemException as the plugin throws it, after retries
     */
    <T> T ask(Placement place, Duration deadline, Call<JobExecutor, T> call) {
        try (var engine = lease(place)) {
            return calls.call(PORT, engine.service().executor, deadline, held(call));
        }
    }

    /** All jobs that this executor holds; errors as {@link #ask}. Whether this works tells whether it is able. */
    Jobs jobs(Engine engine) {
        var answers = false;
        engine.askedSince = System.nanoTime() | 1;
        try (var lease = lease(engine).orElseThrow(DataPlanes::absent)) {
            var name = nameOf(engine);
            var jobs = calls.call(
                    PORT,
                    lease.service().executor,
                    Ports.QUICK,
                    held(executor -> new Jobs(new Placement(name, executor.dataPlane()), executor.jobs())));
            engine.dataPlane = jobs.place().dataPlane();
            answers = true;
            return jobs;
        } finally {
            engine.answers = answers;
            engine.askedSince = 0;
        }
    }

    /**
     * Hands a job's lines on as they appear, for as long as {@code wait}; running out of it is no failure. No line is handed
     * on after the return. Errors as {@link #ask}, without retries.
     */
    void followLog(Placement place, String dispatchId, long after, Duration wait, Consumer<LogLine> lines) {
        try (var engine = lease(place);
                var tap = new LogTap(lines)) {
            calls.callFor(PORT, engine.service().executor, wait, held(executor -> {
                executor.follow(dispatchId, after, tap);
                return dispatchId;
            }));
        }
    }

    /** Where new jobs can go now. Asks plugins. */
    Offer offer() {
        var present = directory.all();
        @Nullable Placement first = null;
        var byInstance = new LinkedHashMap<String, Placement>();
        for (var engine : present) {
            var place = able(engine).orElse(null);
            if (engine == present.get(0)) {
                first = place;
            }
            if (place != null) {
                Ports.instance(calls, engine.executor).ifPresent(name -> byInstance.putIfAbsent(name, place));
            }
        }
        return new Offer(first, byInstance);
    }

    /**
     * Whether jobs of a project can go anywhere now.
     *
     * @param bound the instance that the project is bound to; null if it isn't
     */
    boolean isAble(@Nullable String bound) {
        return directory.all().stream()
                .filter(engine -> bound == null
                        || Ports.instance(calls, engine.executor)
                                .filter(bound::equals)
                                .isPresent())
                .findFirst()
                .flatMap(this::able)
                .isPresent();
    }

    /** Whether there is an executor, and all of them answered when they were last asked. */
    boolean areAllAble() {
        var present = directory.all();
        return !present.isEmpty()
                && present.stream().allMatch(engine -> able(engine).isPresent());
    }

    /** The one that must know of a job if it still is what it was when it was last asked: by its data plane, else by its name. */
    Optional<Engine> responsible(List<Engine> present, Placement place) {
        return present.stream()
                .filter(engine -> fit(engine, place) > 0)
                .max(Comparator.comparingInt(engine -> fit(engine, place)));
    }

    private int fit(Engine engine, Placement place) {
        var isThere = place.dataPlane().equals(engine.dataPlane);
        return (isThere ? 2 : 0) + (nameOf(engine).equals(place.executor()) ? 1 : 0);
    }

    /** Where this executor's next jobs are; empty while it is not able. */
    private Optional<Placement> able(Engine engine) {
        return engine.isAble() ? planeOf(engine).map(plane -> new Placement(nameOf(engine), plane)) : Optional.empty();
    }

    private Optional<String> planeOf(Engine engine) {
        try (var lease = lease(engine).orElse(null)) {
            if (lease == null) {
                return Optional.empty();
            }
            var plane = calls.ask(PORT, engine.executor, Ports.PROMPT, held(JobExecutor::dataPlane));
            engine.dataPlane = plane;
            return Optional.of(plane);
        } catch (ExternalSystemException e) {
            return Optional.empty();
        }
    }

    private Directory.Lease<Engine> lease(Placement place) {
        Predicate<Engine> isThere = engine -> {
            var known = engine.dataPlane;
            return place.dataPlane().equals(known == null ? planeOf(engine).orElse(null) : known);
        };
        return directory
                .lease(engine -> nameOf(engine).equals(place.executor()) && isThere.test(engine))
                .or(() -> directory.lease(isThere))
                .orElseThrow(DataPlanes::absent);
    }

    private Optional<Directory.Lease<Engine>> lease(Engine engine) {
        return directory.lease(candidate -> candidate == engine);
    }

    private <T> Call<JobExecutor, T> held(Call<JobExecutor, T> call) {
        return executor -> call.on(Contract.hold(JobExecutor.class, executor, () -> calls.nameOf(executor)));
    }

    private String nameOf(Engine engine) {
        return Ports.said(calls, engine.executor)
                .map(said -> said.toString())
                .orElseGet(() -> calls.nameOf(engine.executor));
    }

    private static RefusedException absent() {
        return Ports.absent("executor is present where the job is");
    }
}
