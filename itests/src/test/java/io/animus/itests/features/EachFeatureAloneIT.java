package io.animus.itests.features;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;

import java.io.IOException;
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
import org.osgi.framework.BundleContext;

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
        return new Option[] {
            Container.ofTheDistribution(),
            editConfigurationFilePut("etc/org.apache.karaf.features.cfg", "featuresBoot", "framework"),
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
            assertEquals("bundles of " + name + " that don't run", List.of(), Container.notRunning(framework));

            features.uninstallFeature(name);

            assertEquals("bundles after " + name, before, bundles());
        }
    }

    private Set<String> bundles() {
        return Arrays.stream(framework.getBundles())
                .map(bundle -> bundle.getSymbolicName() + " " + bundle.getVersion())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
