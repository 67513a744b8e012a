package io.animus.benchmarks;

import java.io.Closeable;
import java.io.IOException;

/** Something that takes a while to start. Closing stops it if it runs. */
interface Server extends Closeable {
    /** Starts it and returns at once. */
    void launch() throws IOException, InterruptedException;

    boolean isReady() throws IOException;

    /** Its JVM, once it is launched. */
    ProcessHandle process() throws IOException;

    /** Returns when it is gone. */
    void stop() throws IOException, InterruptedException;
}
