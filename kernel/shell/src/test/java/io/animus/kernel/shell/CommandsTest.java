package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Json;
import io.animus.kernel.shell.TestKernel.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands as an operator meets them: typed into Karaf's shell, done by the real use cases, on record in a real database. */
@Timeout(120)
class CommandsTest {
    private static final String ARCHIVED = PluginsInMemory.OF_THE_ARCHIVE;
    private static final Permissions MODEST = asking("r.example:443");

    private static TestKernel kernel;
    private static RealShell shell;
    private static Person admin;
    private static Person reader;

    @TempDir
    private Path folder;

    private Typist typist;

    @BeforeAll
    static void startKernel(@TempDir Path folder) throws Exception {
        kernel = new TestKernel(folder);
        shell = new RealShell(new Door(kernel.cases()));
        admin = kernel.somebody("admin", "platform-admin");
        reader = kernel.somebody("reader");
    }

    @AfterAll
    static void stopKernel() {
        shell.close();
        kernel.close();
    }

    @BeforeEach
    void sitDown() throws Exception {
        typist = new Typist(shell, folder);
    }

    @AfterEach
    void leave() throws Exception {
        typist.close();
    }

    @Test
    void aPluginComesIsUpdatedAndGoesOnRecordOfWhoDidIt() throws Exception {
        packed("acme-life", "1.0.0", Permissions.NONE);
        packed("acme-life", "1.1.0", Permissions.NONE);
        login(admin);
        var before = kernel.record().size();

        assertThat(typist.runs("plugin-install acme-life-1.0.0.animus")).contains("acme-life", "1.0.0", "active");
        assertThat(typist.runs("animus:plugin-list")).contains("acme-life", ARCHIVED);
        assertThat(typist.runs("plugin-update acme-life acme-life-1.1.0.animus"))
                .contains("1.1.0");
        assertThat(typist.runs("plugin-disable acme-life")).contains("disabled");
        assertThat(typist.runs("plugin-enable acme-life")).contains("active");
        assertThat(typist.runs("plugin-remove acme-life")).contains("acme-life");
        assertThat(typist.runs("plugin-list")).doesNotContain("acme-life");

        assertThat(changesSince(before))
                .containsExactly(
                        "plugin.installed " + admin.principal(),
                        "plugin.updated " + admin.principal(),
                        "plugin.disabled " + admin.principal(),
                        "plugin.enabled " + admin.principal(),
                        "plugin.removed " + admin.principal());
    }

    @Test
    void aChangeThatBeganGoesOnToItsEndWhateverKeyIsPressed() throws Exception {
        packed("acme-whole", "1.0.0", Permissions.NONE);
        packed("acme-whole", "1.1.0", Permissions.NONE);
        login(admin);
        typist.runs("plugin-install acme-whole-1.0.0.animus");
        var before = kernel.record().size();
        var update = kernel.installed().slowUpdate();

        typist.sits();
        typist.types("plugin-update acme-whole acme-whole-1.1.0.animus");
        update.awaitBegin();
        typist.pressesCtrlC();
        try {
            typist.reads("goes on to its end");
        } finally {
            update.letEnd();
        }

        typist.reads("1.1.0");
        assertThat(changesSince(before)).containsExactly("plugin.updated " + admin.principal());
        assertThat(update.request()).isNotNull();
        typist.runs("plugin-remove acme-whole");
    }

    @Test
    void nobodyDoesAnythingWithoutAKeyAndTheAttemptIsOnRecord() throws Exception {
        packed("acme-stranger", "1.0.0", Permissions.NONE);
        var before = kernel.record().size();

        for (var command : List.of(
                "plugin-list",
                "plugin-show " + ARCHIVED,
                "plugin-install acme-stranger-1.0.0.animus",
                "plugin-update " + ARCHIVED + " acme-stranger-1.0.0.animus",
                "plugin-configure " + ARCHIVED,
                "plugin-configure " + ARCHIVED + " acme.registry~x host=h",
                "plugin-configure --delete " + ARCHIVED + " acme.registry~x",
                "plugin-disable " + ARCHIVED,
                "plugin-enable " + ARCHIVED,
                "plugin-remove " + ARCHIVED)) {
            assertThat(typist.runs(command))
                    .as(command)
                    .startsWith("UNAUTHENTICATED: ")
                    .contains("animus:login", "On record as aud_");
        }

        assertThat(kernel.record().subList(before, before + 10)).allMatch(one -> one.endsWith(" anonymous:anonymous"));
        login(admin);
        assertThat(typist.runs("plugin-list")).doesNotContain("acme-stranger", "disabled");
    }

