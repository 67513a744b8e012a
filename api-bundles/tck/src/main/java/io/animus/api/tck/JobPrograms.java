package io.animus.api.tck;

import io.animus.api.executor.JobInput;
import io.animus.api.executor.Workload;

/** What the data plane under test offers to {@link JobExecutorContract}: one small program for each rule. */
public interface JobPrograms {

    /** What a program does. Each prints {@code ready} to standard output first. */
    enum Program {
        /**
         * Prints {@code second} to standard output and leaves {@code /out/result.txt} with {@code done} and a line feed,
         * and {@code /out/sub/empty} with nothing; exits with 0.
         */
        SUCCEEDS,
        /** Prints {@code failing} to standard error and exits with 3. */
        EXITS_3,
        /** Runs for ten minutes, and exits with 0 at once when it is told to end. */
        WAITS,
        /** Runs for ten minutes, whatever it is told. */
        IGNORES_SIGTERM,
        /** Uses more memory than any limit of the contract. */
        EATS_MEMORY,
        /** Writes to {@code /out/big} until there is no room left, and exits with 1. */
        FILLS_STORAGE,
        /** Copies {@code /in/data} to {@code /out/data} and, if it is there, {@code /in/tree/a.txt} to {@code /out/a.txt}. */
        COPIES_INPUT,
        /** Leaves {@code /out/kept} with {@code kept}, and a link {@code /out/link} to {@code /etc/passwd}. */
        LEAVES_A_LINK,
        /** Prints one line of 20,000 letters {@code x}, then {@code last}. */
        PRINTS_A_LONG_LINE
    }

    /** The program as this data plane runs it. */
    Workload workload(Program program);

    /** A workload whose image this data plane can't have. */
    Workload unknownImage();

    /**
     * Makes content available for as long as the test runs.
     *
     * @return an input with the content's true digest and size
     */
    JobInput serve(String path, JobInput.Form form, byte[] content);

    /** An input whose source answers that it has no such content. */
    JobInput absent(String path);
}
