package io.animus.plugin.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesTest {
    /** Fails when the archive is another one than the digest in {@link Binaries} is of. */
    @Test
    void keepsWhatItUnpacked(@TempDir Path parent) throws Exception {
        var server = Binaries.unpackedIn(parent).resolve("bin/postgres");
        var before = Files.getAttribute(server, "unix:ino", LinkOption.NOFOLLOW_LINKS);

        assertThat(Binaries.unpackedIn(parent).resolve("bin/postgres")).isEqualTo(server);

        assertThat(Files.getAttribute(server, "unix:ino", LinkOption.NOFOLLOW_LINKS))
                .isEqualTo(before);
    }
}
