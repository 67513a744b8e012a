package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.PluginRuntime.Decision;
import io.animus.kernel.core.PluginRuntime.RolledBackException;
import io.animus.kernel.core.PluginRuntime.State;
import io.animus.kernel.core.PluginRuntime.Step;
import io.animus.kernel.domain.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.FrameworkWiring;

/** Plugins in a real framework, which comes and goes with each test. */
class FrameworkPluginsTest {
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
    void installsStartsAndServes() throws Exception {
        install(SwapBundle.of("1.0.0"));

        var installed = plugins.all().get(0);
        assertThat(installed.version()).isEqualTo("1.0.0");
        assertThat(installed.state()).isEqualTo(State.ACTIVE);
        assertThat(installed.packaged()).isNotNull();
        assertThat(installed.instances())
                .extracting(PluginRuntime.Instance::name)
                .containsExactly("default");
        assertThat(ask()).isEqualTo("1.0.0");
    }

    @Test
    void aPackageThatCannotBeKeptLeavesTheOldVersion() throws Exception {
        install(SwapBundle.of("1.0.0"));
        try (var files = Files.walk(folder)) {
            var packages =
                    files.filter(file -> file.endsWith("packages")).findAny().orElseThrow();
            Files.move(packages, packages.resolveSibling("moved"));
            Files.createFile(packages);
        }

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0")))
                .withMessageContaining("can't keep the state of plugins");

        assertThat(ask()).isEqualTo("1.0.0");
        assertThat(versions()).containsExactly("1.0.0");
        assertThat(plugins.isBusy()).isFalse();
    }

    @Test
    void swapsUnderCallsAndLosesNone() throws Exception {
        install(SwapBundle.of("1.0.0"));
        var over = new AtomicBoolean();
        var answers = new AtomicInteger();
        var failures = new CopyOnWriteArrayList<Throwable>();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        var callers = new ArrayList<Thread>();
        for (var i = 0; i < 8; i++) {
            var caller = new Thread(() -> {
                while (!over.get()) {
                    try {
                        seen.add(ask());
                        answers.incrementAndGet();
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                }
            });
            caller.start();
            callers.add(caller);
        }
        for (var minor = 1; minor <= 20; minor++) {
            update(SwapBundle.of("1." + minor + ".0"));
            var before = answers.get();
            Await.until("calls go on", () -> answers.get() > before + 8);
        }
        over.set(true);
        for (var caller : callers) {
            caller.join();
        }

        assertThat(failures).isEmpty();
        assertThat(seen).contains("1.0.0", "1.20.0");
        assertThat(ask()).isEqualTo("1.20.0");
        assertThat(versions()).containsExactly("1.20.0");
    }

    @Test
    void aVersionThatHangsInItsStopHoldsUpNobody() throws Exception {
        install(SwapBundle.of("1.0.0").that("clings"));
        try {
            update(SwapBundle.of("2.0.0"));
            assertThat(ask()).isEqualTo("2.0.0");
            assertThat(versions()).containsExactlyInAnyOrder("1.0.0", "2.0.0");
            update(SwapBundle.of("3.0.0"));
            assertThat(ask()).isEqualTo("3.0.0");
        } finally {
            System.setProperty("animus.test.sure", "true");
        }
        try {
            Await.until("it ends", () -> bundle("1.0.0").orElseThrow().getState() == Bundle.RESOLVED);
            update(SwapBundle.of("4.0.0"));
            assertThat(versions()).containsExactly("4.0.0");
        } finally {
            System.clearProperty("animus.test.sure");
        }
    }

    @Test
    void aSickVersionThatHangsInItsStopIsTakenBackToo() throws Exception {
        install(SwapBundle.of("1.0.0"));
        try {
            assertThatExceptionOfType(RolledBackException.class)
                    .isThrownBy(() -> update(SwapBundle.of("2.0.0").that("sick clings")));
            assertThat(ask()).isEqualTo("1.0.0");
        } finally {
            System.setProperty("animus.test.sure", "true");
            Await.until("it ends", () -> bundle("2.0.0").stream().noneMatch(two -> two.getState() == Bundle.STOPPING));
            System.clearProperty("animus.test.sure");
        }
    }

    @Test
    void aSickVersionIsTakenBack() throws Exception {
        install(SwapBundle.of("1.0.0"));

        assertThatExceptionOfType(RolledBackException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0").that("sick")))
                .withMessageContaining("default is DOWN");
        theOldOneServes();
    }

    @Test
    void aVersionThatThrowsOrHangsIsTakenBack() throws Exception {
        install(SwapBundle.of("1.0.0"));

        assertThatExceptionOfType(RolledBackException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0").that("throws")))
                .withMessageContaining("no start today");
        theOldOneServes();
        assertThatExceptionOfType(RolledBackException.class)
                .isThrownBy(() -> update(SwapBundle.of("3.0.0").that("hangs")))
                .withMessageContaining("hung in its start");
        theOldOneServes();
    }

    @Test
    void anExclusiveVersionIsTakenBackToo() throws Exception {
        install(SwapBundle.of("1.0.0"));

        assertThatExceptionOfType(RolledBackException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0").that("sick").alone()));
        theOldOneServes();
        update(SwapBundle.of("3.0.0").alone());
        assertThat(ask()).isEqualTo("3.0.0");
    }

    @Test
    void saysInWordsWhatIsMissing() throws Exception {
        install(SwapBundle.of("1.0.0"));

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0").importing("com.example.absent")))
                .withMessageContaining("needs the Java package com.example.absent, which no bundle here offers");
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0").importing("io.animus.api.scm;version=\"[7,8)\"")))
                .withMessageContaining("io.animus.api.scm");
        theOldOneServes();
    }

    @Test
    void refusesAVersionBuiltForAnotherPort() throws Exception {
        install(SwapBundle.of("1.0.0"));

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> update(SwapBundle.of("2.0.0").forPort("[0.1,1)")))
                .withMessageContaining("built for io.animus.api.registry [0.1,1), but this hub has version 1.0.0");
        theOldOneServes();
    }

