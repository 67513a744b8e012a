package io.animus.plugin.scm.git;

import static io.animus.plugin.scm.git.FileScmHostTest.assertFails;

import io.animus.api.scm.ScmHost;
import io.animus.api.tck.ScmHostContract;
import io.animus.api.types.ExternalSystemException.Reason;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenSSH server with git-shell, which lets in one Ed25519 key. */
class SshScmHostTest implements ScmHostContract {
    @TempDir
    static Path shared;

    private static SampleRepositories repositories;
    private static Process sshd;
    private static int port;
    private static String url;

    @TempDir
    Path folder;

    private Sample sample;
    private GitScmHost host;

    @BeforeAll
    static void serve() throws Exception {
        repositories = SampleRepositories.create(shared);
        for (var key : new String[] {"host", "hub", "stranger"}) {
            Commands.run(shared, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        }
        port = Commands.freePort();
        url = "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + shared + "/team/";
        Files.writeString(
                shared.resolve("authorized_keys"),
                "restrict,command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\" "
                        + Files.readString(shared.resolve("hub.pub")));
        Files.writeString(shared.resolve("known_hosts"), "[127.0.0.1]:" + port + " " + publicKey("host"));
        Files.writeString(shared.resolve("other_hosts"), "[127.0.0.1]:" + port + " " + publicKey("stranger"));
        Files.writeString(
                shared.resolve("sshd_config"),
                """
                Port %d
                ListenAddress 127.0.0.1
                HostKey @/host
                PidFile @/pid
                AuthorizedKeysFile @/authorized_keys
                StrictModes no
                PermitRootLogin forced-commands-only
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                MaxStartups 100
                UsePAM no
                """
                        .formatted(port)
                        .replace("@", shared.toString()));
        Files.createDirectories(Path.of("/run/sshd"));
        sshd = Commands.start(
                shared, shared.resolve("sshd.log"), "/usr/sbin/sshd", "-D", "-e", "-f", shared + "/sshd_config");
        Commands.awaitPort(port, sshd, shared.resolve("sshd.log"));
    }

    @AfterAll
    static void stopServing() throws InterruptedException {
        sshd.destroy();
        sshd.waitFor();
    }

    @BeforeEach
    void start() throws Exception {
        sample = repositories.at(url);
        host = host("hub", "known_hosts");
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private GitScmHost host(String key, String knownHosts, String... more) throws Exception {
        var access = Hosts.access("", "", shared.resolve(key), shared.resolve(knownHosts));
        return Hosts.serving(
                Files.createTempDirectory(folder, "cache"), access, more.length == 0 ? new String[] {url} : more);
    }

    @Override
    public ScmHost host() {
        return host;
    }

    @Override
    public Sample sample() {
        return sample;
    }

    @Test
    void isDeniedWithAKeyThatTheHostDoesNotKnow() throws Exception {
        try (var stranger = new Closing(host("stranger", "known_hosts"))) {
            assertFails(Reason.DENIED, () -> stranger.host().resolve(sample.repository(), "main"));
        }
        try (var keyless = new Closing(host("no-such-key", "known_hosts"))) {
            assertFails(Reason.DENIED, () -> keyless.host().resolve(sample.repository(), "main"));
        }
    }

    @Test
    void doesNotTalkToAHostWhoseKeyItDoesNotKnow() throws Exception {
        try (var other = new Closing(host("hub", "other_hosts"))) {
            assertFails(Reason.DENIED, () -> other.host().resolve(sample.repository(), "main"));
        }
        try (var none = new Closing(host("hub", "no_such_file"))) {
            assertFails(Reason.DENIED, () -> none.host().resolve(sample.repository(), "main"));
        }
    }

    @Test
    void isUnavailableWhenNobodyListens() throws Exception {
        var dead = "ssh://git@127.0.0.1:" + Commands.freePort() + "/";
        try (var host = new Closing(host("hub", "known_hosts", dead))) {
            assertFails(Reason.UNAVAILABLE, () -> host.host().resolve(URI.create(dead + "x.git"), "main"));
        }
    }

    private static String publicKey(String name) throws Exception {
        return Files.readString(shared.resolve(name + ".pub"));
    }

    private record Closing(GitScmHost host) implements AutoCloseable {
        @Override
        public void close() {
            host.close();
        }
    }
}
