package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferenceCardinality.OPTIONAL;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.AuditText;
import io.animus.kernel.core.PortWork.Use;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names the plugins that are called while memory runs short, before the JVM ends for want of it, and cuts the call off that
 * fills it fastest. The JVM says when: it costs nothing until then.
 */
@Component(service = MemoryWatch.class, immediate = true)
public final class MemoryWatch implements NotificationListener {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);
    private static final double SHORT = 0.75;
    private static final int MOST_NAMED = 8;
    private static final int MAX_REASON = 500;
    private static final long BETWEEN_TRIES_MS = 1000;

    private final PortCalls calls;
    private final long much;
    private final ScheduledThreadPoolExecutor writer =
            new ScheduledThreadPoolExecutor(1, MemoryWatch::thread, new ScheduledThreadPoolExecutor.DiscardPolicy());
    private volatile @Nullable PluginRecord record;
    private @Nullable PortWork cutOff;

    @Activate
    public MemoryWatch(@Reference(name = "calls") PortCalls calls) {
        this(calls, Runtime.getRuntime().maxMemory() / 8);
        // There may be no memory for a thread, or for classes, when they are needed.
        writer.prestartCoreThread();
        named(calls.underWay());
        for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (isWatched(pool)) {
                var threshold = (long) (pool.getUsage().getMax() * SHORT);
                pool.setUsageThreshold(threshold);
                pool.setCollectionUsageThreshold(threshold);
            }
        }
        emitter().addNotificationListener(this, null, null);
    }

    /**
     * Hears of nothing by itself.
     *
     * @param much bytes; a call that has allocated less is not cut off
     */
    MemoryWatch(PortCalls calls, long much) {
        this.calls = calls;
        this.much = much;
    }

    @Reference(name = "record", cardinality = OPTIONAL, policy = DYNAMIC)
    void setRecord(PluginRecord present) {
        record = present;
    }

    void unsetRecord(PluginRecord gone) {
        if (record == gone) {
            record = null;
        }
    }

    @Deactivate
    void close() {
        try {
            emitter().removeNotificationListener(this);
        } catch (ListenerNotFoundException e) {
            LOG.debug("It never listened");
        }
        writer.shutdownNow();
    }

    private static NotificationEmitter emitter() {
        return (NotificationEmitter) ManagementFactory.getMemoryMXBean();
    }

    /** Where long-lived objects are; their usage between two collections says little, that after one says it all. */
    private static boolean isWatched(MemoryPoolMXBean pool) {
        return pool.getType() == MemoryType.HEAP
                && pool.isUsageThresholdSupported()
                && pool.isCollectionUsageThresholdSupported()
                && pool.getUsage().getMax() > 0;
    }

    @Override
    public void handleNotification(Notification notification, @Nullable Object nothing) {
        switch (notification.getType()) {
            case MemoryNotificationInfo.MEMORY_THRESHOLD_EXCEEDED -> mayGetShort();
            case MemoryNotificationInfo.MEMORY_COLLECTION_THRESHOLD_EXCEEDED -> isShort();
            default -> LOG.trace("not about memory: {}", notification);
        }
    }

    /** Much is in use, and perhaps garbage. The next thing that happens may be the end, so who allocates much is named now. */
    void mayGetShort() {
        var much = calls.underWay().stream().filter(this::isMuch).toList();
        if (!much.isEmpty()) {
            LOG.warn("Memory may run short. Calls to plugins that have allocated much: {}", named(much));
        }
    }

    /** Much is in use after a collection. No second call is cut off before the first has let go. */
    synchronized void isShort() {
        var all = calls.underWay();
        LOG.error(
                "Memory is short: more than {} % of the heap's old generation are in use after a collection. Calls to plugins: {}",
                (int) (SHORT * 100), all.isEmpty() ? "none" : named(all));
        var before = cutOff;
        if (before == null || before.isOver()) {
            all.stream()
                    .filter(this::isMuch)
                    .max(Comparator.comparingDouble(Use::perSecond))
                    .ifPresent(this::cutOff);
        }
    }

    private boolean isMuch(Use use) {
        return use.allocated() >= much;
    }

    private void cutOff(Use use) {
        var work = use.work();
        cutOff = work;
        calls.cutOff(work, use.text());
        LOG.error("{}", work.called().ban().orElse(""));
        var plugin = work.bundle()
                .map(bundle -> bundle.getSymbolicName())
                .orElse(work.called().name());
        var version = work.bundle().map(bundle -> bundle.getVersion()).orElse(Version.emptyVersion);
        var details = Json.object()
                .put(Constants.VERSION_ATTRIBUTE, version.toString())
                .put("instance", Json.clean(work.called().name()))
                .put("port", work.port())
                .put(
                        "reasons",
                        Json.array(
                                Json.clean(AuditText.fit("It " + use.text() + " while memory was short.", MAX_REASON))))
                .build();
        writer.execute(() -> put(plugin, details));
    }

    /** The outermost edge of this thread: what can't be recorded now is tried again. */
    private void put(String plugin, Json.Members details) {
        var present = record;
        try {
            if (present != null) {
                present.record(Action.PLUGIN_SUSPENDED, plugin, details);
                return;
            }
        } catch (RuntimeException e) {
            LOG.warn("That {} was cut off is not on record yet: {}", plugin, e.getMessage());
        }
        writer.schedule(() -> put(plugin, details), BETWEEN_TRIES_MS, TimeUnit.MILLISECONDS);
    }

    /** The greatest first. */
    private static String named(List<Use> uses) {
        return uses.stream()
                .sorted(Comparator.comparingLong(Use::allocated).reversed())
                .limit(MOST_NAMED)
                .map(Use::whole)
                .collect(Collectors.joining("; "));
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "animus-memory");
        thread.setDaemon(true);
        return thread;
    }
}
