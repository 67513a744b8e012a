package io.animus.kernel.core;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;

import io.animus.api.audit.AuditSink;
import io.animus.api.events.EventPublisher;
import io.animus.api.executor.JobExecutor;
import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.scm.ScmHost;
import io.animus.api.storage.ObjectStore;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ImageReference;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place through which the kernel reaches plugins: it looks one up for each piece of work and gives the call a
 * deadline, a bulkhead, a circuit breaker, retries by reason, and metrics. Safe for many threads.
 */
@Component(service = Ports.class)
public final class Ports {
    /** How long a call that moves no content may take. */
    static final Duration QUICK = Duration.ofSeconds(30);

    /** How long a call that moves content may take. */
    static final Duration LONG = Duration.ofMinutes(15);

    /** How long a plugin may take for what it knows by itself. */
    static final Duration PROMPT = Duration.ofSeconds(2);

    /** Until a plugin that didn't say what it is is asked again, at first; each time as long again, up to the most. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

    private static final Duration MOST_PAUSE = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

    private final Directory<ScmHost> scmHosts = new Directory<>();
    private final Directory<ImageRegistry> registries = new Directory<>();
    private final Directory<ObjectStore> stores = new Directory<>();
    private final Directory<ObjectStore> boundStores = new Directory<>();
    private final Directory<AuditSink> sinks = new Directory<>();
    private final Directory<EventPublisher> publishers = new Directory<>();
    private final Directory<Plugin> plugins = new Directory<>();
    private final DataPlanes dataPlanes;
    private final PortCalls calls;
    private final Duration firstPause;
    /** Has no thread before a plugin fails to say what it is. */
    private final ScheduledThreadPoolExecutor later =
            new ScheduledThreadPoolExecutor(1, PortThreads::thread, new ThreadPoolExecutor.DiscardPolicy());

    @Activate
    public Ports(@Reference(name = "calls") PortCalls calls) {
        this(calls, FIRST_PAUSE);
    }

    /** @param firstPause until a plugin that didn't say what it is is asked again, at first */
    Ports(PortCalls calls, Duration firstPause) {
        this.calls = calls;
        dataPlanes = new DataPlanes(calls);
        this.firstPause = firstPause;
    }

    @Deactivate
    void close() {
        later.shutdownNow();
    }

    /** A call to a plugin, guarded. */
    @FunctionalInterface
    interface Call<P, T> {
        T on(P plugin) throws Exception;
    }

    /**
     * Asks the SCM host that serves {@code repository}.
     *
     * @param bound the one instance that may be asked, as {@code technology.instance}; null for any
     * @throws RefusedException {@code PLUGIN_UNAVAILABLE} if none does
     * @throws io.animus.api.types.ExternalSystemException as the plugin throws it, after retries
     */
    <T> T scm(@Nullable String bound, URI repository, Duration deadline, Call<ScmHost, T> call) {
        Predicate<ScmHost> serving = serves("scm", ScmHost.class, candidate -> candidate.serves(repository));
        try (var host = scmHosts.lease(candidate -> isBound(bound, candidate) && serving.test(candidate))
                .orElseThrow(() -> absent("SCM host" + named(bound) + " serves " + place(repository)))) {
            return calls.call("scm", host.service(), deadline, held(ScmHost.class, call));
        }
    }

    /** Asks the registry that serves {@code image}; errors as {@link #scm}. */
    <T> T registry(@Nullable String bound, ImageReference image, Call<ImageRegistry, T> call) {
        Predicate<ImageRegistry> serving =
                serves("registry", ImageRegistry.class, candidate -> candidate.serves(image));
        try (var registry = registries
                .lease(candidate -> isBound(bound, candidate) && serving.test(candidate))
                .orElseThrow(() -> absent("registry plugin" + named(bound) + " serves " + image.registry()))) {
            return calls.call("registry", registry.service(), QUICK, held(ImageRegistry.class, call));
        }
    }

    /**
     * Asks an object store; errors as {@link #scm}.
     *
     * @param instance the one to ask, as {@code technology.instance}; null for the first there is
     */
    <T> T storage(@Nullable String instance, Duration deadline, Call<ObjectStore, T> call) {
        try (var store = stores.lease(candidate -> isBound(instance, candidate))
                .or(() -> instance == null
                        ? Optional.empty()
                        : boundStores.lease(candidate -> isBound(instance, candidate)))
                .orElseThrow(
                        () -> absent("object store " + (instance == null ? "" : instance + " ") + "is installed"))) {
            return calls.call("storage", store.service(), deadline, held(ObjectStore.class, call));
        }
    }

