package io.animus.api.audit;

import io.animus.api.types.ExternalSystemException;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A receiver of the audit log: a SIEM, an archive. The kernel holds the cursor, filters, repeats and keeps what was
 * refused; a sink only translates and sends.
 *
 * <p><b>Threads.</b> One call at a time for each sink; calls may block, and are interrupted at the kernel's deadline.
 * <b>Repeats.</b> At least once: a batch, or a part of it, may come again after a failure, a restart or a replay, and is
 * sent again. <b>Order.</b> Entries come in the order of the log, and go out in that order. <b>Errors.</b> The kernel
 * retries, never the plugin.
 */
@ConsumerType
public interface AuditSink {
    /** The most entries of one batch. */
    int MAX_BATCH = 1_000;

    /**
     * Whether a delivered entry is known to have arrived. Where it is not, as with plain syslog, the kernel repeats the
     * last ones after a failure. Constant.
     */
    boolean acknowledges();

    /**
     * Sends entries.
     *
     * @param batch 1 to {@link #MAX_BATCH} entries with ascending indexes
     * @return how far it came; what is not settled comes again
     * @throws ExternalSystemException if nothing is known to be settled: {@code UNAVAILABLE} if the receiver isn't there or
     *     takes no more, {@code DENIED} if it lets the hub in no longer or its certificate doesn't hold, {@code
     *     REJECTED} if the configuration is wrong. The kernel holds all entries until it works again
     */
    Receipt deliver(List<AuditEntry> batch);
}
