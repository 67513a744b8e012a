package io.animus.kernel.guard;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.osgi.framework.ServiceEvent.REGISTERED;
import static org.osgi.framework.ServiceEvent.UNREGISTERING;

import io.animus.kernel.guard.Denial.Use;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;
import org.osgi.util.tracker.ServiceTracker;

class ServiceHooksTest {
    private static final String RUNNABLE = Runnable.class.getName();
    private static final String CALLABLE = Callable.class.getName();

    @TempDir
    private Path cache;

    private Framework framework;
    private BundleContext other;

    @BeforeEach
    void start() throws Exception {
        framework = new Framework(cache);
        other = framework.other("other");
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
    }

    @Test
    void aPluginFindsWhatItNames() throws Exception {
        runnable(other);
        var plugin = framework.plugin("plugin", List.of(), List.of(RUNNABLE));

        assertThat(plugin.getServiceReference(RUNNABLE)).isNotNull();
        assertThat(plugin.getServiceReferences((String) null, "(objectClass=" + RUNNABLE + ")"))
                .hasSize(1);
        assertNoFurtherDenial();
    }

    @Test
    void aPluginFindsNothingElseByNameClassOrFilter() throws Exception {
        runnable(other);
        var plugin = framework.plugin("plugin", List.of(), List.of(CALLABLE));

        assertThat(plugin.getServiceReference(RUNNABLE)).isNull();
        assertThat(plugin.getServiceReference(Runnable.class)).isNull();
        assertThat(plugin.getServiceReferences(Runnable.class, "(service.id>=0)"))
                .isEmpty();
        assertThat(plugin.getAllServiceReferences(RUNNABLE, null)).isNull();
        assertThat(plugin.getServiceReferences((String) null, "(objectClass=" + RUNNABLE + ")"))
                .isNull();

        assertThat(framework.context().getServiceReference(RUNNABLE)).isNotNull();
        assertThat(denial()).isEqualTo(new Denial("plugin", "1.0.0", Use.SEE, RUNNABLE));
        assertNoFurtherDenial();
    }

    @Test
    void whatNobodyProvidesIsNoDenial() throws Exception {
        var plugin = framework.plugin("plugin", List.of(), List.of());

        assertThat(plugin.getServiceReference(RUNNABLE)).isNull();
        runnable(other);
        assertThat(plugin.getServiceReference(RUNNABLE)).isNull();

        assertThat(denial().service()).isEqualTo(RUNNABLE);
    }

    @Test
    void aListOfAllServicesHasWhatItNames() throws Exception {
        runnable(other);
        other.registerService(CALLABLE, (Callable<String>) () -> "", null);
        var plugin = framework.plugin("plugin", List.of(), List.of(CALLABLE));

        assertThat(plugin.getAllServiceReferences(null, null))
                .extracting(found -> ((String[]) found.getProperty("objectClass"))[0])
                .containsExactlyInAnyOrder(CALLABLE, Condition.class.getName());
    }

    @Test
    void aTrackerTracksNothingElse() throws Exception {
        var plugin = framework.plugin("plugin", List.of(), List.of(CALLABLE));
        var denied = new ServiceTracker<>(plugin, RUNNABLE, null);
        var named = new ServiceTracker<>(plugin, CALLABLE, null);
        denied.open();
        named.open();

        runnable(other);
        other.registerService(CALLABLE, (Callable<String>) () -> "", null);

        assertThat(denied.getTrackingCount()).isZero();
        assertThat(named.size()).isOne();
        assertThat(denial()).isEqualTo(new Denial("plugin", "1.0.0", Use.SEE, RUNNABLE));
        assertNoFurtherDenial();
    }