    @Test
    void aKeyIsNeitherShownNorKept() throws Exception {
        login(admin);
        typist.runs("plugin-list");

        assertThat(typist.screen()).contains("API key: ").doesNotContain(admin.key());
        assertThat(typist.runs("$animus.login")).doesNotContain(admin.key());
        assertThat(Files.readString(Path.of(System.getProperty("org.slf4j.simpleLogger.logFile"))))
                .isNotEmpty()
                .doesNotContain(admin.key());
    }

    @Test
    void aKeyThatIsNoneLetsNobodyInAndIsNotSaidAgain() throws Exception {
        login(admin);
        var wrong = "ank_" + "x".repeat(43);

        assertThat(typist.types(wrong).runs("login"))
                .startsWith("UNAUTHENTICATED: ")
                .doesNotContain(wrong);
        assertThat(typist.runs("plugin-list")).startsWith("UNAUTHENTICATED: ");
    }

    @Test
    void whoLeavesTakesTheKeyAlong() throws Exception {
        login(admin);
        typist.runs("logout");

        assertThat(typist.runs("plugin-list")).startsWith("UNAUTHENTICATED: ");
    }

    @Test
    void whoMayNotChangePluginsIsRefusedByNameAndOnRecord() throws Exception {
        packed("acme-forbidden", "1.0.0", Permissions.NONE);
        login(reader);
        var before = kernel.record().size();

        assertThat(typist.runs("plugin-install acme-forbidden-1.0.0.animus")).startsWith("FORBIDDEN: ");
        assertThat(kernel.record().subList(before, kernel.record().size()))
                .anyMatch(one -> one.endsWith(reader.principal()));
    }

    @Test
    void whatAPluginMayDoIsShownAndAskedFor() throws Exception {
        packed("acme-asking", "1.0.0", MODEST);
        login(admin);

        assertThat(typist.types("n").runs("plugin-install acme-asking-1.0.0.animus"))
                .contains(
                        "technical.connects: r.example:443",
                        "Nothing was done",
                        MODEST.digest().value());
        assertThat(typist.runs("plugin-list")).doesNotContain("acme-asking");

        assertThat(typist.types("y").runs("plugin-install acme-asking-1.0.0.animus"))
                .contains("It may: technical.connects: r.example:443");
        packed("acme-asking", "1.1.0", MODEST);
        assertThat(typist.runs("plugin-update acme-asking acme-asking-1.1.0.animus"))
                .contains("1.1.0");
        var greedy = asking("*:443", "r.example:443");
        packed("acme-asking", "2.0.0", greedy);
        assertThat(typist.runs(
                        "plugin-update --consent %s acme-asking acme-asking-2.0.0.animus".formatted(MODEST.digest())))
                .startsWith("CONSENT_REQUIRED: ");
        assertThat(typist.runs(
                        "plugin-update --consent %s acme-asking acme-asking-2.0.0.animus".formatted(greedy.digest())))
                .contains("2.0.0");
        typist.runs("plugin-remove acme-asking");
    }

    @Test
    void aBrokenPackageAndAFileThatIsntThereAreSaidInAFewWords() throws Exception {
        Files.writeString(folder.resolve("broken.animus"), "no package");
        login(admin);

        assertThat(typist.runs("plugin-install broken.animus")).startsWith("INVALID_VALUE: ");
        assertThat(kernel.record()).contains("plugin.refused system:hub", "request.refused " + admin.principal());
        assertThat(typist.runs("plugin-install nowhere.animus"))
                .contains("can't read a file " + folder.resolve("nowhere.animus"));
        assertThat(typist.runs("plugin-install no\0where.animus")).contains("can't read a file no?where.animus");
        assertThat(typist.runs("plugin-show nowhere")).startsWith("NOT_FOUND: ");
    }

    @Test
    void anInstanceIsConfiguredKeyByKeyAndTakenBack() throws Exception {
        login(admin);
        var configure = "plugin-configure " + ARCHIVED + " acme.registry~far ";

        assertThat(typist.runs(configure + "port=x"))
                .contains("INVALID_VALUE: /values/port: ", "INVALID_VALUE: /values/host: ");
        typist.runs(
                configure + "host=r.example port=443 quota=9007199254740991 tls=true mirrors=a,b key=file:/run/key");
        assertThat(members(typist.runs("plugin-configure --json " + ARCHIVED + " acme.registry~far"))
                        .find("values")
                        .orElseThrow())
                .isEqualTo(Json.object()
                        .put("host", "r.example")
                        .put("port", 443)
                        .put("quota", Json.MAX_WHOLE)
                        .put("tls", true)
                        .put("mirrors", Json.texts(List.of("a", "b")))
                        .put("key", "file:/run/key")
                        .build());

        assertThat(typist.runs(configure + "quota=9007199254740992")).contains("INVALID_VALUE: /values/quota: ");
        typist.runs("plugin-configure --unset tls --unset key " + ARCHIVED + " acme.registry~far host=other");
        assertThat(typist.runs(configure)).contains("\"other\"", "443").doesNotContain("tls", "/run/key");
        assertThat(typist.runs("plugin-configure " + ARCHIVED))
                .contains("acme.registry~<name>", "acme.registry~far", "file:/path of a secret");
        assertThat(typist.runs("plugin-configure --delete " + ARCHIVED + " acme.registry~far"))
                .contains("acme.registry~far");
        assertThat(typist.runs(configure)).startsWith("NOT_FOUND: ");
        assertThat(kernel.record()).contains("plugin.configured " + admin.principal());
    }

