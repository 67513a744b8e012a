package io.animus.itests.features;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
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
    public void everyConfiguredPluginActivates() throws Exception {
        var names = new TreeSet<String>();
        for (var plugin : framework.getAllServiceReferences("io.animus.api.plugin.Plugin", null)) {
            if (framework.getService(plugin) != null) {
                names.add(plugin.getBundle().getSymbolicName());
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
}
