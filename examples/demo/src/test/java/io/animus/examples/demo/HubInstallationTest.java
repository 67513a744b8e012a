package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With an archive whose {@code bin/animus} keeps to the command line of the real one and starts nothing. */
class HubInstallationTest {
    private static final String KEY = "ank_" + "k".repeat(43);
    private static final URI ADDRESS = URI.create("http://127.0.0.1:8181");
    private static final String STARTS =
            """
            #!/usr/bin/env bash
            state=$3/state
            case $1 in
              start) mkdir -p "$3"; echo "$5" >"$state"; echo "Bootstrap key:"; echo "  KEY" ;;
              stop) rm "$state" ;;
              status) [ -f "$state" ] && echo "{\\"state\\":\\"ready\\",\\"url\\":\\"http://127.0.0.1:$(cat "$state")\\"}" \\
                || echo '{"state":"stopped"}' ;;
            esac
            """;
    private static final String FAILS = "#!/usr/bin/env bash\necho '{}'; [ $1 = status ] || { echo KEY; exit 1; }\n";

    @TempDir
    private Path folder;

    @Test
    void keepsTheKeyThatTheHubShowsOnce() throws Exception {
        var hub = HubInstallation.unpack(archive("one", STARTS), folder.resolve("hub"));

        hub.start(ADDRESS);

        assertThat(hub.bootstrapKey()).isEqualTo(KEY);
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(hub.folder().resolve("bootstrap-admin.key"))))
                .isEqualTo("rw-------");
        assertThat(hub.plannedAddress()).isEqualTo(ADDRESS);
    }

    @Test
    void takesTheKeyThatASlowHubHasNotShown() throws Exception {
        var hub = HubInstallation.unpack(archive("one", FAILS), folder.resolve("hub"));
        Files.createDirectories(hub.data());
        Files.writeString(hub.data().resolve("bootstrap-admin.key"), KEY + "\n");

        assertThat(hub.bootstrapKey()).isEqualTo(KEY);
        assertThat(hub.data().resolve("bootstrap-admin.key")).doesNotExist();
        assertThat(hub.bootstrapKey()).isEqualTo(KEY);
    }

    @Test
    void neverShowsTheKeyWhenTheHubDoesNotStart() throws Exception {
        var hub = HubInstallation.unpack(archive("one", FAILS), folder.resolve("hub"));

        assertThatExceptionOfType(DemoException.class)
                .isThrownBy(() -> hub.start(ADDRESS))
                .satisfies(e ->
                        assertThat(e.getMessage() + e.remedy()).contains("ank_").doesNotContain(KEY));
    }

    @Test
    void findsTheSameArchiveAgainAndStopsTheOthers() throws Exception {
        var hubs = folder.resolve("hub");
        var one = HubInstallation.unpack(archive("one", STARTS), hubs);
        var two = HubInstallation.unpack(archive("two", STARTS + "# newer\n"), hubs);
        one.start(ADDRESS);
        two.start(URI.create("http://127.0.0.1:8182"));

        assertThat(HubInstallation.stopAll(hubs, Optional.of(two))).isEqualTo(1);

        assertThat(one.address()).isEmpty();
        assertThat(two.address()).isPresent();
        assertThat(HubInstallation.unpack(archive("three", STARTS), hubs)).isEqualTo(one);
        assertThat(HubInstallation.stopAll(hubs, Optional.empty())).isEqualTo(1);
    }

    @Test
    void writesPluginSettingsAsProperties() throws Exception {
        var hub = HubInstallation.unpack(archive("one", STARTS), folder.resolve("hub"));

        hub.configure(new PluginSettings("io.animus.plugin.x-demo", Map.of("b", "2", "a", "1\\")));

        assertThat(hub.folder().resolve("app/etc/io.animus.plugin.x-demo.cfg")).hasContent("a = 1\\\\\nb = 2\n");
    }

    private Path archive(String name, String program) throws Exception {
        var content = folder.resolve(name);
        var bin = Files.createDirectories(content.resolve("animus-hub-1/bin"));
        Files.createDirectories(content.resolve("animus-hub-1/etc"));
        var script = Files.writeString(bin.resolve("animus"), program.replace("KEY", KEY));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var archive = folder.resolve(name + ".tar.gz");
        // The same content gives the same archive, as the build of the distribution does.
        var tar = "tar --sort=name --mtime=@0 --owner=0 --group=0 -C '%s' -c animus-hub-1 | gzip -n >'%s'";
        Command.of("bash", "-c", tar.formatted(content, archive)).run();
        return archive;
    }
}
