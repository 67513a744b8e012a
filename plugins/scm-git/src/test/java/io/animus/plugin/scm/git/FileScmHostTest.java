package io.animus.plugin.scm.git;

import static io.animus.plugin.scm.git.Commands.revision;
import static io.animus.plugin.scm.git.Commands.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.animus.api.scm.ScmHost;
import io.animus.api.tck.ScmHostContract;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories made by the git program, read through {@code file:} URLs. */
class FileScmHostTest implements ScmHostContract {
    @TempDir
    Path folder;

    private SampleRepositories repositories;
    private Sample sample;
    private GitScmHost host;

    @BeforeEach
    void start() throws Exception {
        repositories = SampleRepositories.create(folder);
        sample = repositories.at("file://" + folder + "/team/");
        host = Hosts.serving(folder.resolve("cache"), Hosts.noAccess(), "file://" + folder + "/team/");
    }

    @AfterEach
    void stop() {
        host.close();
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
    void archivesWhatGitItselfWouldCheckOut() throws Exception {
        var tar = folder.resolve("a.tar");
        try (var target = Files.newOutputStream(tar)) {
            host.archive(sample.repository(), sample.head(), target);
        }

        assertThat(run(folder, "tar", "--utc", "--numeric-owner", "-tvf", "a.tar")
                        .lines())
                .anyMatch(line -> line.matches("-rwxr-xr-x 0/0 +19 2026-01-02 03:04 train.sh"))
                .anyMatch(line -> line.matches("lrwxrwxrwx 0/0 +0 2026-01-02 03:04 link -> data/deep"))
                .anyMatch(line -> line.matches("drwxr-xr-x 0/0 +0 2026-01-02 03:04 data/deep/"))
                .anyMatch(line -> line.startsWith("-rw-r--r-- 0/0"));
        var out = Files.createDirectory(folder.resolve("out"));
        run(out, "tar", "-xf", "../a.tar");
        run(folder, "rm", "-rf", "work/.git");
        assertThat(run(folder, "diff", "-r", "--no-dereference", "work", "out")).isEmpty();
    }

    @Test
    void archivesTheSameBytesAfterTheCacheIsLost() throws Exception {
        var before = host.archive(sample.repository(), sample.head(), OutputStream.nullOutputStream());
        run(folder, "rm", "-rf", "cache");
        Files.createDirectory(folder.resolve("cache"));
        assertThat(host.archive(sample.repository(), sample.head(), OutputStream.nullOutputStream()))
                .isEqualTo(before);
    }

    @Test
    void answersForAKnownCommitWithoutTheRemote() throws Exception {
        assertThat(host.contains(sample.repository(), sample.head())).isTrue();
        run(folder, "mv", "team", "gone");
        assertThat(host.contains(sample.repository(), sample.head())).isTrue();
    }

    @Test
    void followsABranchThatWasPushedByForce() throws Exception {
        assertThat(host.contains(sample.repository(), sample.head())).isTrue();
        run(repositories.work(), "git", "reset", "-q", "--hard", "v1");
        Files.writeString(repositories.work().resolve("new.txt"), "rewritten");
        SampleRepositories.commit(repositories.work(), "rewritten");
        repositories.push("main");
        var rewritten = revision(repositories.bare(), "main");

        assertThat(host.resolve(sample.repository(), "main")).contains(rewritten);
        assertThat(host.contains(sample.repository(), rewritten)).isTrue();
    }

    @Test
    void containsNoCommitToWhichOnlyTheHostsOwnRefsLead() throws Exception {
        run(repositories.work(), "git", "checkout", "-q", "--detach");
        Files.writeString(repositories.work().resolve("evil.txt"), "from a fork");
        SampleRepositories.commit(repositories.work(), "proposal of a stranger");
        repositories.push("HEAD:refs/pull/1/head");
        var stranger = revision(repositories.bare(), "refs/pull/1/head");

        assertThat(host.contains(sample.repository(), stranger)).isFalse();
    }

    @Test
    void rejectsANameThatIsBothABranchAndATag() throws Exception {
        run(repositories.bare(), "git", "branch", "v1", "main");
        assertFails(Reason.REJECTED, () -> host.resolve(sample.repository(), "v1"));
        assertThat(host.resolve(sample.repository(), "refs/heads/v1")).contains(sample.head());
    }

    @Test
    void findsNoCommitBehindATagOnAFile() throws Exception {
        run(repositories.bare(), "git", "tag", "file", "main:train.sh");
        assertThat(host.resolve(sample.repository(), "file")).isEmpty();
    }

    @Test
    void refusesPathsThatLeaveThePrefixAndPasswordsInUrls() {
        for (var url : new String[] {
            "file://" + folder + "/team/../work",
            "file://" + folder + "/team/%2e%2e/work",
            "file://" + folder + "/team-b/sample.git",
            "file://" + folder + "/work",
            "file://host" + folder + "/team/sample.git",
            "https://user:secret@elsewhere.example/team/sample.git",
            "sample.git",
            "mailto:ann@example.org"
        }) {
            assertThat(host.serves(URI.create(url))).as(url).isFalse();
        }
        assertThatThrownBy(() -> host.resolve(URI.create("https://user:secret@elsewhere.example/x.git"), "main"))
                .isInstanceOf(ExternalSystemException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void servesNothingUntilAPrefixIsConfigured() {
        var empty = Hosts.serving(folder.resolve("cache2"), Hosts.noAccess());
        try {
            assertThat(empty.serves(sample.repository())).isFalse();
            assertThat(empty.serves(sample.elsewhere())).isFalse();
            assertThat(empty.health().reason()).contains("url_prefixes");
        } finally {
            empty.close();
        }
    }

    @Test
    void ignoresHooksAndConfigurationOfTheRemote() throws Exception {
        var hook = repositories.bare().resolve("hooks/post-checkout");
        Files.createDirectories(hook.getParent());
        Files.writeString(hook, "#!/bin/sh\ntouch " + folder + "/ran\n");
        run(folder, "chmod", "755", hook.toString());
        run(repositories.bare(), "git", "config", "uploadpack.packObjectsHook", "touch " + folder + "/ran");

        host.archive(sample.repository(), sample.head(), OutputStream.nullOutputStream());

        assertThat(folder.resolve("ran")).doesNotExist();
    }

    @Test
    void writesASubmoduleAsAnEmptyFolder() throws Exception {
        run(repositories.work(), "git", "update-index", "--add", "--cacheinfo", "160000," + sample.foreign() + ",sub");
        run(repositories.work(), "git", "commit", "-q", "-m", "submodule");
        repositories.push("main");
        var tar = folder.resolve("b.tar");
        try (var target = Files.newOutputStream(tar)) {
            host.archive(sample.repository(), revision(repositories.bare(), "main"), target);
        }
        assertThat(run(folder, "tar", "-tf", "b.tar").lines()).contains("sub/").noneMatch(l -> l.contains("secret"));
    }

    @Test
    void refusesATreeThatWouldWriteOutsideOfItsFolder() throws Exception {
        assertMakesNoArchive(tree("100644 blob " + sample.blob() + "\t..\n"));
    }

    @Test
    void refusesALinkAndANameThatNoMachineHas() throws Exception {
        var target = Files.writeString(folder.resolve("target"), "x".repeat(4097));
        var link = run(repositories.bare(), "git", "hash-object", "-w", target.toString());

        assertMakesNoArchive(tree("120000 blob " + link + "\tlink\n"));
        assertMakesNoArchive(tree("100644 blob " + sample.blob() + "\t" + "n".repeat(4097) + "\n"));
    }

    /** The hub holds all trees on the way to an entry at once. */
    @Test
    void refusesFoldersTooLargeToHold() throws Exception {
        var names = IntStream.range(0, 80_000)
                .mapToObj(i -> "100644 blob %s\t%0100d\n".formatted(sample.blob(), i))
                .collect(Collectors.joining());
        var inner = tree(names);
        var outer = tree(names + "040000 tree " + inner + "\tz\n");
        host.close();
        host = Hosts.serving(
                folder.resolve("c6"),
                Hosts.noAccess(),
                64 * Hosts.MIB,
                64 * Hosts.MIB,
                1024 * Hosts.MIB,
                "file://" + folder + "/team/");

        assertMakesNoArchive(outer);
    }

    /** The id of a tree with these entries, as {@code git mktree} takes them. */
    private String tree(String entries) throws Exception {
        var list = Files.writeString(folder.resolve("tree"), entries);
        return run(repositories.bare(), "sh", "-c", "git mktree < " + list);
    }

    private void assertMakesNoArchive(String tree) throws Exception {
        var commit = run(repositories.bare(), "git", "commit-tree", "-m", "evil", tree);
        run(repositories.bare(), "git", "branch", "--force", "evil", commit);
        var head = revision(repositories.bare(), "evil");
        assertFails(Reason.REJECTED, () -> host.archive(sample.repository(), head, OutputStream.nullOutputStream()));
    }

    @Test
    void staysWithinItsLimits() throws Exception {
        var noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        Files.write(repositories.work().resolve("noise"), noise);
        SampleRepositories.commit(repositories.work(), "large");
        repositories.push("main");
        var head = revision(repositories.bare(), "main");
        var prefix = "file://" + folder + "/team/";

        var small = Hosts.serving(folder.resolve("c3"), Hosts.noAccess(), 64 * Hosts.MIB, 100_000, Hosts.MIB, prefix);
        var brief = Hosts.serving(folder.resolve("c4"), Hosts.noAccess(), 200_000, Hosts.MIB, 100_000, prefix);
        try {
            assertFails(Reason.REJECTED, () -> small.contains(sample.repository(), head));
            assertFails(
                    Reason.REJECTED, () -> brief.archive(sample.repository(), head, OutputStream.nullOutputStream()));
            assertThat(brief.contains(URI.create(prefix + "other.git"), sample.foreign()))
                    .isTrue();
            try (var mirrors = Files.list(folder.resolve("c4"))) {
                assertThat(mirrors).as("the larger, older copy was evicted").hasSize(1);
            }
        } finally {
            small.close();
            brief.close();
        }
    }

    @Test
    void forgetsWhatWasPushedAwayRatherThanRefuseTheRepository() throws Exception {
        var prefix = "file://" + folder + "/team/";
        var narrow = Hosts.serving(folder.resolve("c5"), Hosts.noAccess(), Hosts.MIB, 500_000, Hosts.MIB, prefix);
        try {
            for (var round = 1; round <= 3; round++) {
                var noise = new byte[300_000];
                new Random(round).nextBytes(noise);
                run(repositories.work(), "git", "reset", "-q", "--hard", "v1");
                Files.write(repositories.work().resolve("noise"), noise);
                SampleRepositories.commit(repositories.work(), "large " + round);
                repositories.push("main");

                assertThat(narrow.contains(sample.repository(), revision(repositories.bare(), "main")))
                        .isTrue();
            }
        } finally {
            narrow.close();
        }
    }

    @Test
    void replacesADamagedCopy() throws Exception {
        assertThat(host.contains(sample.repository(), sample.head())).isTrue();
        run(folder, "sh", "-c", "for p in cache/*/objects/pack/*.pack; do chmod 644 $p; truncate -s 40 $p; done");
        for (var attempt = 0; attempt < 3; attempt++) {
            try {
                host.archive(sample.repository(), sample.head(), OutputStream.nullOutputStream());
                return;
            } catch (ExternalSystemException e) {
                assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE);
            }
        }
        throw new AssertionError("the damaged copy stayed");
    }

    @Test
    void givesUpWhenItIsInterrupted() throws Exception {
        var failure = new AtomicReference<Throwable>();
        var caller = new Thread(() -> {
            Thread.currentThread().interrupt();
            try {
                host.contains(sample.repository(), sample.head());
            } catch (ExternalSystemException e) {
                failure.set(e);
            }
        });
        caller.start();
        caller.join(10_000);
        assertThat(failure.get()).isInstanceOfSatisfying(ExternalSystemException.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.UNAVAILABLE));
    }

    static void assertFails(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ExternalSystemException.class, e -> assertThat(e.reason())
                .as(e.getMessage())
                .isEqualTo(reason));
    }
}
