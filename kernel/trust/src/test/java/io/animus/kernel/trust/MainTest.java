package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void aPublisherPacksAndSignsAndAnOperatorVerifies() throws Exception {
        var trust = Files.createDirectories(folder.resolve("etc/trust"));
        assertThat(run("keygen", "--name", "acme.example", "--out", folder.toString()))
                .isZero();
        Files.copy(folder.resolve("acme.example.pub"), trust.resolve("acme.pub"));
        var jar = Packages.plugin(folder).toString();
        assertThat(run("pack", "--bundle", jar, "--out", folder.toString())).isZero();
        var file = folder.resolve("acme-registry-1.2.0.animus").toString();

        assertThat(run("verify", file)).isEqualTo(1);
        assertThat(out.toString(UTF_8)).contains("It is not signed");
        assertThat(run("sign", "--key", folder.resolve("acme.example.key").toString(), file))
                .isZero();
        assertThat(run("verify", "--json", file)).isZero();
        var json = (Json.Members) Json.read(out.toString(UTF_8).strip().getBytes(UTF_8));
        assertThat(json.find("trusted")).contains(Json.of(true));
        assertThat(run("show", file)).isZero();
        assertThat(out.toString(UTF_8)).contains("acme-registry 1.2.0: registry by acme", "signed by acme.example");
    }

    @Test
    void showsWhatAPluginAsksFor() throws Exception {
        var asked = Permissions.NONE.toString().replace("\"connects\":[]", "\"connects\":[\"r.example:443\"]");
        run("pack", "--bundle", Packages.asking(folder, asked).toString(), "--out", folder.toString());
        var file = folder.resolve("acme-registry-1.2.0.animus").toString();

        assertThat(run("show", file)).isZero();
        var digest = Permissions.read(asked.getBytes(UTF_8)).digest();
        assertThat(out.toString(UTF_8)).contains("asks for " + digest, "  technical.connects: r.example:443");
        assertThat(run("show", "--json", file)).isZero();
        assertThat(out.toString(UTF_8)).contains("\"permissionsDigest\":\"" + digest + "\"");
    }

    @Test
    void whatATerminalWouldObeyIsNotShown() {
        var nasty = "a\u001b[2K\u009b2K\u202eb\u2028c\r\n\udb40\udc41ü";

        assertThat(Shown.text(nasty)).isEqualTo("a?[2K?2K?b?c???ü");
        assertThat(Shown.json(Json.of(nasty)))
                .isEqualTo("\"a\\u001b[2K\\u009b2K\\u202eb\\u2028c\\r\\n\\udb40\\udc41ü\"");
    }

    @Test
    void theSecretIsForItsOwnerAloneAndNeverOverwritten() throws Exception {
        run("keygen", "--name", "acme.example", "--out", folder.toString());
        var secret = folder.resolve("acme.example.key");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
        assertThat(run("keygen", "--name", "acme.example", "--out", folder.toString()))
                .isEqualTo(1);
        assertThat(out.toString(UTF_8)).doesNotContain("PRIVATE");
    }

    @Test
    void saysWhatIsWrongWithTheCommand() throws Exception {
        assertThat(run("keygen")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("say --name once");
        assertThat(run("paint")).isEqualTo(2);
        assertThat(run("show", folder.resolve("nothing").toString())).isEqualTo(1);
        assertThat(err.toString(UTF_8)).contains("there is no file");
        assertThat(run()).isEqualTo(2);
        assertThat(run("--help")).isZero();
    }

    private int run(String... words) {
        out.reset();
        err.reset();
        return new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), folder.resolve("etc"))
                .run(List.of(words));
    }
}
