package io.animus.api.tck;

import io.animus.api.executor.Job;
import io.animus.api.executor.LogLine;

/** A program written by hand for {@link InMemoryJobExecutor}, in place of what an image would hold. */
@FunctionalInterface
public interface InMemoryProgram {

    /**
     * Does the job, on a thread of its own.
     *
     * @return the exit status
     * @throws InterruptedException when the job is killed; a program must let it pass
     */
    int run(Sandbox sandbox) throws InterruptedException;

    /** All that a program sees of the world. Safe for use by many threads. */
    interface Sandbox {
        /** The job that runs. */
        Job job();

        /**
         * The content of an input.
         *
         * @param path as in {@link io.animus.api.executor.JobInput#path()}
         * @throws IllegalArgumentException if the job has no such input
         */
        byte[] input(String path);

        /** Writes lines to the log; {@code text} may hold line feeds. */
        void print(LogLine.Stream stream, String text);

        /** Leaves a file in the output folder; a job whose files outgrow its storage is refused the file and told so. */
        boolean write(String path, byte[] content);

        /** Leaves a symbolic link in the output folder. */
        void link(String path, String target);

        /** Takes memory; a job that takes more than its limit is killed on the spot. */
        void allocate(long bytes) throws InterruptedException;

        /** Starts a process; a job that has all the processes of its limit, its program among them, is told so. */
        boolean fork();

        /** Waits until somebody asks the job to end, as SIGTERM would. */
        void awaitTermination() throws InterruptedException;
    }
}