    @Test
    void aSecretIsRefusedAndNotSaidAgain() throws Exception {
        login(admin);

        assertThat(typist.runs("plugin-configure " + ARCHIVED + " acme.registry~far host=h key=hunter2"))
                .startsWith("INVALID_VALUE: /values/key: ")
                .doesNotContain("hunter2");
    }

    @Test
    void jsonIsWhatRestAnswers() throws Exception {
        login(admin);

        var shown = members(typist.runs("plugin-show --json " + ARCHIVED));
        assertThat(shown.members().keySet())
                .containsExactly(
                        "instances",
                        "name",
                        "packageDigest",
                        "permissions",
                        "permissionsDigest",
                        "port",
                        "state",
                        "technology",
                        "version");
        var all = members(typist.runs("plugin-list --json"));
        assertThat(((Json.Sequence) all.find("items").orElseThrow()).items()).contains(shown);
    }

    @Test
    void whatAPluginSaysOfItselfDoesNotColourTheTerminal() throws Exception {
        login(admin);

        assertThat(typist.runs("plugin-show " + ARCHIVED))
                .contains("Nobody ?[31manswers.")
                .doesNotContain("\u001b[31m");

        var instance = ARCHIVED + " acme.registry~nasty";
        assertThat(typist.runs("plugin-configure " + instance + " host=a\u009b31m\u202eb"))
                .contains("a?31m?b")
                .doesNotContain("\u009b", "\u202e");
        assertThat(typist.runs("plugin-configure --json " + instance))
                .contains("a\\u009b31m\\u202eb")
                .doesNotContain("\u009b", "\u202e");
        typist.runs("plugin-configure --delete " + instance);
    }

    @Test
    void completesWhatIsThereNow() throws Exception {
        assertThat(typist.completes("animus:plugin-show ")).isEmpty();

        login(admin);
        assertThat(typist.completes("animus:pl")).contains("animus:plugin-list", "animus:plugin-configure");
        assertThat(typist.completes("plugin-show ")).containsExactly(ARCHIVED);
        assertThat(typist.completes("plugin-configure ")).containsExactly(ARCHIVED);
        assertThat(typist.completes("plugin-configure " + ARCHIVED + " ")).containsExactly("acme.registry~");
        assertThat(typist.completes("plugin-configure " + ARCHIVED + " acme.registry~x "))
                .containsExactly("host=", "key=", "port=", "quota=", "tls=", "mirrors=");
        assertThat(typist.completes("plugin-configure " + ARCHIVED + " acme.registry~b@d "))
                .isEmpty();
        packed("acme-complete", "1.0.0", Permissions.NONE);
        assertThat(typist.completes("plugin-install " + folder + "/acme"))
                .anyMatch(offer -> offer.endsWith("acme-complete-1.0.0.animus"));
    }

    @Test
    void aRevokedKeyEndsTheLogin() throws Exception {
        var leaving = kernel.somebody("leaving", "platform-admin");
        login(leaving);
        kernel.revokeKeysOf(leaving);

        assertThat(typist.runs("plugin-disable " + ARCHIVED)).startsWith("UNAUTHENTICATED: ");
    }

    private void login(Person person) throws Exception {
        assertThat(typist.types(person.key()).runs("animus:login")).startsWith("You are ");
    }

    private static Json.Members members(String printed) {
        return (Json.Members) Json.read(printed.strip().getBytes(UTF_8));
    }

    private void packed(String name, String version, Permissions permissions) throws Exception {
        Archives.plugin(folder, name, version, permissions);
    }

    private static List<String> changesSince(int count) throws Exception {
        var all = kernel.record();
        return all.subList(count, all.size()).stream()
                .filter(one -> one.startsWith("plugin."))
                .toList();
    }

    private static Permissions asking(String... connects) {
        return new Permissions(
                new Permissions.Technical(List.of(connects), List.of(), List.of(), List.of()),
                new Permissions.Business(List.of(), List.of(), List.of(), List.of()));
    }
}
