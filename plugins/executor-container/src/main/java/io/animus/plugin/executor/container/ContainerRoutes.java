package io.animus.plugin.executor.container;

import io.animus.api.executor.Job;
import io.animus.api.executor.JobStatus;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/** One route for each question of the port. They neither retry nor log: the kernel owns both. */
final class ContainerRoutes extends RouteBuilder {
    static final String DISPATCH = "direct:dispatch";
    static final String FIND = "direct:find";
    static final String JOBS = "direct:jobs";
    static final String FOLLOW = "direct:follow";
    static final String OUTPUTS = "direct:outputs";
    static final String OPEN = "direct:open";
    static final String CANCEL = "direct:cancel";
    static final String REMOVE = "direct:remove";

    private final ContainerJobs jobs;
    private final JobLogs logs;

    /** Which file of which job. */
    record Open(String dispatchId, String path) {}

    /** An open file; not a stream by itself, which Camel would read into its cache. */
    record Opened(InputStream content) {}

    /** Which job, and how long it may take to end. */
    record Cancel(String dispatchId, Duration grace) {}

    ContainerRoutes(ContainerJobs jobs, JobLogs logs) {
        this.jobs = jobs;
        this.logs = logs;
    }

    @Override
    public void configure() {
        errorHandler(noErrorHandler());
        route(DISPATCH, Job.class, jobs::dispatch);
        route(FIND, String.class, id -> jobs.find(id).orElse(null));
        route(JOBS, String.class, all -> jobs.jobs().toArray(JobStatus[]::new));
        route(OUTPUTS, String.class, jobs::outputs);
        route(OPEN, Open.class, file -> new Opened(jobs.open(file.dispatchId(), file.path())));
        route(FOLLOW, JobLogs.Follow.class, wish -> {
            logs.follow(wish);
            return null;
        });
        route(CANCEL, Cancel.class, wish -> {
            jobs.cancel(wish.dispatchId(), wish.grace());
            return null;
        });
        route(REMOVE, String.class, id -> {
            jobs.remove(id);
            return null;
        });
    }

    /** Work that may fail as the disk does. */
    private interface Work<B> {
        @Nullable Object on(B body) throws IOException;
    }

    private <B> void route(String endpoint, Class<B> type, Work<B> work) {
        Function<B, @Nullable Object> answer = body -> {
            try {
                return work.on(body);
            } catch (IOException e) {
                throw new ExternalSystemException(Reason.UNAVAILABLE, "the work folder failed: " + e.getMessage(), e);
            }
        };
        from(endpoint)
                .routeId(endpoint.substring("direct:".length()))
                .transform()
                .body(type, answer);
    }
}