    @Test
    void aListenerHearsOfNothingElse() throws Exception {
        var plugin = framework.plugin("plugin", List.of(), List.of(CALLABLE));
        var heard = new ArrayList<Integer>();
        var asked = new ArrayList<Integer>();
        plugin.addServiceListener(event -> heard.add(event.getType()));
        plugin.addServiceListener(event -> asked.add(event.getType()), "(NUMBER=7)");

        var hidden = other.registerService(RUNNABLE, (Runnable) () -> {}, numbered(7));
        hidden.setProperties(numbered(8));
        hidden.unregister();
        assertThat(heard).isEmpty();
        other.registerService(CALLABLE, (Callable<String>) () -> "", null).unregister();

        assertThat(heard).containsExactly(REGISTERED, UNREGISTERING);
        assertThat(asked).isEmpty();
        assertThat(denial()).isEqualTo(new Denial("plugin", "1.0.0", Use.SEE, RUNNABLE));
        assertNoFurtherDenial();
    }

    @Test
    void everybodySeesWhatAPluginNamesAndProvides() throws Exception {
        var tracker = new ServiceTracker<>(other, RUNNABLE, null);
        tracker.open();
        var plugin = framework.plugin("plugin", List.of(RUNNABLE), List.of());

        runnable(plugin);

        assertThat(other.getServiceReference(RUNNABLE)).isNotNull();
        assertThat(tracker.size()).isOne();
        assertNoFurtherDenial();
    }

    @Test
    void nobodyElseSeesWhatItProvidesUnderAnyOtherName() throws Exception {
        var tracker = new ServiceTracker<>(other, RUNNABLE, null);
        tracker.open();
        var heard = new ArrayList<Integer>();
        ServiceListener listener = event -> heard.add(event.getType());
        other.addServiceListener(listener);
        var plugin = framework.plugin("plugin", List.of(RUNNABLE), List.of());
        var neighbour = framework.plugin("neighbour", List.of(), List.of(RUNNABLE, CALLABLE));
        var work = new Work();

        var registration = plugin.registerService(new String[] {RUNNABLE, CALLABLE}, work, null);

        assertThat(other.getServiceReference(RUNNABLE)).isNull();
        assertThat(neighbour.getServiceReference(RUNNABLE)).isNull();
        assertThat(tracker.getTrackingCount()).isZero();
        assertThat(plugin.getService(plugin.getServiceReference(CALLABLE))).isSameAs(work);
        assertThat(denial()).isEqualTo(new Denial("plugin", "1.0.0", Use.PROVIDE, CALLABLE));
        registration.unregister();
        assertThat(heard).isEmpty();
        assertNoFurtherDenial();
    }

    @Test
    void withoutPermissionsThatCanBeReadAPluginSeesAndProvidesNothing() throws Exception {
        runnable(other);
        for (var plugin : List.of(framework.plugin("none", null), framework.plugin("broken", "{}"))) {
            plugin.registerService(CALLABLE, (Callable<String>) () -> "", null);

            assertThat(plugin.getServiceReference(RUNNABLE)).isNull();
            assertThat(other.getServiceReference(CALLABLE)).isNull();
        }
    }

    @Test
    void settingsAreForDeclarativeServicesAlone() throws Exception {
        other.registerService(Basics.CONFIGURATIONS, new Nothing(), null);
        var plugin = framework.plugin("plugin", List.of(), List.of());

        assertThat(plugin.getServiceReference(Basics.CONFIGURATIONS)).isNull();
        assertThat(denial().service()).isEqualTo(Basics.CONFIGURATIONS);
    }

    @Test
    void anUpdateIsHeldToItsOwnPermissions() throws Exception {
        runnable(other);
        other.registerService(CALLABLE, (Callable<String>) () -> "", null);
        var first = framework.plugin("plugin", List.of(), List.of(RUNNABLE));
        assertThat(first.getServiceReference(RUNNABLE)).isNotNull();

        var second = framework.update(first, List.of(CALLABLE));

        assertThat(second.getServiceReference(RUNNABLE)).isNull();
        assertThat(second.getServiceReference(CALLABLE)).isNotNull();
        assertThat(denial()).isEqualTo(new Denial("plugin", "2.0.0", Use.SEE, RUNNABLE));
    }

