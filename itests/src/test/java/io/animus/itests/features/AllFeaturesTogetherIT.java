package io.animus.itests.features;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeatureState;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * What the distribution boots gets along: two features that resolve alone can still be wired into each other so that one
 * no longer starts.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class AllFeaturesTogetherIT {
    @Inject
    private FeaturesService features;

    @Inject
    private BundleContext framework;

    @Inject
    private BootFinished booted;

    @Configuration
    public Option[] distribution() throws Exception {
        return new Option[] {
            Container.ofTheDistribution(),
            editConfigurationFilePut("etc/io.animus.plugin.scm.git-it.cfg", "url_prefixes", "file:///nowhere/"),
            editConfigurationFilePut("etc/io.animus.plugin.registry-it.cfg", "insecure_hosts", "127.0.0.1:1"),
            editConfigurationFilePut("etc/io.animus.plugin.executor.container-it.cfg", "socket", "/nowhere.sock"),
            editConfigurationFilePut("etc/io.animus.plugin.siem.syslog-it.cfg", "host", "nowhere.invalid"),
            editConfigurationFilePut("etc/io.animus.plugin.siem.webhook-it.cfg", "url", "https://nowhere.invalid/"),
            editConfigurationFilePut("etc/io.animus.plugin.siem.webhook-it.cfg", "secret_file", "/nowhere"),
            editConfigurationFilePut("etc/io.animus.plugin.events.webhook-it.cfg", "secrets_directory", "/nowhere"),
        };
    }

    @Test
    public void everyBundleRuns() throws Exception {
        var boot = Arrays.stream(features.listFeatures())
                .filter(feature -> feature.getName().startsWith("animus-"))
                .filter(features::isInstalled)
                .collect(Collectors.toList());

        assertFalse("no feature of ours was booted", boot.isEmpty());
        var notStarted = new TreeSet<String>();
        for (var feature : boot) {
            if (features.getState(feature.getId()) != FeatureState.Started) {
                notStarted.add(feature.getId());
            }
        }
        assertEquals("features that did not start", new TreeSet<String>(), notStarted);
        assertEquals("bundles that do not run", List.of(), Container.notRunning(framework));
    }

    @Test
    public void aKernelBundleThatIsUpdatedLeavesThePluginsRunning() throws Exception {
        awaitOk();
        var plugins = plugins();
        var processes = processes();
        assertFalse("the embedded database has no process", processes.isEmpty());

        for (var name : List.of("animus-kernel-rest", "animus-kernel-core", "animus-kernel-store-postgres")) {
            var bundle = Arrays.stream(framework.getBundles())
                    .filter(one -> name.equals(one.getSymbolicName()))
                    .findFirst()
                    .orElseThrow();
            bundle.update();
            var refreshed = new CountDownLatch(1);
            framework
                    .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                    .adapt(FrameworkWiring.class)
                    .refreshBundles(Set.of(bundle), event -> refreshed.countDown());
            assertTrue(name + " was not refreshed", refreshed.await(60, TimeUnit.SECONDS));

            assertEquals(name, List.of(), Container.notRunning(framework));
            assertEquals("plugins after an update of " + name, plugins, plugins());
            assertEquals("processes after an update of " + name, processes, processes());
        }
        awaitOk();
    }

    @Test
    public void everyConfiguredPluginActivates() throws Exception {
        var names = new TreeSet<String>();
        for (var plugin : framework.getAllServiceReferences("io.animus.api.plugin.Plugin", null)) {
            if (framework.getService(plugin) != null) {
                names.add(plugin.getBundle().getSymbolicName());
                framework.ungetService(plugin);
            }
        }

        assertEquals(
                new TreeSet<>(List.of(
                        "animus-events-webhook",
                        "animus-executor-container",
                        "animus-postgres-embedded",
                        "animus-registry",
                        "animus-scm-git",
                        "animus-siem-syslog",
                        "animus-siem-webhook",
                        "animus-storage-filesystem")),
                names);
    }

    /** Their services, by what changes when a component is activated again. */
    private Set<String> plugins() throws Exception {
        return Arrays.stream(framework.getAllServiceReferences("io.animus.api.plugin.Plugin", null))
                .map(plugin -> plugin.getBundle().getSymbolicName() + " " + plugin.getProperty("service.id"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The processes that plugins have started. */
    private static Set<Long> processes() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Until the hub does its work. */
    private static void awaitOk() throws Exception {
        var ready = URI.create("http://127.0.0.1:" + System.getProperty("animus.port") + "/readyz");
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        var status = 0;
        while (status != 200 && System.nanoTime() < deadline) {
            try {
                var connection = (HttpURLConnection) ready.toURL().openConnection();
                status = connection.getResponseCode();
            } catch (IOException e) {
                status = 0;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        assertEquals("readiness of the hub", 200, status);
    }
}
