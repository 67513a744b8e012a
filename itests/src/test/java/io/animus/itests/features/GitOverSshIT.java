package io.animus.itests.features;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.animus.api.scm.ScmHost;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.itests.process.Programs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Git over ssh with Ed25519 keys on both sides, as the bundles of the distribution are wired: what a class path can do
 * says nothing about bundles whose imports are optional.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class GitOverSshIT {
    private static final Map<String, String> GIT = Map.of(
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_AUTHOR_NAME", "Ann",
            "GIT_AUTHOR_EMAIL", "ann@example.org",
            "GIT_COMMITTER_NAME", "Ann",
            "GIT_COMMITTER_EMAIL", "ann@example.org");

    @Rule
    public TemporaryFolder temporary = new TemporaryFolder();

    @Inject
    private BundleContext framework;

    @Inject
    private BootFinished booted;

    private Path folder;
    private Path work;
    private Process sshd;
    private int port;
    private URI repository;

    @Configuration
    public Option[] distribution() throws IOException {
        return new Option[] {Container.ofTheDistribution()};
    }

    @Before
    public void serve() throws Exception {
        folder = temporary.getRoot().toPath().toRealPath();
        work = Files.createDirectory(folder.resolve("work"));
        run(work, "git", "init", "-q", "-b", "main");
        Files.writeString(work.resolve("train.sh"), "echo trained\n");
        run(work, "git", "add", "-A");
        run(work, "git", "commit", "-q", "-m", "first");
        run(folder, "git", "clone", "-q", "--bare", "work", "sample.git");
        for (var key : List.of("host", "hub", "stranger")) {
            run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key);
        }
        port = Container.freePort();
        repository =
                URI.create("ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + folder + "/sample.git");
        Files.writeString(
                folder.resolve("authorized_keys"),
                "restrict,command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\" "
                        + Files.readString(folder.resolve("hub.pub")));
        Files.createDirectories(Path.of("/run/sshd"));
        sshd = Programs.start(
                folder,
                GIT,
                List.of(("/usr/sbin/sshd -D -e -f /dev/null -o ListenAddress=127.0.0.1 -o StrictModes=no -o UsePAM=no"
                                + " -o PermitRootLogin=forced-commands-only -o PasswordAuthentication=no -o PidFile=none"
                                + " -o AuthorizedKeysFile=" + folder + "/authorized_keys"
                                + " -o HostKey=" + folder + "/host -p " + port)
                        .split(" ")),
                folder.resolve("sshd.log"));
        awaitPort();
    }

    @After
    public void stopServing() throws Exception {
        Programs.stop(sshd);
    }

    @Test
    public void readsARepositoryOfAHostThatIsKnown() throws Exception {
        var host = host("known", "host.pub");
        var head = new CommitSha(run(work, "git", "rev-parse", "HEAD"));

        assertEquals(head, host.resolve(repository, "main").orElseThrow());
        assertTrue(host.contains(repository, head));
        assertFalse(host.contains(repository, new CommitSha("1".repeat(40))));

        var archive = new ByteArrayOutputStream();
        var delivered = host.archive(repository, head, archive);
        assertEquals(Digest.of(archive.toByteArray()), delivered.digest());
        Files.write(folder.resolve("source.tar"), archive.toByteArray());
        assertEquals("echo trained", run(folder, "tar", "-xOf", "source.tar", "train.sh"));
    }

    @Test
    public void refusesAHostWithAnotherKeyAndOneThatNobodyNamed() throws Exception {
        for (var known : List.of("stranger.pub", "")) {
            var host = host("unknown" + known.length(), known);
            var refusal = assertThrows(ExternalSystemException.class, () -> host.resolve(repository, "main"));
            assertEquals(Reason.DENIED, refusal.reason());
            assertTrue(refusal.getMessage(), refusal.getMessage().contains("known_hosts_file"));
        }
    }

    /** An instance that is configured as an operator would do it. */
    private ScmHost host(String name, String hostKey) throws Exception {
        var known = folder.resolve(name + ".hosts");
        var key = hostKey.isEmpty() ? "" : "[127.0.0.1]:" + port + " " + Files.readString(folder.resolve(hostKey));
        Files.writeString(known, key);
        Files.writeString(
                Path.of(System.getProperty("karaf.etc"), "io.animus.plugin.scm.git-" + name + ".cfg"),
                "instance = " + name + "\nurl_prefixes = ssh://" + repository.getRawAuthority() + folder
                        + "/\nssh_key_file = " + folder.resolve("hub") + "\nknown_hosts_file = " + known + "\n");
        var wanted = framework.createFilter("(&(objectClass=" + ScmHost.class.getName() + ")(instance=" + name + "))");
        var hosts = new ServiceTracker<ScmHost, ScmHost>(framework, wanted, null);
        hosts.open();
        var host = hosts.waitForService(30_000);
        assertTrue("no instance " + name + " appears", host != null);
        return host;
    }

    private void awaitPort() throws IOException {
        var deadline = System.nanoTime() + 20_000_000_000L;
        while (System.nanoTime() < deadline && sshd.isAlive()) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return;
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("sshd doesn't come up: " + Files.readString(folder.resolve("sshd.log")));
    }

    private static String run(Path folder, String... command) throws Exception {
        return Programs.run(folder, GIT, List.of(command));
    }
}
