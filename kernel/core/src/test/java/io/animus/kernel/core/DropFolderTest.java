package io.animus.kernel.core;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.plugin.permission.Permissions.Technical;
import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PublisherKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** What becomes of files in the drop folder, in a real framework and on the record of a real database. */
@Timeout(120)
class DropFolderTest {
    private static final Duration WINDOW = Duration.ofSeconds(5);
    private static final Permissions WIDER = new Permissions(
            new Technical(List.of("config"), List.of(), List.of(), List.of()), Permissions.NONE.business());

    private static Kernel kernel;

    @TempDir
    private Path folder;

    private Path drops;
    private PublisherKey publisher;
    private PluginFramework framework;
    private FrameworkPlugins runtime;
    private FrameworkConfigurations configurations;
    private Plugins plugins;
    private DropFolder door;

    @BeforeAll
    static void startKernel(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stopKernel() {
        kernel.close();
    }

    @BeforeEach
    void start() throws Exception {
        drops = folder.resolve("drop");
        publisher = PublisherKey.generate("acme.example");
        Files.createDirectories(folder.resolve("etc/trust"));
        Files.writeString(folder.resolve("etc/trust/acme.pub"), publisher.verifier() + "\n");
        framework = new PluginFramework(folder);
        runtime = framework.runtime(WINDOW);
        configurations = framework.configurations(runtime, WINDOW);
        plugins = plugins(kernel.database(), kernel.trail());
        door = new DropFolder(plugins, drops);
        door.look();
    }

    private Plugins plugins(Database database, AuditTrail trail) {
        return new Plugins(
                new Gate(database, trail),
                new PluginRecord(database, trail, runtime, configurations),
                runtime,
                configurations,
                // Even where others let in what nobody has signed.
                TrustMode.ofDevelopment(folder.resolve("etc"), Mode.OFF));
    }

    @AfterEach
    void stop() throws Exception {
        door.close();
        framework.close();
        kernel.emptyAudit();
    }

    @Test
    void installsAndUpdatesWhatAPublisherHasSignedOnRecord() throws Exception {
        drop("swapped-1.animus", SwapBundle.of("1.0.0"));
        lookTwice();
        assertThat(framework.ask()).isEqualTo("1.0.0");

        drop("swapped-2.animus", SwapBundle.of("2.0.0"));
        lookTwice();
        assertThat(framework.ask()).isEqualTo("2.0.0");

        assertThat(files()).containsExactly("swapped-1.animus.installed", "swapped-2.animus.installed");
        assertThat(audited()).containsExactly("plugin.installed", "plugin.updated");
        assertThat(byWhom("plugin.updated")).containsExactly("system:drop-folder");
        assertThat(kernel.column("select convert_from(leaf, 'UTF8') from audit_event where action = 'plugin.updated'"))
                .singleElement()
                .asString()
                .contains("swapped-2.animus");
    }

    @Test
    void aFileThatIsTakenAwayTakesNoPluginAway() throws Exception {
        drop("swapped.animus", SwapBundle.of("1.0.0"));
        lookTwice();

        Files.delete(drops.resolve("swapped.animus.installed"));
        lookTwice();

        assertThat(framework.ask()).isEqualTo("1.0.0");
    }

    @Test
    void aPackageThatNobodyHasSignedIsNeverInstalled() throws Exception {
        put(
                "swapped.animus",
                Files.readAllBytes(SwapBundle.of("1.0.0").in(folder).file()));
        lookTwice();

        assertRefused("swapped.animus", "It is not signed.");
    }

    @Test
    void aPackageOfAStrangerIsNeverInstalled() throws Exception {
        var stranger = PublisherKey.generate("acme.example");
        put(
                "swapped.animus",
                Files.readAllBytes(SwapBundle.of("1.0.0").in(folder, stranger).file()));
        lookTwice();

        assertRefused("swapped.animus", "No publisher of the trust store has signed it");
    }

    @Test
    void aJarIsNeverInstalled() throws Exception {
        put("swapped.jar", SwapBundle.of("1.0.0").jar());
        lookTwice();

        assertRefused("swapped.jar", "only files *.animus are taken");
    }

    @Test
    void aJarThatCallsItselfAPackageIsNeverInstalled() throws Exception {
        put("swapped.animus", SwapBundle.of("1.0.0").jar());
        lookTwice();

        assertRefused("swapped.animus", "has no plugin.json");
    }

    @Test
    void aSymbolicLinkIsNotFollowed() throws Exception {
        var elsewhere = SwapBundle.of("1.0.0").in(folder, publisher).file();
        Files.createSymbolicLink(drops.resolve("swapped.animus"), elsewhere);
        lookTwice();

        assertRefused("swapped.animus", "only files *.animus are taken");
        assertThat(elsewhere).exists();
    }

    @Test
    void whoAsksForMoreNeedsAnAgreementToExactlyThat() throws Exception {
        drop("swapped-1.animus", SwapBundle.of("1.0.0"));
        lookTwice();

        drop("swapped-2.animus", SwapBundle.of("2.0.0").asking(WIDER));
        lookTwice();
        assertThat(framework.ask()).isEqualTo("1.0.0");
        assertThat(reasons("swapped-2.animus")).contains("asks for permissions that it did not have", "connects");
        assertThat(audited()).endsWith("plugin.refused", "request.refused");

        Files.writeString(drops.resolve("swapped-2.animus.consent"), WIDER.digest() + "\n");
        Files.move(drops.resolve("swapped-2.animus.refused"), drops.resolve("swapped-2.animus"));
        lookTwice();
        assertThat(framework.ask()).isEqualTo("2.0.0");
        assertThat(files()).doesNotContain("swapped-2.animus", "swapped-2.animus.refused");
    }

    @Test
    void anAgreementThatIsNoneRefuses() throws Exception {
        Files.writeString(drops.resolve("swapped.animus.consent"), "yes\n");
        drop("swapped.animus", SwapBundle.of("1.0.0").asking(WIDER));
        lookTwice();

        assertRefused("swapped.animus", "swapped.animus.consent must hold the digest of permissions");
    }

    @Test
    void ofTwoVersionsTheNewerOneIsThereInTheEnd() throws Exception {
        drop("swapped-1.10.animus", SwapBundle.of("1.10.0"));
        drop("swapped-1.9.animus", SwapBundle.of("1.9.0"));
        lookTwice();

        assertThat(framework.ask()).isEqualTo("1.10.0");
        assertThat(reasons("swapped-1.9.animus")).contains("Version 1.10.0 is installed");
    }

    @Test
    void whatIsInstalledAlreadyIsDone() throws Exception {
        var file = SwapBundle.of("1.0.0").in(folder, publisher).file();
        plugins.install(kernel.somebody(SystemRole.PLATFORM_ADMIN), null, file, null);
        // As a hub leaves it that is killed between the commit and the mark.
        put("swapped.animus", Files.readAllBytes(file));
        lookTwice();

        assertThat(files()).containsExactly("swapped.animus.installed");
        assertThat(audited()).containsExactly("plugin.installed");
    }

    @Test
    void aSickVersionIsTakenBackAndSaidSo() throws Exception {
        drop("swapped-1.animus", SwapBundle.of("1.0.0"));
        lookTwice();
        drop("swapped-2.animus", SwapBundle.of("2.0.0").that("sick"));
        lookTwice();

        assertThat(framework.ask()).isEqualTo("1.0.0");
        assertThat(reasons("swapped-2.animus")).contains("The new version was taken back");
        assertThat(audited()).contains("plugin.reverted", "plugin.refused");
    }

    @Test
    void aFileThatStillGrowsIsNotRead() throws Exception {
        var content =
                Files.readAllBytes(SwapBundle.of("1.0.0").in(folder, publisher).file());
        var half = content.length / 2;
        var file = drops.resolve("swapped.animus");
        Files.write(file, Arrays.copyOf(content, half));
        door.look();
        Files.write(file, Arrays.copyOfRange(content, half, content.length), APPEND);
        door.look();
        assertThat(files()).containsExactly("swapped.animus");

        door.look();
        assertThat(files()).containsExactly("swapped.animus.installed");
        assertThat(framework.ask()).isEqualTo("1.0.0");
    }

    @Test
    void oneHubAtATimeLooksIntoAFolder() throws Exception {
        drop("swapped.animus", SwapBundle.of("1.0.0"));
        try (var channel = FileChannel.open(drops.resolve(".lock"), CREATE, WRITE);
                var other = channel.lock()) {
            lookTwice();
            assertThat(other.isValid()).isTrue();
            assertThat(files()).containsExactly("swapped.animus");
        }
        lookTwice();
        assertThat(files()).containsExactly("swapped.animus.installed");
    }

    @Test
    void nothingIsTakenFromAFolderThatEverybodyCanWriteTo() throws Exception {
        drop("swapped.animus", SwapBundle.of("1.0.0"));
        Files.setPosixFilePermissions(drops, PosixFilePermissions.fromString("rwxrwxrwx"));
        lookTwice();

        assertThat(files()).containsExactly("swapped.animus");
        assertThat(all()).isEmpty();
    }

    @Test
    void nothingIsEvenStartedThatCannotBePutOnRecord() throws Exception {
        var started = new CopyOnWriteArrayList<Bundle>();
        whenStarted(started::add);
        drop("swapped.animus", SwapBundle.of("1.0.0"));
        var away = kernel.anotherDatabase();
        away.close();
        var silenced = new AuditTrail(kernel.database(), Composition.none());
        silenced.begin();

        for (var hub : List.of(
                plugins(away, new AuditTrail(away, Composition.none())), plugins(kernel.database(), silenced))) {
            var look = new DropFolder(hub, drops);
            look.look();
            look.look();
            look.close();
        }
        assertThat(started).isEmpty();
        assertThat(files()).containsExactly("swapped.animus");

        lookTwice();
        assertThat(started).hasSize(1);
        assertThat(files()).containsExactly("swapped.animus.installed");
    }

    @Test
    void aFileThatCannotBeReadHoldsUpNoOther() throws Exception {
        drop("swapped-1.animus", SwapBundle.of("1.0.0"));
        drop("swapped-2.animus", SwapBundle.of("2.0.0"));
        drop("swapped-3.animus", SwapBundle.of("3.0.0"));
        // Whoever may read everything finds a file unreadable only if it has gone.
        whenStarted(bundle -> drops.resolve("swapped-2.animus").toFile().delete());
        lookTwice();

        assertThat(files()).containsExactly("swapped-1.animus.installed", "swapped-3.animus.installed");
        assertThat(framework.ask()).isEqualTo("3.0.0");
    }

    @Test
    void otherFilesAreLeftAlone() throws Exception {
        put("notes.txt", new byte[] {1});
        put(".swapped.animus", new byte[] {1});
        put("swapped.animus.part", new byte[] {1});
        lookTwice();

        assertThat(files()).containsExactly(".swapped.animus", "notes.txt", "swapped.animus.part");
        assertThat(audited()).isEmpty();
    }

    private void drop(String name, SwapBundle plugin) throws Exception {
        put(name, Files.readAllBytes(plugin.in(folder, publisher).file()));
    }

    private void put(String name, byte[] content) throws IOException {
        var half = Files.write(folder.resolve("half"), content);
        Files.move(half, drops.resolve(name), ATOMIC_MOVE);
    }

    private void whenStarted(Consumer<Bundle> watcher) {
        framework.context().addBundleListener((SynchronousBundleListener) event -> {
            if (event.getType() == BundleEvent.STARTED) {
                watcher.accept(event.getBundle());
            }
        });
    }

    /** A file that came in between is known by the first look, and taken by the second. */
    private void lookTwice() {
        door.look();
        door.look();
    }

    private void assertRefused(String name, String reason) throws IOException {
        assertThat(all()).isEmpty();
        assertThat(framework.present()).isEmpty();
        assertThat(reasons(name)).contains(reason);
        assertThat(files()).contains(name + ".refused").doesNotContain(name);
        assertThat(audited()).containsExactly("plugin.refused", "request.refused");
        assertThat(kernel.column(
                        "select d.disclosures::text from audit_event e join audit_disclosure d on d.event_id = e.id"
                                + " where action = 'plugin.refused'"))
                .singleElement()
                .asString()
                .contains(name, reason);
        lookTwice();
        assertThat(audited()).hasSize(2);
    }

    private String reasons(String name) throws IOException {
        return Files.readString(drops.resolve(name + ".refused.txt"));
    }

    private List<Installed> all() {
        return plugins.list(kernel.somebody(SystemRole.PLATFORM_ADMIN));
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(drops)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> audited() {
        return kernel.column(
                "select action from audit_event where action not like 'composition.%' and action not like 'node.%' order by id");
    }

    private static List<String> byWhom(String action) {
        return kernel.column(
                "select d.actor from audit_event e join audit_disclosure d on d.event_id = e.id where action = ?",
                action);
    }
}
