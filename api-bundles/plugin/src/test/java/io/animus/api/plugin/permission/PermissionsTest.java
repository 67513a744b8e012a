package io.animus.api.plugin.permission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PermissionsTest {
    private static final String GIT =
            """
            {
              "business": {
                "audit": [],
                "data": ["source"],
                "provides": ["io.animus.api.plugin.Plugin", "io.animus.api.scm.ScmHost"],
                "sees": ["org.apache.camel.spi.ComponentResolver"]
              },
              "format": 1,
              "technical": {
                "connects": ["*:22", "config"],
                "files": ["/etc/ssl", "config"],
                "processes": [],
                "secrets": ["scm-password"]
              }
            }
            """;

    @Test
    void readsWhatPeopleWrote() {
        var read = Permissions.read(GIT.getBytes(UTF_8));

        assertThat(read.business().provides())
                .containsExactly("io.animus.api.plugin.Plugin", "io.animus.api.scm.ScmHost");
        assertThat(read.business().sees()).containsExactly("org.apache.camel.spi.ComponentResolver");
        assertThat(read.technical().connects()).containsExactly("*:22", "config");
        assertThat(read.technical().secrets()).containsExactly("scm-password");
    }

    @Test
    void writesWhatItReads() {
        var read = Permissions.read(GIT.getBytes(UTF_8));

        assertThat(Permissions.read(read.json().canonical())).isEqualTo(read);
        assertThat(Permissions.read(Permissions.NONE.toString().getBytes(UTF_8)))
                .isEqualTo(Permissions.NONE);
    }

    @Test
    void tellsWhatIsNew() {
        var before = Permissions.read(GIT.getBytes(UTF_8));
        var after = Permissions.read(GIT.replace("\"*:22\"", "\"*:443\"")
                .replace("\"processes\": []", "\"processes\": [\"git\"]")
                .getBytes(UTF_8));

        assertThat(after.beyond(before)).containsExactly("technical.connects: *:443", "technical.processes: git");
        assertThat(before.beyond(before)).isEmpty();
        assertThat(Permissions.NONE.beyond(before)).isEmpty();
        assertThat(before.beyond(Permissions.NONE)).hasSize(9);
        assertThat(after.digest()).isNotEqualTo(before.digest());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"source\"]|[\"source\",\"source\"]|data is not in order",
                "[\"source\"]|[\"Source Code\"]|data can't hold",
                "[\"source\"]|\"source\"|data is not a list",
                "[\"source\"]|[7]|data holds something else than texts",
                "\"data\"|\"date\"|unknown: business.date",
                "\"format\": 1|\"format\": 2|format is not 1",
                "io.animus.api.scm.ScmHost|io.animus.*|provides can't hold",
                "*:22|anywhere|connects can't hold",
                "/etc/ssl|../ssl|files can't hold",
                "/etc/ssl|/etc/ ssl|files can't hold",
                "/etc/ssl|/\\u001b[2K|files can't hold",
                "/etc/ssl|/\u009b2K|files can't hold",
                "/etc/ssl|/\u202elss|files can't hold",
            })
    void refusesWhatIsNotAsDescribed(String right, String wrong, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Permissions.read(GIT.replace(right, wrong).getBytes(UTF_8)))
                .withMessageContaining(why);
    }

    @Test
    void refusesWhatIsTooLarge() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Permissions.read(new byte[Permissions.MAX_BYTES + 1]))
                .withMessage("larger than 64 KiB");
    }
}
