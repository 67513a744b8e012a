package io.animus.itests.features;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeatureState;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** Every feature of the distribution installs into a container that has none of them, and leaves nothing behind. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class EachFeatureAloneIT {
    @Inject
    private FeaturesService features;

    @Inject
    private BundleContext framework;

    @Configuration
    public Option[] distributionWithoutFeatures() throws IOException {
        var work = System.getProperty("animus.work");
        return new Option[] {
            karafDistributionConfiguration()
                    .frameworkUrl("file:" + System.getProperty("animus.archive"))
                    .name("Animus Hub")
                    .unpackDirectory(new File(work, "exam"))
                    .useDeployFolder(false),
            configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
            editConfigurationFilePut("etc/org.apache.karaf.features.cfg", "featuresBoot", "framework"),
            editConfigurationFilePut(
                    "etc/org.ops4j.pax.url.mvn.cfg",
                    "org.ops4j.pax.url.mvn.repositories",
                    "file:" + System.getProperty("exam.repository") + "@id=exam"),
            editConfigurationFilePut("etc/custom.system.properties", "animus.port", Integer.toString(freePort())),
            editConfigurationFilePut("etc/custom.system.properties", "karaf.log", "${karaf.data}/log"),
        };
    }

    @Test
    public void installsStartsAndGoesAgain() throws Exception {
        var names = Arrays.stream(features.listFeatures())
                .map(Feature::getName)
                .filter(name -> name.startsWith("animus-"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertFalse("the distribution knows no feature of ours", names.isEmpty());
        var before = bundles();
        for (var name : names) {
            assertFalse(name + " is there before it is installed", features.isInstalled(features.getFeature(name)));

            features.installFeature(name, EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));

            assertEquals(
                    name,
                    FeatureState.Started,
                    features.getState(features.getFeature(name).getId()));
            assertEquals("bundles of " + name + " that don't run", List.of(), notRunning());

            features.uninstallFeature(name);

            assertEquals("bundles after " + name, before, bundles());
        }
    }

    private Set<String> bundles() {
        return Arrays.stream(framework.getBundles())
                .map(bundle -> bundle.getSymbolicName() + " " + bundle.getVersion())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<String> notRunning() {
        var found = new ArrayList<String>();
        for (var bundle : framework.getBundles()) {
            var fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
            if (bundle.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE)) {
                found.add(bundle.getSymbolicName() + " in state " + bundle.getState());
            }
        }
        return found;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
