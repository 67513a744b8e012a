package io.animus.api.executor;

import java.util.List;

/**
 * Everything that a job left in its output folder.
 *
 * @param files ordered by path, at most {@link #MAX_FILES}
 * @param refused one line for each thing that is not a plain file or folder, and why it was left alone
 */
public record JobOutputs(List<JobOutput> files, List<String> refused) {
    /** A job that leaves more files than this has all of the rest refused. */
    public static final int MAX_FILES = 10_000;

    public JobOutputs {
        files = List.copyOf(files);
        refused = List.copyOf(refused);
    }
}
