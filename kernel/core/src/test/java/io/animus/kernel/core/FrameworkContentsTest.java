package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Digest;
import io.animus.kernel.core.CompositionContents.Configured;
import io.animus.kernel.core.CompositionContents.Installed;
import io.animus.kernel.trust.Mode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.Map;
import org.apache.felix.cm.PersistenceManager;
import org.apache.felix.framework.Felix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.SynchronousConfigurationListener;

/** What real frameworks, on machines where the hub stands elsewhere, are made of. */
class FrameworkContentsTest {
    private static final String API = "io.animus.api.plugin;version=1.0.0,io.animus.api.registry;version=1.0.0,"
            + "io.animus.api.types;version=1.0.0,org.osgi.service.cm;version=1.6.1";

    @TempDir
    Path folder;

    private Machine one;
    private Machine other;

    /** A framework with a Configuration Admin, its hub standing in a folder of its own. */
    private static final class Machine {
        private final Path place;
        private final Felix felix;
        private final ConfigurationAdmin configurations;

        Machine(Path place) throws Exception {
            this.place = place;
            felix = new Felix(Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    place.resolve("data/cache").toString(),
                    Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                    API,
                    "karaf.base",
                    place.toString(),
                    "karaf.data",
                    place.resolve("data").toString()));
            felix.start();
            var jar = PersistenceManager.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation();
            felix.getBundleContext().installBundle(jar.toString()).start();
            var context = felix.getBundleContext();
            configurations = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        }

        Bundle install(byte[] jar) throws Exception {
            return felix.getBundleContext().installBundle("test:" + Digest.of(jar), new ByteArrayInputStream(jar));
        }

        void configure(String pid, String... values) throws Exception {
            Dictionary<String, Object> properties = new Hashtable<>();
            for (var i = 0; i < values.length; i += 2) {
                properties.put(values[i], values[i + 1]);
            }
            configurations.getConfiguration(pid, null).update(properties);
        }

        CompositionContents contents() {
            var trust = TrustMode.ofDevelopment(place.resolve("etc/animus"), Mode.ENFORCE);
            return new FrameworkContents(felix.getBundleContext(), configurations, trust::policy).get();
        }

        void stop() throws Exception {
            felix.stop();
            felix.waitForStop(10_000);
        }
    }

    @BeforeEach
    void start() throws Exception {
        one = new Machine(folder.resolve("one"));
        other = new Machine(folder.resolve("other"));
    }

    @AfterEach
    void stop() throws Exception {
        one.stop();
        other.stop();
    }

    @Test
    void namesEveryJarByTheDigestOfItsFile() throws Exception {
        var jar = SwapBundle.of("0.1.0").jar();
        one.install(jar);

        assertThat(one.contents().bundles())
                .extracting(Installed::symbolicName)
                .containsExactly("animus-swapped", "org.apache.felix.configadmin");
        var plugin = one.contents().bundles().get(0);
        assertThat(plugin.digest()).isEqualTo(Digest.of(jar));
        assertThat(plugin.port()).isEqualTo("registry");
        assertThat(plugin.technology()).isEqualTo("swapped");
    }

    @Test
    void readsABundleThatStaysWhereItIs() throws Exception {
        var file =
                Files.write(folder.resolve("plugin.jar"), SwapBundle.of("0.1.0").jar());
        one.felix.getBundleContext().installBundle("reference:" + file.toUri());

        assertThat(one.contents().bundles()).anyMatch(bundle -> bundle.digest().equals(digest(file)));
    }

    private static Digest digest(Path file) {
        try {
            return Digest.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anotherVersionOrWireIsAnotherComposition() throws Exception {
        var bundle = one.install(SwapBundle.of("0.1.0").jar());
        var before = one.contents();

        bundle.update(new ByteArrayInputStream(SwapBundle.of("0.2.0").jar()));
        var updated = one.contents();
        one.install(SwapBundle.of("0.3.0").jar());

        assertThat(updated.digest()).isNotEqualTo(before.digest());
        assertThat(one.contents().digest()).isNotIn(before.digest(), updated.digest());
    }

    @Test
    void theSameOnTwoMachinesIsTheSame() throws Exception {
        for (var machine : new Machine[] {one, other}) {
            machine.install(SwapBundle.of("0.1.0").jar());
            machine.configure(
                    "io.animus.plugin.storage.filesystem",
                    "root",
                    machine.place.resolve("data/objects").toString(),
                    "felix.fileinstall.filename",
                    machine.place.resolve("etc/x.cfg").toUri().toString());
            machine.configure("org.example.other", "host", machine.place.toString());
            machine.configure(
                    "io.animus.node", "name", machine.place.getFileName().toString());
        }

        assertThat(one.contents()).isEqualTo(other.contents());
        assertThat(one.contents().configurations())
                .extracting(Configured::pid)
                .containsExactly("io.animus.node", "io.animus.plugin.storage.filesystem");
    }

    @Test
    void anotherConfigurationIsAnotherComposition() throws Exception {
        one.configure("io.animus.gate", "limit", "1");
        var before = one.contents().digest();

        one.configure("io.animus.gate", "limit", "2");

        assertThat(one.contents().digest()).isNotEqualTo(before);
    }

    @Test
    void whateverIsConfiguredIsAnotherComposition() throws Exception {
        var texts = new String[] {"\u00e9", "e\u0301", "e\\u0301", "e\\\\u0301", "\uffff", "\ud800", "\udc00", "?"};
        var digests = new HashSet<Digest>();
        for (var text : texts) {
            one.configure("io.animus.gate", "limit", text);
            digests.add(one.contents().digest());
            one.configure("io.animus.gate", text, "1");
            digests.add(one.contents().digest());
        }

        assertThat(digests).hasSize(2 * texts.length);
    }

    @Test
    void aConfigurationOfAnyNameIsPartOfIt() throws Exception {
        one.configure("io.animus.plugin.configured~e\u0301", "mood", "well");

        assertThat(one.contents().configurations())
                .extracting(Configured::pid)
                .containsExactly("io.animus.plugin.configured~e\\u0301");
    }

    @Test
    void nobodyListensForAHubThatHasEnded() throws Exception {
        var framework = one.felix.getBundleContext();
        var composition = new Composition(framework, one.configurations, TrustMode.ofDevelopment(folder, Mode.ENFORCE));
        assertThat(framework.getServiceReference(SynchronousConfigurationListener.class))
                .isNotNull();

        composition.close(framework);

        assertThat(framework.getServiceReference(SynchronousConfigurationListener.class))
                .isNull();
    }

    @Test
    void isTheSameAfterARestart() throws Exception {
        one.install(SwapBundle.of("0.1.0").jar());
        var before = one.contents();
        one.stop();

        one = new Machine(folder.resolve("one"));

        assertThat(one.contents()).isEqualTo(before);
    }
}
