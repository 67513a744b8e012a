package io.animus.itests.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways besides REST by which plugins come into a hub that runs: its drop folder, and its shell. One hub for both. */
class WaysInIT {
    private static final Pattern KEY = Pattern.compile("ank_\\S{43,}");
    private static final int CTRL_D = 4;
    private static final String PLUGIN = "animus-siem-webhook";

    @TempDir
    private static Path folder;

    private static UnpackedHub hub;
    private static String key;
    private static RestClient admin;

    @BeforeAll
    static void start() throws Exception {
        hub = UnpackedHub.freshIn(folder);
        var features = hub.home().resolve("etc/org.apache.karaf.features.cfg");
        Files.writeString(features, Files.readString(features).replaceFirst("(featuresBoot *= )", "$1animus-shell, "));
        Files.writeString(hub.home().resolve("etc/io.animus.plugins.drop.cfg"), "look_s = 1\n");
        run("plugin", "keygen", "--name", "acme.example", "--out", folder.toString());
        var trust = Files.createDirectories(hub.home().resolve("etc/animus/trust"));
        Files.copy(folder.resolve("acme.example.pub"), trust.resolve("acme.example.pub"));
        var printed = KEY.matcher(run("start"));
        assertThat(printed.find()).isTrue();
        key = printed.group();
        admin = new RestClient(URI.create("http://127.0.0.1:" + hub.port()), key);
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void aSignedUpdateIsTakenAndAnUnsignedOneIsNot() throws Exception {
        var unsigned = RenamedPlugin.packed(hub, folder, PLUGIN, PLUGIN, "99.1.0");
        drop(unsigned);
        Patience.untilTrue("it is refused", () -> Files.exists(dropped(unsigned, ".refused")));
        assertThat(Files.readString(dropped(unsigned, ".refused.txt"))).contains("not signed");
        assertThat(version()).startsWith("0.");

        var signed = signed(PLUGIN, "99.2.0");
        drop(signed);
        Patience.untilTrue("it is installed", () -> Files.exists(dropped(signed, ".installed")));
        assertThat(version()).isEqualTo("99.2.0");
    }

    @Test
    void anOperatorAtTheShellDoesTheSameUnderAName() throws Exception {
        var name = "acme-siem-shell";
        var first = signed(name, "1.0.0");
        var second = signed(name, "1.1.0");

        assertThat(typed("plugin-list", "plugin-install " + first, "plugin-disable " + PLUGIN))
                .contains("UNAUTHENTICATED: ")
                .doesNotContain("| active");
        assertThat(typed("shell:new java.lang.Object", "$.context getBundles", "scr:list", "cm:listConfigurations x"))
                .contains("shell:new", "shell:.invoke", "scr:list", "cm:listConfigurations")
                .doesNotContain("[main]");

        var shown = typed(
                "login",
                key,
                "plugin-install --consent " + RenamedPlugin.permissions(hub, first) + " " + first,
                "plugin-list --json",
                "plugin-disable " + name,
                "plugin-enable " + name,
                "plugin-update " + name + " " + second,
                "plugin-remove " + name,
                "plugin-show " + name);

        assertThat(shown)
                .contains("You are bootstrap-admin.", "\"name\":\"" + name + "\"", "| disabled", "| active", "| 1.1.0")
                .contains("NOT_FOUND: ")
                .doesNotContain(key);
        var actor = admin.get("/api/v1/me").ok().at("/principal/id").asText();
        var recorded = new ArrayList<String>();
        for (var event : officer()
                .get("/api/v1/audit/events?orderBy=time&pageSize=200")
                .ok()
                .path("items")) {
            if (event.at("/resource/id").asText().equals(name)
                    && event.path("action").asText().startsWith("plugin.")) {
                recorded.add(event.path("action").asText());
                assertThat(event.at("/actor/subject").asText()).endsWith(actor);
            }
        }
        assertThat(recorded)
                .containsExactly(
                        "plugin.installed", "plugin.disabled", "plugin.enabled", "plugin.updated", "plugin.removed");
        for (var kept : List.of("shell/history", "log/animus.log", "log/console.log")) {
            assertThat(Files.readString(hub.data().resolve(kept))).as(kept).doesNotContain(key);
        }
    }

    @Test
    void theTerminalIsAsItWasWhenTheShellIsLeft() throws Exception {
        var shell = "'%s/bin/animus' shell --data '%s'".formatted(hub.home(), hub.data());
        var lines = "echo before $(stty -g); " + shell + "; echo ended $?; echo after $(stty -g)";
        var terminal = new ProcessBuilder("timeout", "120", "script", "-qec", lines, "/dev/null")
                .redirectErrorStream(true)
                .start();
        var shown = shownUntil("animus> ", terminal.getInputStream());
        terminal.getOutputStream().write(CTRL_D);
        terminal.getOutputStream().flush();
        shown += new String(terminal.getInputStream().readAllBytes(), UTF_8);

        assertThat(terminal.waitFor()).as(shown).isZero();
        assertThat(shown).contains("ended 0").doesNotContain("unbound");
        assertThat(wordBehind("after ", shown)).isNotEmpty().isEqualTo(wordBehind("before ", shown));
    }

    private static String shownUntil(String words, InputStream screen) throws IOException {
        var shown = new ByteArrayOutputStream();
        while (!shown.toString(UTF_8).contains(words)) {
            var one = screen.read();
            assertThat(one).as(shown.toString(UTF_8)).isNotNegative();
            shown.write(one);
        }
        return shown.toString(UTF_8);
    }

    private static String wordBehind(String mark, String shown) {
        var found = Pattern.compile(mark + "(\\S+)").matcher(shown);
        assertThat(found.find()).as(shown).isTrue();
        return found.group(1);
    }

    /** Somebody who may read the audit log. */
    private static RestClient officer() throws Exception {
        admin.post(
                        "/api/v1/service-accounts",
                        "{'name':'officer','description':'o','systemRoles':['security-officer']}")
                .ok();
        var made = admin.post("/api/v1/service-accounts/officer/keys", "{'description':'o','ttlSeconds':3600}")
                .ok();
        return admin.as(made.path("secret").asText());
    }

    /** What a terminal shows when these lines are typed into the shell. */
    private static String typed(String... lines) throws Exception {
        var keys = Files.writeString(folder.resolve("keys"), String.join("\n", lines) + "\n");
        var shown = folder.resolve("shown");
        var shell = new ProcessBuilder(
                        hub.home().resolve("bin/animus").toString(),
                        "shell",
                        "--data",
                        hub.data().toString())
                .redirectInput(keys.toFile())
                .redirectErrorStream(true)
                .redirectOutput(shown.toFile())
                .start();
        assertThat(shell.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(shell.exitValue()).as(Files.readString(shown)).isZero();
        return Files.readString(shown);
    }

    private static Path signed(String name, String version) throws Exception {
        var file = RenamedPlugin.packed(hub, folder, PLUGIN, name, version);
        run("plugin", "sign", "--key", folder.resolve("acme.example.key").toString(), file.toString());
        return file;
    }

    private String version() throws Exception {
        return admin.get("/api/v1/plugins/" + PLUGIN).ok().path("version").asText();
    }

    private void drop(Path file) throws IOException {
        Files.move(file, hub.data().resolve("drop").resolve(file.getFileName()));
    }

    private Path dropped(Path file, String mark) {
        return hub.data().resolve("drop").resolve(file.getFileName() + mark);
    }

    private static String run(String... arguments) throws Exception {
        var ended = hub.animus(arguments);
        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
        return ended.out();
    }
}
