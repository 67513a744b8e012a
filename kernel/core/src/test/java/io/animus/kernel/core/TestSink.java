package io.animus.kernel.core;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.types.ExternalSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A sink that a test makes fail in every way that a real one could. Safe for many threads. */
final class TestSink implements AuditSink, Plugin {
    private final String instance;
    private final boolean acknowledges;
    private final List<AuditEntry> received = new ArrayList<>();
    private volatile ExternalSystemException.@Nullable Reason trouble;
    private volatile Predicate<AuditEntry> refused = entry -> false;
    private volatile Runnable beforeReturn = () -> {};

    TestSink(String instance, boolean acknowledges) {
        this.instance = instance;
        this.acknowledges = acknowledges;
    }

    String sinkName() {
        return "memory." + instance;
    }

    /** From now on it fails so; null to work again. */
    void fail(ExternalSystemException.@Nullable Reason reason) {
        trouble = reason;
    }

    void refuse(Predicate<AuditEntry> never) {
        refused = never;
    }

    /** Runs after entries have arrived and before the hub is told so. */
    void beforeReturn(Runnable work) {
        beforeReturn = work;
    }

    /** Leaf indexes as they arrived, repeats included. */
    synchronized List<Long> indexes() {
        return received.stream().map(AuditEntry::index).toList();
    }

    synchronized List<AuditEntry> received() {
        return List.copyOf(received);
    }

    @Override
    public boolean acknowledges() {
        return acknowledges;
    }

    @Override
    public Receipt deliver(List<AuditEntry> batch) {
        var reason = trouble;
        if (reason != null) {
            throw new ExternalSystemException(reason, "the sink of the test says " + reason);
        }
        var refusals = new ArrayList<Receipt.Refused>();
        synchronized (this) {
            for (var entry : batch) {
                if (refused.test(entry)) {
                    refusals.add(new Receipt.Refused(entry.index(), "too large for this receiver"));
                } else {
                    received.add(entry);
                }
            }
        }
        beforeReturn.run();
        return new Receipt(batch.size(), refusals);
    }

    @Override
    public PluginDescriptor descriptor() {
        return new PluginDescriptor("audit", "memory", instance);
    }

    @Override
    public PluginHealth health() {
        return PluginHealth.OK;
    }
}
