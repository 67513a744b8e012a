package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.trust.PublisherKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Packages that came with the archive, in a real framework and on record in a real database. */
@Timeout(60)
class ArchivePackagesTest {
    private static final Duration WINDOW = Duration.ofSeconds(30);

    private static Kernel kernel;

    @TempDir
    private Path folder;

    private final Caller admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
    private PublisherKey publisher;
    private Path archive;
    private PluginFramework framework;
    private Plugins plugins;

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
        archive = Files.createDirectories(folder.resolve("packages"));
        publisher = PublisherKey.generate("acme.example");
        Files.createDirectories(folder.resolve("etc/trust"));
        framework = new PluginFramework(folder);
        var runtime = framework.runtime(WINDOW);
        var configurations = framework.configurations(runtime, WINDOW);
        plugins = new Plugins(
                kernel.gate(),
                new PluginRecord(kernel.database(), kernel.trail(), runtime, configurations),
                runtime,
                configurations,
                new TrustMode(folder.resolve("etc"), null, false));
    }

    @AfterEach
    void stop() throws Exception {
        framework.close();
        kernel.emptyAudit();
    }

    @Test
    void installsOnceWhatTheArchiveBringsAndLeavesTheRestToTheOperator() throws Exception {
        trust();
        bring("swapped-1.animus", "1.0.0");
        assertThat(startedHub().look()).isTrue();
        assertThat(framework.ask()).isEqualTo("1.0.0");
        assertThat(audited()).containsExactly("plugin.installed");
        assertThat(kernel.column("select actor from audit_disclosure"))
                .singleElement()
                .asString()
                .contains("system:archive");

        plugins.uninstall(admin, null, SwapBundle.NAME);
        assertThat(startedHub().look()).isTrue();

        assertThat(framework.present()).isEmpty();
        assertThat(audited()).containsExactly("plugin.installed", "plugin.removed");
    }

    @Test
    void anotherArchiveUpdatesIt() throws Exception {
        trust();
        bring("swapped-1.animus", "1.0.0");
        startedHub().look();
        Files.delete(archive.resolve("swapped-1.animus"));
        bring("swapped-2.animus", "2.0.0");

        startedHub().look();

        assertThat(framework.ask()).isEqualTo("2.0.0");
        assertThat(audited()).containsExactly("plugin.installed", "plugin.updated");
    }

    @Test
    void whatIsRefusedIsTriedAgainAtTheNextStartOnly() throws Exception {
        bring("swapped-1.animus", "1.0.0");
        var hub = startedHub();
        assertThat(hub.look()).isTrue();
        assertThat(hub.look()).isTrue();
        assertThat(framework.present()).isEmpty();
        assertThat(audited()).containsExactly("plugin.refused", "request.refused");

        trust();
        startedHub().look();

        assertThat(framework.ask()).isEqualTo("1.0.0");
    }

    @Test
    void aFileThatCannotBeReadHoldsUpNoOtherAndWhatIsDoneIsNotReadAgain() throws Exception {
        trust();
        var unreadable = Files.createDirectory(archive.resolve("a.animus"));
        bring("swapped-1.animus", "1.0.0");
        var hub = startedHub();
        assertThatExceptionOfType(IOException.class).isThrownBy(hub::look);
        assertThat(framework.ask()).isEqualTo("1.0.0");

        Files.write(archive.resolve("swapped-1.animus"), new byte[] {1});
        Files.delete(unreadable);
        assertThat(hub.look()).isTrue();
        assertThat(audited()).containsExactly("plugin.installed");
    }

    @Test
    void anArchiveWithoutPackagesBringsNone() throws Exception {
        Files.delete(archive);

        assertThat(startedHub().look()).isTrue();
        assertThat(audited()).isEmpty();
    }

    private ArchivePackages startedHub() {
        return new ArchivePackages(plugins, archive, folder.resolve("plugins"));
    }

    private void trust() throws IOException {
        Files.writeString(folder.resolve("etc/trust/acme.pub"), publisher.verifier() + "\n");
    }

    private void bring(String name, String version) throws Exception {
        var file = SwapBundle.of(version).in(folder, publisher).file();
        Files.copy(file, archive.resolve(name));
    }

    private static List<String> audited() {
        return kernel.column("select action from audit_event order by id");
    }
}
