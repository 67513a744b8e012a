package io.animus.itests.features;

import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** The unpacked distribution as Pax Exam starts it: offline, but for a folder with Pax Exam's own bundles. */
final class Container {
    private Container() {}

    static Option ofTheDistribution() throws IOException {
        return CoreOptions.composite(
                karafDistributionConfiguration()
                        .frameworkUrl("file:" + System.getProperty("animus.archive"))
                        .name("Animus Hub")
                        .unpackDirectory(new File(System.getProperty("animus.work"), "exam"))
                        .useDeployFolder(false),
                configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
                editConfigurationFilePut(
                        "etc/org.ops4j.pax.url.mvn.cfg",
                        "org.ops4j.pax.url.mvn.repositories",
                        "file:" + System.getProperty("exam.repository") + "@id=exam"),
                editConfigurationFilePut("etc/custom.properties", "karaf.shutdown.timeout", "5000"),
                editConfigurationFilePut("etc/custom.system.properties", "animus.port", Integer.toString(freePort())),
                editConfigurationFilePut("etc/custom.system.properties", "karaf.log", "${karaf.data}/log"));
    }

    /** Bundles that are installed but do not run, fragments apart. */
    static List<String> notRunning(BundleContext framework) {
        return Arrays.stream(framework.getBundles())
                .filter(bundle -> {
                    var fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
                    return bundle.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE);
                })
                .map(bundle -> bundle.getSymbolicName() + " in state " + bundle.getState())
                .toList();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
