package io.animus.kernel.core;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.State;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.trust.TrustProposal;
import io.animus.kernel.trust.Mode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.startlevel.BundleStartLevel;

/** What starts with the hub, and what doesn't, in a real framework that comes and goes with each test. */
class PluginsAtStartTest {
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
        plugins = runtime();
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
    }

    private FrameworkPlugins runtime() throws Exception {
        return framework.runtime(Duration.ofSeconds(2));
    }

    @Test
    void aPackageThatWasChangedInTheCacheDoesNotStart() throws Exception {
        install(SwapBundle.of("1.0.0"));
        flip(framework.cached(bundle()));

        bundle().stop();
        plugins = runtime();

        assertThat(plugins.refused())
                .singleElement()
                .matches(refusal -> refusal.plugin().equals(SwapBundle.NAME))
                .matches(refusal -> refusal.reason().contains("is not the one of the package"));
        assertThat(bundle().getState()).isNotEqualTo(Bundle.ACTIVE);
        assertThat(bundle().adapt(BundleStartLevel.class).isPersistentlyStarted())
                .isFalse();
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> plugins.enable(SwapBundle.NAME))
                .withMessageContaining("is not the one of the package");
    }

    @Test
    void aPluginOfTheArchiveThatWasChangedInTheCacheDoesNotStart() throws Exception {
        var archived = archived("0.1.0");
        assertThat(runtime().refused()).isEmpty();
        assertThat(ask()).isEqualTo("0.1.0");

        flip(framework.cached(archived));
        plugins = runtime();

        assertThat(plugins.refused())
                .extracting(Finding::plugin, Finding::version)
                .containsExactly(tuple(SwapBundle.NAME, "0.1.0"));
        assertThat(archived.getState()).isEqualTo(Bundle.RESOLVED);
        assertThat(archived.adapt(BundleStartLevel.class).isPersistentlyStarted())
                .isFalse();
    }

    @Test
    void aPackageThatWasRevokedDoesNotStartAgain() throws Exception {
        install(SwapBundle.of("1.0.0"));
        bundle().stop();
        Files.createDirectories(folder.resolve("trust"));
        Files.writeString(
                folder.resolve("trust/revoked"), plugins.all().get(0).packaged().value() + "\n");

        plugins = runtime();

        assertThat(plugins.refused()).singleElement().matches(refusal -> refusal.reason()
                .contains("was revoked"));
        assertThat(bundle().getState()).isNotEqualTo(Bundle.ACTIVE);
    }

    @Test
    void aPackageThatCannotBeReadOnceIsKeptAndNothingTakesItsPlace() throws Exception {
        archived("0.1.0");
        update(SwapBundle.of("1.0.0"));
        var kept = kept();
        var content = Files.readAllBytes(kept);
        Files.write(kept, new byte[] {1});

        plugins = runtime();
        assertThat(plugins.refused()).singleElement().matches(refusal -> refusal.reason()
                .contains("can't be read"));
        assertThat(framework.present()).isEmpty();
        assertThat(plugins.all().get(0).packaged()).isNull();
        assertThat(kept).hasBinaryContent(new byte[] {1});
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> plugins.enable(SwapBundle.NAME))
                .withMessageContaining("can't be read");

        Files.write(kept, content);
        plugins = runtime();
        assertThat(plugins.refused()).isEmpty();
        assertThat(ask()).isEqualTo("1.0.0");
    }

    @Test
    void whatWasSwitchedOffStaysSoWhenItsPackageIsReplacedByAnother() throws Exception {
        archived("0.1.0");
        update(SwapBundle.of("1.0.0"));
        settle(plugins.disable(SwapBundle.NAME));
        Files.copy(SwapBundle.of("6.6.6").in(folder).file(), kept(), REPLACE_EXISTING);

        plugins = runtime();
        assertThat(plugins.refused()).singleElement().matches(refusal -> refusal.reason()
                .contains("was replaced by another one"));
        assertThat(framework.present()).isEmpty();
        assertThat(kept()).exists();

        settle(plugins.remove(SwapBundle.NAME));
        assertThat(ask()).isEqualTo("0.1.0");
        assertThat(folder.resolve("plugins/packages")).isEmptyDirectory();
    }

    @Test
    void aStricterModeStopsNothingAndALaxerOneStartsWhatItLetsIn() throws Exception {
        install(SwapBundle.of("1.0.0"));
        var trust = new TrustMode(folder.resolve("trust"), null, false);
        trust.learn(decided(1, Mode.WARN));
        var neighbour = ConfiguredBundle.in(folder, "1.0.0", Map.of());
        settle(
                plugins.install(neighbour),
                new Decision(
                        DECISION.event(),
                        Action.PLUGIN_INSTALLED,
                        neighbour.manifest().name(),
                        DECISION.details()));
        flip(framework.cached(bundle()));
        bundle().stop();
        plugins = framework.runtime(trust, Duration.ofSeconds(2));
        assertThat(plugins.refused()).extracting(Finding::plugin).containsExactly(SwapBundle.NAME);
        assertThat(state(ConfiguredBundle.NAME)).isEqualTo(State.ACTIVE);

        trust.learn(decided(2, Mode.ENFORCE));
        plugins.reconsider();
        assertThat(state(ConfiguredBundle.NAME)).isEqualTo(State.ACTIVE);

        flip(framework.cached(bundle()));
        trust.learn(decided(3, Mode.WARN));
        plugins.reconsider();
        assertThat(plugins.refused()).isEmpty();
        assertThat(ask()).isEqualTo("1.0.0");
    }

    @Test
    void whatOnlyALaxerModeLetsInIsToldWithItsDigestOnce() throws Exception {
        install(SwapBundle.of("1.0.0"));
        assertThat(plugins.untold()).isEmpty();

        plugins = runtime();
        var packaged = plugins.all().get(0).packaged();

        assertThat(plugins.untold()).singleElement().satisfies(found -> {
            assertThat(found.plugin()).isEqualTo(SwapBundle.NAME);
            assertThat(found.version()).isEqualTo("1.0.0");
            assertThat(found.digest()).isEqualTo(packaged);
            assertThat(found.letInBy()).isEqualTo(Mode.WARN);
            assertThat(found.reason()).contains("It is not signed");
        });
        plugins.told(plugins.untold().get(0));
        settle(plugins.disable(SwapBundle.NAME));
        settle(plugins.enable(SwapBundle.NAME));
        assertThat(plugins.untold()).isEmpty();
        assertThat(ask()).isEqualTo("1.0.0");
    }

    @Test
    void whatNoArchiveBroughtIsHashedAndToldAlsoWhereItMayStart() throws Exception {
        var jar = SwapBundle.of("0.1.0").jar();
        archived("0.1.0");
        framework.bring(SwapBundle.of("0.2.0").jar());

        plugins = framework.runtime(TrustMode.ofDevelopment(folder.resolve("trust"), Mode.OFF), Duration.ofSeconds(2));

        assertThat(ask()).isEqualTo("0.1.0");
        assertThat(plugins.refused()).isEmpty();
        assertThat(plugins.untold())
                .extracting(Finding::plugin, Finding::digest, Finding::letInBy)
                .containsExactly(tuple(SwapBundle.NAME, Digest.of(jar), Mode.OFF));
        assertThat(plugins.untold().get(0).reason()).contains("is not the one of the archive");
    }

    @Test
    void whatWasLetInOnceIsNotSwitchedOnWhereItWouldNotStart() throws Exception {
        install(SwapBundle.of("1.0.0"));
        settle(plugins.disable(SwapBundle.NAME));
        var trust = new TrustMode(folder.resolve("trust"), null, false);
        trust.learn(decided(1, Mode.ENFORCE));

        plugins = framework.runtime(trust, Duration.ofSeconds(2));

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> plugins.enable(SwapBundle.NAME))
                .withMessageContaining("It is not signed");
        assertThat(framework.present()).isEmpty();
    }

    private static Optional<TrustProposal> decided(int number, Mode mode) {
        var proposed = new Made(Instant.EPOCH, new Principal(Principal.Kind.USER, "one"));
        var decided = new Made(Instant.EPOCH, new Principal(Principal.Kind.USER, "another"));
        return Optional.of(new TrustProposal(DECISION.event(), number, mode.word(), "a test", proposed, decided));
    }

    private State state(String name) {
        return plugins.all().stream()
                .filter(plugin -> plugin.name().equals(name))
                .findFirst()
                .orElseThrow()
                .state();
    }

    /** The one package that is kept. */
    private Path kept() throws IOException {
        try (var files = Files.list(folder.resolve("plugins/packages"))) {
            return files.findFirst().orElseThrow();
        }
    }

    private Bundle archived(String version) throws Exception {
        var jar = SwapBundle.of(version).jar();
        framework.bring(jar);
        var archived = framework.context().installBundle("archive:swapped", new ByteArrayInputStream(jar));
        archived.start();
        return archived;
    }

    @Test
    void thePluginOfTheArchiveWorksAgainWhenThePackageGoes() throws Exception {
        var archived = archived("0.1.0");

        update(SwapBundle.of("1.0.0"));
        assertThat(ask()).isEqualTo("1.0.0");
        assertThat(archived.getState()).isEqualTo(Bundle.RESOLVED);
        settle(plugins.remove(SwapBundle.NAME));

        assertThat(ask()).isEqualTo("0.1.0");
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> plugins.remove(SwapBundle.NAME));
    }

    private Bundle bundle() {
        return Arrays.stream(framework.context().getBundles())
                .filter(bundle -> SwapBundle.NAME.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private static void flip(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private String ask() {
        return framework.ask();
    }

    private void install(SwapBundle bundle) throws Exception {
        settle(plugins.install(bundle.in(folder)));
    }

    private void update(SwapBundle bundle) throws Exception {
        settle(plugins.update(SwapBundle.NAME, bundle.in(folder)));
    }

    private static void settle(Step step) {
        settle(step, DECISION);
    }

    private static void settle(Step step, Decision decision) {
        try (step) {
            step.decide(decision);
            step.settle();
        }
    }
}
