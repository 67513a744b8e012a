package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.core.swap.SwappedRegistry;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plugins in a real framework that do what a plugin must not do: contained, and named. */
@Timeout(60)
class PluginBadDaysTest {
    private static final String PLUGIN = "registry/swapped/default";
    private static final Decision DECISION = new Decision(
            new TypeId("aud_01jd0000000000000000000000"),
            Action.PLUGIN_UPDATED,
            SwapBundle.NAME,
            Json.object().build());

    @TempDir
    Path folder;

    private PluginFramework framework;
    private FrameworkPlugins plugins;

    @BeforeEach
    void start() throws Exception {
        framework = new PluginFramework(folder);
        plugins = framework.runtime(Duration.ofSeconds(2));
    }

    @AfterEach
    void stop() throws Exception {
        try {
            // Whatever went on until now ends.
            System.setProperty("animus.test.sure", "true");
            Await.until("nothing is left", () -> isWell());
        } finally {
            System.clearProperty("animus.test.sure");
            framework.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"mute, find() answered null", "stumbles, find() threw IllegalStateException"})
    void aBrokenContractIsTheFailureOfThatPlugin(String behaviour, String named) throws Exception {
        install(SwapBundle.of("1.0.0").that(behaviour));

        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(framework::ask)
                .withMessageContainingAll(PLUGIN, named)
                .withMessageNotContaining("secret");
        update(SwapBundle.of("2.0.0"));
        assertThat(framework.ask()).isEqualTo("2.0.0");
    }

    @Test
    void aPluginThatTakesAllMemoryLosesItsCallOnly() throws Exception {
        install(SwapBundle.of("1.0.0").that("hoards"));

        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(framework::ask)
                .withMessageContainingAll(PLUGIN, "find() threw OutOfMemoryError");
        update(SwapBundle.of("2.0.0"));
        assertThat(framework.ask()).isEqualTo("2.0.0");
    }

    @Test
    void aPluginThatFailsToSayWhatItServesIsPassedOver() throws Exception {
        install(SwapBundle.of("1.0.0").that("unsettled"));
        framework.add(new Neighbour());

        assertThat(framework.ask()).isEqualTo("neighbour");
    }

    @Test
    void aPluginThatSpinsKeepsFewThreadsAndNobodyElseWaits() throws Exception {
        install(SwapBundle.of("1.0.0").that("spins"));
        var plugin = framework.present().get(0);
        framework.add(new Neighbour());

        for (var i = 0; i < 4; i++) {
            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> framework.askShortly(plugin))
                    .withMessageContainingAll(PLUGIN, "did not answer within");
        }
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> framework.askShortly(plugin))
                .withMessageContainingAll(PLUGIN, "gets no more calls", "updated or disabled");
        Await.until("it is named", () -> detail().contains(PLUGIN + " goes on in " + SwappedRegistry.class.getName()));
        settle(plugins.disable(SwapBundle.NAME));
        assertThat(framework.ask()).isEqualTo("neighbour");

        settle(plugins.remove(SwapBundle.NAME));
        install(SwapBundle.of("2.0.0"));
        assertThat(framework.ask()).isEqualTo("2.0.0");
        Await.until("its threads are named", () -> detail().contains("animus-swapped 1.0.0 was stopped and has left"));
    }

    @ParameterizedTest
    @CsvSource({"leaks at once", "leaks in a call"})
    void aThreadThatIsLeftIsNamedWithItsPlugin(String behaviour) throws Exception {
        install(SwapBundle.of("1.0.0").that(behaviour));
        framework.ask();
        assertThat(isWell()).isTrue();

        update(SwapBundle.of("2.0.0").that(behaviour));

        Await.until("it is named", () -> detail().startsWith("animus-swapped 1.0.0 was stopped and has left threads"));
        assertThat(detail()).doesNotContain("2.0.0");
        assertThat(framework.ask()).isEqualTo("2.0.0");
    }

    @Test
    void aThreadOfAPluginThatTheFrameworkHasStartedIsNamedToo() throws Exception {
        var jar = SwapBundle.of("0.1.0").that("leaks at once").jar();
        framework.bring(jar);
        framework
                .context()
                .installBundle("archive:swapped", new ByteArrayInputStream(jar))
                .start();

        update(SwapBundle.of("1.0.0").that("leaks at once"));

        Await.until("it is named", () -> detail().startsWith("animus-swapped 0.1.0 was stopped and has left threads"));
        assertThat(detail()).doesNotContain("1.0.0");
    }

    @Test
    void aVersionThatDoesNotSayHowOrWhatItIsIsTakenBack() throws Exception {
        install(SwapBundle.of("1.0.0"));

        for (var behaviour : new String[] {"speechless", "nameless"}) {
            assertThatExceptionOfType(RolledBackException.class)
                    .isThrownBy(() -> update(SwapBundle.of("2.0.0").that(behaviour)))
                    .withMessageContaining("did not become healthy");
            assertThat(framework.ask()).isEqualTo("1.0.0");
        }
    }

    @Test
    void aPluginThatDoesNotSayHowItIsIsDownAndTheRestIsAsItWas() throws Exception {
        install(SwapBundle.of("1.0.0").that("speechless"));

        var checks = framework.health().report().checks();

        assertThat(checks)
                .filteredOn(check -> check.name().equals("registry"))
                .extracting(Health.Check::state, Health.Check::detail)
                .containsExactly(tuple(PluginHealth.State.DOWN, PLUGIN + " is DOWN; the log of the hub says why."));
        assertThat(framework.ask()).isEqualTo("1.0.0");
    }

    /** Well, and for other images. */
    private record Neighbour() implements ImageRegistry {
        @Override
        public boolean serves(ImageReference reference) {
            return true;
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return Optional.of(new ImageManifest(Digest.of(new byte[0]), "application/test+neighbour", 1, null));
        }
    }

    private boolean isWell() {
        return detail().isEmpty();
    }

    /** What the hub says of what plugins have left. */
    private String detail() {
        var check = framework.health().report().checks().stream()
                .filter(one -> one.name().equals("plugins"))
                .findFirst()
                .orElseThrow();
        assertThat(check.state())
                .isEqualTo(check.detail() == null ? PluginHealth.State.OK : PluginHealth.State.DEGRADED);
        return Optional.ofNullable(check.detail()).orElse("");
    }

    private void install(SwapBundle bundle) throws Exception {
        settle(plugins.install(bundle.in(folder)));
    }

    private void update(SwapBundle bundle) throws Exception {
        settle(plugins.update(SwapBundle.NAME, bundle.in(folder)));
    }

    private static void settle(Step step) {
        try (step) {
            step.decide(DECISION);
            step.settle();
        }
    }
}
