package io.animus.plugin.scm.git;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import io.animus.api.tck.TlsContract;
import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Git over https: nginx with one port for each certificate. */
class TlsScmHostTest implements TlsContract {
    @TempDir
    static Path shared;

    private static TlsCertificates certificates;
    private static NginxGit nginx;
    private static CommitSha head;

    @TempDir
    Path folder;

    @BeforeAll
    static void serve() throws Exception {
        head = Commands.revision(SampleRepositories.create(shared).bare(), "main");
        certificates = TlsCertificates.in(shared);
        nginx = NginxGit.start(
                shared,
                Arrays.stream(Shown.values())
                        .map(shown -> "ssl_certificate " + certificates.certificate(shown) + "; ssl_certificate_key "
                                + certificates.key(shown) + ";")
                        .toArray(String[]::new));
    }

    @AfterAll
    static void stopServing() throws InterruptedException {
        nginx.close();
    }

    @Override
    public TlsCertificates certificates() {
        return certificates;
    }

    @Override
    public long failedHandshakes(Shown shown) throws IOException {
        return nginx.failedHandshakes(shown.ordinal());
    }

    @Override
    public void call(Shown shown, String authorities) throws IOException {
        var url = "https://" + nginx.address(shown.ordinal()) + "/git/";
        var credentials = folder.resolve("credentials");
        Files.writeString(credentials, url + " hub s3cret\n");
        var cache = Files.createTempDirectory(folder, "cache");
        var host = Hosts.serving(cache, Hosts.access(credentials.toString(), authorities), url);
        try {
            var repository = URI.create(url + "sample.git");
            assertThat(host.resolve(repository, "main")).contains(head);
            assertThat(host.contains(repository, head)).isTrue();
            assertThat(host.archive(repository, head, OutputStream.nullOutputStream())
                            .commit())
                    .isEqualTo(head);
        } finally {
            host.close();
        }
    }
}
