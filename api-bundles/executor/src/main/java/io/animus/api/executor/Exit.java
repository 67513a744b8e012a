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
        /** {@link JobExecutor#cancel} ended it. */
        CANCELED,
        /** A signal that nobody of ours sent ended it. */
        KILLED,
        /** The program could not be started at all. */
        NOT_STARTED
    }
}
