package io.animus.plugin.siem.syslog;

import io.animus.api.audit.Receipt;
import java.io.IOException;
import java.util.List;

/** A way to the receiver: messages in, in order. One thread at a time, but {@link #close} may be called from any. */
interface Receiver extends AutoCloseable {
    /** A message and the leaf that it is of. */
    record Message(long index, byte[] content) {}

    /**
     * Sends them over the connection that there is, or a new one.
     *
     * @throws IOException if nothing is known to have arrived, and perhaps nothing of what was sent last; the connection is
     *     gone then, and the next call makes another
     */
    Receipt send(List<Message> batch) throws IOException;

    @Override
    void close();
}