    @Test
    void aNewInstallationIsToldOfAgain() throws Exception {
        runnable(other);
        for (var time = 0; time < 2; time++) {
            var plugin = framework.plugin("plugin", List.of(), List.of());
            assertThat(plugin.getServiceReference(RUNNABLE)).isNull();
            assertThat(plugin.getServiceReference(RUNNABLE)).isNull();
            Framework.stop(plugin.getBundle());
            assertThat(denial().service()).isEqualTo(RUNNABLE);
        }
        assertNoFurtherDenial();
    }

    @Test
    void whoAsksForVeryManyIsNotToldOfForEver() throws Exception {
        var plugin = framework.plugin("plugin", List.of(), List.of());
        IntStream.range(0, 100).mapToObj("org.example.Service%03d"::formatted).forEach(name -> {
            assertThat(plugin.getServiceReference(name)).isNull();
            plugin.registerService(name, new Nothing(), null);
        });

        for (var i = 0; i < 64; i++) {
            assertThat(denial().service()).isEqualTo("org.example.Service%03d".formatted(i));
        }
        assertThat(denial()).isEqualTo(new Denial("plugin", "1.0.0", Use.PROVIDE, Denial.FURTHER));
        assertNoFurtherDenial();
    }

    @Test
    void whoAsksForTheSameAgainHasNotAskedForMore() throws Exception {
        runnable(other);
        var plugin = framework.plugin("plugin", List.of(), List.of());
        IntStream.range(0, 64)
                .mapToObj("org.example.Service%03d"::formatted)
                .forEach(name -> plugin.registerService(name, new Nothing(), null));

        plugin.registerService("org.example.Service000", new Nothing(), null);
        assertThat(plugin.getServiceReference(RUNNABLE)).isNull();

        for (var i = 0; i < 64; i++) {
            assertThat(denial().service()).isEqualTo("org.example.Service%03d".formatted(i));
        }
        assertThat(denial()).isEqualTo(new Denial("plugin", "1.0.0", Use.SEE, Denial.FURTHER));
    }

    @Test
    void aListenerWhoseClassesAreGoneIsToldLater() throws Exception {
        var attempts = new AtomicInteger();
        DenialListener listener = denial -> {
            if (attempts.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("of a bundle that is updated");
            }
            framework.denials.add(denial);
        };
        var best = new Hashtable<String, Object>(Map.of("service.ranking", 1));
        framework.context().registerService(DenialListener.class, listener, best);
        var denial = new Denial("plugin", "1.0.0", Use.SEE, RUNNABLE);

        try (var denials = new Denials(framework.context(), Duration.ofMillis(1))) {
            denials.accept(denial);
            assertThat(denial()).isEqualTo(denial);
        }
    }

    @Test
    void withoutTheGuardEverythingIsAsBefore() throws Exception {
        runnable(other);
        var plugin = framework.plugin("plugin", List.of(), List.of());

        framework.stopGuard();

        assertThat(plugin.getServiceReference(RUNNABLE)).isNotNull();
    }

    /** They come one after the other, from a thread of their own. */
    private void assertNoFurtherDenial() throws Exception {
        framework.plugin("sentinel", List.of(), List.of()).registerService(CALLABLE, new Nothing(), null);

        assertThat(denial()).isEqualTo(new Denial("sentinel", "1.0.0", Use.PROVIDE, CALLABLE));
    }

    private Denial denial() throws InterruptedException {
        var denial = framework.denials.poll(10, SECONDS);
        assertThat(denial).as("a denial").isNotNull();
        return denial;
    }

    private static ServiceRegistration<?> runnable(BundleContext bundle) {
        return bundle.registerService(RUNNABLE, (Runnable) () -> {}, null);
    }

    private static Dictionary<String, Object> numbered(int number) {
        var properties = new Hashtable<String, Object>();
        properties.put("number", number);
        return properties;
    }

    /** Can be registered under any name. */
    private static final class Nothing implements ServiceFactory<Object> {
        @Override
        public Object getService(Bundle bundle, ServiceRegistration<Object> registration) {
            return this;
        }

        @Override
        public void ungetService(Bundle bundle, ServiceRegistration<Object> registration, Object service) {}
    }

    private static final class Work implements Runnable, Callable<String> {
        @Override
        public void run() {}

        @Override
        public String call() {
            return "";
        }
    }
}
