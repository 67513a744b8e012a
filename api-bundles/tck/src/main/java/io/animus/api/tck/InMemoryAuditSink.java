package io.animus.api.tck;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A receiver in memory, for tests of what stands above a sink. Safe for many threads. */
public final class InMemoryAuditSink implements AuditSink {
    private final List<AuditEntry> received = new ArrayList<>();
    private final Predicate<AuditEntry> isRefused;
    private boolean isDown;

    /** @param isRefused what this receiver will never take */
    public InMemoryAuditSink(Predicate<AuditEntry> isRefused) {
        this.isRefused = isRefused;
    }

    /** Makes it reachable or not; it keeps what it has. */
    public synchronized void setDown(boolean down) {
        isDown = down;
    }

    /** What arrived, in order, repeats included. */
    public synchronized List<AuditEntry> received() {
        return List.copyOf(received);
    }

    @Override
    public boolean acknowledges() {
        return true;
    }

    @Override
    public synchronized Receipt deliver(List<AuditEntry> batch) {
        if (isDown) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "the receiver in memory is down");
        }
        var refused = new ArrayList<Receipt.Refused>();
        for (var entry : batch) {
            if (isRefused.test(entry)) {
                refused.add(new Receipt.Refused(entry.index(), "the receiver in memory refuses it"));
            } else {
                received.add(entry);
            }
        }
        return new Receipt(batch.size(), refused);
    }
}
