package io.animus.api.executor;

/**
 * How a job ended.
 *
 * @param code exit status of the program, 128 + n after signal n, -1 if it never started
 * @param detail one line for people
 */
public record Exit(Cause cause, int code, String detail) {

    /** Why the job ended. */
    public enum Cause {
        /** The program ended by itself. */
        EXITED,
        /** The kernel of the machine killed it for using more memory than its limit, certainly or very probably. */
        OUT_OF_MEMORY,
        /**
         * It failed after it had been refused a process or thread over its limit. A refusal in the last moments of a job
         * may go unseen; then this is {@link #EXITED}.
         */
        PROCESS_LIMIT,
        /** It failed, and below {@code /out} there was no room left, or so little that it was very probably refused some. */
        STORAGE_LIMIT,
        /** {@link JobExecutor#cancel} ended it, whatever else went wrong with it. */
        CANCELED,
        /** A signal that nobody of ours sent ended it. */
        KILLED,
        /** The program could not be started at all. */
        NOT_STARTED
    }
}
