package io.animus.api.executor;

import java.time.Instant;

/**
 * One line that a job wrote.
 *
 * @param number from 1, without gaps, the same however often the log is read
 * @param text without the line feed; a longer line comes in pieces of {@link #MAX_LENGTH}, each with a number of its own
 */
public record LogLine(long number, Instant time, Stream stream, String text) {
    /** The most characters in one line. */
    public static final int MAX_LENGTH = 8192;

    /** Where a program wrote to. */
    public enum Stream {
        STDOUT,
        STDERR
    }
}