    /** The executors. */
    DataPlanes dataPlanes() {
        return dataPlanes;
    }

    /** The sinks that are present now, by name: technology and instance of the plugin. */
    Map<String, AuditSink> sinks() {
        return sinks.all().stream()
                .flatMap(sink -> said(calls, sink).map(said -> Map.entry(name(said), sink)).stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (best, other) -> best));
    }

    /** Asks a sink, once; errors as {@link #scm}, without retries. */
    <T> T sink(AuditSink sink, Duration deadline, Call<AuditSink, T> call) {
        // Who holds a sink that is being replaced may still ask it.
        try (var lease = sinks.lease(candidate -> candidate == sink).orElse(null)) {
            var asked = lease == null ? sink : lease.service();
            return calls.callOnce("audit", asked, deadline, held(AuditSink.class, call));
        }
    }

    /** Asks the publisher that serves {@code url}, once; errors as {@link #scm}, without retries. */
    <T> T publisher(URI url, Duration deadline, Call<EventPublisher, T> call) {
        try (var publisher = publishers
                .lease(serves("events", EventPublisher.class, candidate -> candidate.serves(url)))
                .orElseThrow(() -> absent("event publisher delivers to " + place(url)))) {
            return calls.callOnce("events", publisher.service(), deadline, held(EventPublisher.class, call));
        }
    }

    /** A plugin, and what it has said it is. */
    record Known(PluginDescriptor descriptor, Plugin plugin) {}

    /** All plugins that are present now and have said what they are. */
    List<Known> plugins() {
        return known(plugins.all());
    }

    /** Those of one bundle. */
    List<Known> pluginsOf(long bundle) {
        return known(plugins.of(bundle));
    }

    private List<Known> known(List<Plugin> present) {
        return present.stream()
                .flatMap(plugin ->
                        Stream.ofNullable(calls.knownOf(plugin)).map(descriptor -> new Known(descriptor, plugin)))
                .toList();
    }

    /** How a plugin says it is; down if it doesn't say so in time. Not asked again while it goes on after that. */
    PluginHealth healthOf(Plugin plugin) {
        if (calls.isOverdue("health", plugin)) {
            return PluginHealth.down("It goes on with the last time it was asked how it is.");
        }
        try {
            return calls.ask("health", plugin, PROMPT, held(Plugin.class, Plugin::health));
        } catch (RuntimeException e) {
            return PluginHealth.down("It does not say how it is: " + e.getMessage());
        }
    }

    /** As {@link PortCalls#overdue}. */
    List<String> overdue() {
        return calls.overdue();
    }

    /** Keeps new calls from the plugins of a bundle, or lets them go there again. */
    void retire(long bundle, boolean retired) {
        directories().forEach(directory -> directory.retire(bundle, retired));
    }

    /**
     * Waits until no call to plugins of a bundle is under way. Those of a retired bundle only get fewer.
     *
     * @return whether that came about in time
     */
    boolean awaitEndOfCalls(long bundle, Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        for (var directory : directories().toList()) {
            if (!directory.awaitEnd(bundle, deadline)) {
                return false;
            }
        }
        return true;
    }

    private Stream<Directory<?>> directories() {
        return Stream.of(scmHosts, registries, stores, boundStores, dataPlanes.directory(), sinks, publishers, plugins);
    }

    @Reference(name = "scm", cardinality = MULTIPLE, policy = DYNAMIC)
    void addScm(ScmHost host, Map<String, ?> properties) {
        scmHosts.add(host, properties);
    }

    void removeScm(ScmHost host) {
        scmHosts.remove(host);
    }

    @Reference(name = "registry", cardinality = MULTIPLE, policy = DYNAMIC)
    void addRegistry(ImageRegistry registry, Map<String, ?> properties) {
        registries.add(registry, properties);
    }

    void removeRegistry(ImageRegistry registry) {
        registries.remove(registry);
    }

    @Reference(name = "storage", cardinality = MULTIPLE, policy = DYNAMIC)
    void addStorage(ObjectStore store, Map<String, ?> properties) {
        var kind = Boolean.TRUE.equals(properties.get(ObjectStore.BOUND_ONLY)) ? boundStores : stores;
        kind.add(store, properties);
    }

    void removeStorage(ObjectStore store) {
        stores.remove(store);
        boundStores.remove(store);
    }

    @Reference(name = "executor", cardinality = MULTIPLE, policy = DYNAMIC)
    void addExecutor(JobExecutor executor, Map<String, ?> properties) {
        dataPlanes.add(executor, properties);
    }

    void removeExecutor(JobExecutor executor) {
        dataPlanes.remove(executor);
    }

    @Reference(name = "sink", cardinality = MULTIPLE, policy = DYNAMIC)
    void addSink(AuditSink sink, Map<String, ?> properties) {
        sinks.add(sink, properties);
    }

    void removeSink(AuditSink sink) {
        sinks.remove(sink);
    }

    @Reference(name = "publisher", cardinality = MULTIPLE, policy = DYNAMIC)
    void addPublisher(EventPublisher publisher, Map<String, ?> properties) {
        publishers.add(publisher, properties);
    }

    void removePublisher(EventPublisher publisher) {
        publishers.remove(publisher);
    }

    @Reference(name = "plugin", cardinality = MULTIPLE, policy = DYNAMIC)
    void addPlugin(Plugin plugin, Map<String, ?> properties) {
        plugins.add(plugin, properties);
        meet(plugin, firstPause);
    }

    /** Asks a plugin what it is, and again later if it doesn't say so: the hub may have been busy. */
    private void meet(Plugin plugin, Duration pause) {
        if (said(calls, plugin).isPresent()) {
            return;
        }
        LOG.error("{} is left out, and asked again in {} s", plugin.getClass(), pause.toSeconds());
        var next = pause.multipliedBy(2);
        later.schedule(
                () -> {
                    if (plugins.holds(plugin)) {
                        meet(plugin, next.compareTo(MOST_PAUSE) < 0 ? next : MOST_PAUSE);
                    }
                },
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    void removePlugin(Plugin plugin) {
        plugins.remove(plugin);
        calls.pardon(plugin);
    }

    /** A plugin that fails when it is asked whether it serves something doesn't serve it, and others may. */
    private <P> Predicate<P> serves(String port, Class<P> type, Predicate<P> question) {
        return plugin -> {
            try {
                return calls.ask(port, plugin, PROMPT, held(type, question::test));
            } catch (ExternalSystemException e) {
                LOG.warn("{} is passed over: {}", calls.nameOf(plugin), e.getMessage());
                return false;
            }
        };
    }

    private <P, T> Call<P, T> held(Class<P> type, Call<P, T> call) {
        return plugin -> call.on(Contract.hold(type, plugin, () -> calls.nameOf(plugin)));
    }

    /** Whoever doesn't say what it is called can't be the one that a project is bound to. */
    private boolean isBound(@Nullable String bound, Object candidate) {
        return bound == null || instance(calls, candidate).filter(bound::equals).isPresent();
    }

    /** Which instance a plugin is, as {@code technology.instance}; empty if it doesn't say so. */
    static Optional<String> instance(PortCalls calls, Object candidate) {
        return said(calls, candidate).map(Ports::name);
    }

    /** What a plugin has said it is, or says now; empty if it doesn't. */
    static Optional<PluginDescriptor> said(PortCalls calls, Object candidate) {
        if (!(candidate instanceof Plugin plugin)) {
            return Optional.empty();
        }
        try {
            return Optional.of(calls.descriptorOf(plugin, PROMPT));
        } catch (RuntimeException e) {
            LOG.warn("{} does not say what it is: {}", plugin.getClass(), e.getMessage());
            return Optional.empty();
        }
    }

    /** Of a URL what says which system it is of: no user and no path. */
    private static String place(URI url) {
        return url.getScheme() + "://" + Optional.ofNullable(url.getHost()).orElse("")
                + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    private static String named(@Nullable String bound) {
        return bound == null ? "" : " " + bound + ", to which the project is bound,";
    }

    private static String name(PluginDescriptor descriptor) {
        return descriptor.technology() + "." + descriptor.instance();
    }

    static RefusedException absent(String what) {
        return RefusedException.of(
                ProblemCode.PLUGIN_UNAVAILABLE,
                "No " + what + ". An operator must install or configure a plugin for it.");
    }
}
