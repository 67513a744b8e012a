package io.animus.api.executor;

import io.animus.api.types.Digest;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an executor is asked to run.
 *
 * @param dispatchId names this job for ever: 1 to 63 of {@code a-z 0-9 _ -}
 * @param specDigest digest of everything else in the job; two jobs with one dispatch id and different digests are an error
 * @param networkClass {@code none} gives the job no network at all; any other class must be known to the executor
 * @param inputs what the job may read, mounted read-only below {@code /in}
 */
public record Job(
        String dispatchId,
        Digest specDigest,
        Workload workload,
        Limits limits,
        String networkClass,
        List<JobInput> inputs) {
    /** The network class without a network. */
    public static final String NO_NETWORK = "none";

    private static final Pattern DISPATCH_ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    public Job {
        if (!DISPATCH_ID.matcher(dispatchId).matches()) {
            throw new IllegalArgumentException("a dispatch id is 1 to 63 of a-z 0-9 _ -, not " + dispatchId);
        }
        inputs = List.copyOf(inputs);
    }
}
