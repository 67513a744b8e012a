package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginConfigurations.Configured;
import io.animus.kernel.core.PluginConfigurations.Source;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginPackage;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.ConfigurationAdmin;

/** Configurations in a real framework with a real Configuration Admin. */
class FrameworkConfigurationsTest {
    private static final Duration WINDOW = Duration.ofSeconds(2);
    private static final String MAIN = ConfiguredBundle.PID + "~main";

    @TempDir
    Path folder;

    private PluginFramework framework;
    private ConfigurationAdmin admin;
    private FrameworkPlugins plugins;
    private FrameworkConfigurations configurations;

    @BeforeEach
    void start() throws Exception {
        framework = new PluginFramework(folder);
        admin = framework.admin();
        again();
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
    }

    /** A start of the hub. */
    private void again() throws Exception {
        plugins = framework.runtime(WINDOW);
        configurations = framework.configurations(plugins, WINDOW);
    }

    @Test
    void anInstanceComesChangesAndGoes() throws Exception {
        install("1.0.0", Map.of());
        keep(MAIN, mood("well"));
        keep(ConfiguredBundle.PID + "~other", mood("well"));
        assertThat(moods()).containsExactlyInAnyOrder("well", "well");

        keep(MAIN, mood("fine"));
        assertThat(moods()).containsExactlyInAnyOrder("fine", "well");
        assertThat(all()).extracting(Configured::pid).containsExactly(MAIN, ConfiguredBundle.PID + "~other");
        assertThat(all()).extracting(Configured::source).containsOnly(Source.API);
        assertThat(all().get(0).values()).isEqualTo(mood("fine"));

        keep(MAIN, null);
        Await.until("the instance is gone", () -> moods().equals(List.of("well")));
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> put(MAIN, null));
    }

    @Test
    void whatMakesItSickOrGoneIsTakenBack() throws Exception {
        install("1.0.0", Map.of());
        keep(MAIN, mood("well"));

        for (var bad : List.of("sick", "absent")) {
            assertThatExceptionOfType(RolledBackException.class)
                    .isThrownBy(() -> put(MAIN, mood(bad)))
                    .withMessageContaining("did not become healthy");
            Await.until("the old values are back", () -> moods().equals(List.of("well")));
        }
        assertThatExceptionOfType(RolledBackException.class)
                .isThrownBy(() -> put(ConfiguredBundle.PID + "~new", mood("sick")));
        Await.until("only the old one is there", () -> moods().equals(List.of("well")));
        again();
        assertThat(all().get(0).values()).isEqualTo(mood("well"));
    }

    @Test
    void anUndoneStepNeverHappened() throws Exception {
        install("1.0.0", Map.of());
        keep(MAIN, mood("well"));

        undo(MAIN, mood("fine"));
        Await.until("the old values are back", () -> moods().equals(List.of("well")));
        undo(MAIN, null);
        Await.until("it is back", () -> moods().equals(List.of("well")));
    }

    @Test
    void aDiskThatTakesNothingHoldsUpNothingOnceItDoes() throws Exception {
        install("1.0.0", Map.of());
        keep(MAIN, mood("well"));
        // What is still to be configured fails before the change, and after it again.
        admin.getFactoryConfiguration(ConfiguredBundle.PID, "main", "?").delete();
        var disk = framework.configurations();
        Files.move(disk, folder.resolve("away"));
        Files.createFile(disk);
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> put(MAIN, mood("fine")));
        Files.delete(disk);
        Files.move(folder.resolve("away"), disk);

        keep(MAIN, mood("fine"));
        assertThat(moods()).containsExactly("fine");
        configurations.follow();
    }

    @Test
    void aStartMakesTheFrameworkWhatTheFileSays() throws Exception {
        install("1.0.0", Map.of());
        keep(MAIN, mood("well"));
        var stray = admin.getFactoryConfiguration(ConfiguredBundle.PID, "stray", "?");
        stray.update(new Hashtable<>(Map.of("mood", "well", "animus.configuration", "sha256:0")));
        var changed = admin.getFactoryConfiguration(ConfiguredBundle.PID, "main", "?");
        changed.update(new Hashtable<>(Map.of("mood", "fine", "animus.configuration", "sha256:1")));

        again();

        Await.until("what was decided holds", () -> moods().equals(List.of("well")));
    }

    @Test
    void aPackageBringsItsConfigurationsAndTakesThemAlong() throws Exception {
        install("1.0.0", Map.of(MAIN, mood("well")));
        Await.until("it is configured", () -> moods().equals(List.of("well")));
        assertThat(all().get(0).source()).isEqualTo(Source.PACKAGE);

        keep(MAIN, mood("fine"));
        assertThat(all().get(0).source()).isEqualTo(Source.API);
        keep(MAIN, null);
        assertThat(moods()).containsExactly("well");
        keep(ConfiguredBundle.PID + "~other", mood("fine"));

        decide(plugins.remove(ConfiguredBundle.NAME));
        assertThat(admin.listConfigurations("(service.factoryPid=" + ConfiguredBundle.PID + ")"))
                .isNull();
        assertThat(Files.readString(folder.resolve("plugins/configurations.json")))
                .isEqualTo("{\"configurations\":{}}");
    }

    @Test
    void aPackageWhoseConfigurationIsWrongOrNotItsOwnIsNotInstalled() throws Exception {
        for (var wrong : Map.of(MAIN, mood("merry"), "io.animus.plugins.trust", mood("well"))
                .entrySet()) {
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> install("1.0.0", Map.of(wrong.getKey(), wrong.getValue())))
                    .withMessageContaining(wrong.getKey());
            assertThat(plugins.all()).isEmpty();
        }
    }

    @Test
    void aPackageThatCannotBeCheckedIsNotInstalledAndInNobodysWay() throws Exception {
        var plugin = ConfiguredBundle.in(folder, "1.0.0", Map.of());
        var is = plugin.manifest();
        var says = new PluginManifest(
                is.name(), "one", is.port(), is.technology(), is.portVersion(), false, is.bundles(), List.of());
        var odd = new PluginPackage(plugin.file(), says, null, Map.of(), plugin.permissions());
        var step = plugins.install(plugin);

        assertThatIllegalArgumentException().isThrownBy(() -> configurations.checked(odd, step));

        assertThat(plugins.all()).isEmpty();
        install("1.0.0", Map.of());
        assertThat(plugins.all()).hasSize(1);
    }

    @Test
    void whatAFileConfiguresIsShownAndLeftAlone() throws Exception {
        install("1.0.0", Map.of());
        var file = admin.getFactoryConfiguration(ConfiguredBundle.PID, "main", "?");
        file.update(new Hashtable<>(
                Map.of("mood", "well", "password", "hunter2", "felix.fileinstall.filename", "file:/etc/x.cfg")));

        assertThat(all()).containsExactly(new Configured(MAIN, Source.FILE, mood("well")));
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> put(MAIN, mood("fine")))
                .withMessageContaining("by a file");
    }

    private void install(String version, Map<String, Json.Members> brought) throws Exception {
        var plugin = ConfiguredBundle.in(folder, version, brought);
        decide(configurations.checked(plugin, plugins.install(plugin)));
    }

    private void decide(PluginRuntime.Step step) {
        try (step) {
            step.decide(decision(Action.PLUGIN_UPDATED));
            step.settle();
        }
        configurations.follow();
    }

    private static Decision decision(Action action) {
        return new Decision(
                TypeId.of("aev", new UUID(0, 0)),
                action,
                ConfiguredBundle.NAME,
                Json.object().build());
    }

    private void keep(String pid, Json.@Nullable Members values) {
        try (var change = put(pid, values)) {
            change.decide(decision(Action.PLUGIN_CONFIGURED));
            change.settle();
            configurations.remember(null);
        }
    }

    /** What a failed transaction leaves. */
    private void undo(String pid, Json.@Nullable Members values) {
        try (var change = put(pid, values)) {
            change.decide(decision(Action.PLUGIN_CONFIGURED));
        }
    }

    private PluginConfigurations.Change put(String pid, Json.@Nullable Members values) {
        var type = configurations.types(ConfiguredBundle.NAME).get(0);
        return configurations.put(ConfiguredBundle.NAME, type, pid, values);
    }

    private List<Configured> all() {
        return configurations.all(ConfiguredBundle.NAME);
    }

    private List<String> moods() {
        return framework.present().stream()
                .map(plugin -> plugin.toString().replaceAll(".*mood=(\\w+).*", "$1"))
                .toList();
    }

    private static Json.Members mood(String mood) {
        return Json.object().put("mood", mood).build();
    }
}