    @Test
    void aCrashInTheMiddleEndsAtTheOldOneOrTheNewOne() throws Exception {
        install(SwapBundle.of("1.0.0"));
        var next = SwapBundle.of("2.0.0").in(folder);
        var old = Files.readAllBytes(folder.resolve("plugins/installed.json"));

        // The new one was on its way: in the framework, but not yet wanted.
        plugins.update(SwapBundle.NAME, next);
        assertThat(Files.readAllBytes(folder.resolve("plugins/installed.json"))).isEqualTo(old);
        plugins = runtime();
        theOldOneServes();

        // The new one was wanted, and the old one was not gone yet.
        plugins.update(SwapBundle.NAME, next).decide(DECISION);
        plugins = runtime();
        assertThat(ask()).isEqualTo("2.0.0");
        assertThat(versions()).containsExactly("2.0.0");
    }

    @Test
    void anUndoneStepNeverHappened() throws Exception {
        install(SwapBundle.of("1.0.0"));

        undo(plugins.update(SwapBundle.NAME, SwapBundle.of("2.0.0").in(folder)));
        undo(plugins.disable(SwapBundle.NAME));
        undo(plugins.remove(SwapBundle.NAME));
    }

    @Test
    void aPluginThatIsSwitchedOffStaysOffAfterARestart() throws Exception {
        install(SwapBundle.of("1.0.0"));
        try (var step = plugins.disable(SwapBundle.NAME)) {
            assertThat(step.now())
                    .hasValueSatisfying(plugin -> assertThat(plugin.instances()).isEmpty());
            step.decide(DECISION);
            step.settle();
        }

        plugins = runtime();
        assertThat(plugins.all().get(0).state()).isEqualTo(State.DISABLED);
        assertThatExceptionOfType(RefusedException.class).isThrownBy(this::ask);
        settle(plugins.enable(SwapBundle.NAME));
        assertThat(ask()).isEqualTo("1.0.0");
    }

    @Test
    void whoeverIsWiredToAPluginThatGoesKeepsNothingOfIt() throws Exception {
        install(SwapBundle.of("1.0.0"));
        var headers =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: wired
                Require-Bundle: %s

                """
                        .formatted(SwapBundle.NAME);
        var jar = new ByteArrayOutputStream();
        new JarOutputStream(jar, new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8)))).close();
        var wired = framework.context().installBundle("test:wired", new ByteArrayInputStream(jar.toByteArray()));
        wired.start();

        settle(plugins.remove(SwapBundle.NAME));

        var wiring = framework.context().getBundle(0).adapt(FrameworkWiring.class);
        Await.until("nothing is kept", () -> wiring.getRemovalPendingBundles().isEmpty());
        Await.until("who can't do without it stands still", () -> wired.getState() == Bundle.INSTALLED);
    }

    private void undo(Step step) {
        try (step) {
            step.decide(DECISION);
        }
        theOldOneServes();
    }

    private void theOldOneServes() {
        assertThat(ask()).isEqualTo("1.0.0");
        assertThat(versions()).containsExactly("1.0.0");
    }

    private Optional<Bundle> bundle(String version) {
        return Arrays.stream(framework.context().getBundles())
                .filter(bundle -> SwapBundle.NAME.equals(bundle.getSymbolicName())
                        && bundle.getVersion().toString().equals(version))
                .findFirst();
    }

    private List<String> versions() {
        return Arrays.stream(framework.context().getBundles())
                .filter(bundle -> SwapBundle.NAME.equals(bundle.getSymbolicName()))
                .map(bundle -> bundle.getVersion().toString())
                .toList();
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
        try (step) {
            step.decide(DECISION);
            step.settle();
        }
    }
}
