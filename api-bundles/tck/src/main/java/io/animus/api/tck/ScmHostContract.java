package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.animus.api.scm.ScmHost;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link ScmHost} must do. Implement the two methods; inherit the tests. */
public interface ScmHostContract {

    /** What not every host can. */
    enum Capability {
        /** Knows tags beside branches. Switched off, the tag of the sample leads nowhere. */
        TAGS
    }

    /** What this host can't, which the tests then hold it to. By default it can everything. */
    default Set<Capability> lacks() {
        return Set.of();
    }

    /** The host under test. Called often; the same one during a test. */
    ScmHost host();

    /** What {@link #host} has to offer. */
    Sample sample();

    /**
     * A repository and its surroundings.
     *
     * @param repository has a branch and an annotated tag
     * @param branch its short name; points to {@code head}
     * @param tag short name of an annotated tag on {@code earlier}
     * @param earlier parent of {@code head}
     * @param blob id of a file's content in {@code repository}, in the form of a commit's name
     * @param foreign a commit of another repository of the same host
     * @param missing where the host serves, but has no repository
     * @param elsewhere a repository that the host does not serve
     */
    record Sample(
            URI repository,
            String branch,
            CommitSha head,
            String tag,
            CommitSha earlier,
            CommitSha blob,
            CommitSha foreign,
            URI missing,
            URI elsewhere) {}

    @Test
    default void servesOnlyWhatItIsConfiguredFor() {
        assertThat(host().serves(sample().repository())).isTrue();
        assertThat(host().serves(sample().elsewhere())).isFalse();
    }

    @Test
    default void refusesToAskElsewhere() {
        assertRejected(() -> host().resolve(sample().elsewhere(), sample().branch()));
        assertRejected(() -> host().contains(sample().elsewhere(), sample().head()));
    }

    @Test
    default void resolvesABranchByItsShortAndItsFullName() {
        assertThat(host().resolve(sample().repository(), sample().branch())).contains(sample().head());
        assertThat(host().resolve(sample().repository(), "refs/heads/" + sample().branch()))
                .contains(sample().head());
    }

    @Test
    default void resolvesAnAnnotatedTagToItsCommit() {
        assumeFalse(lacks().contains(Capability.TAGS));
        assertThat(host().resolve(sample().repository(), sample().tag())).contains(sample().earlier());
        assertThat(host().resolve(sample().repository(), "refs/tags/" + sample().tag()))
                .contains(sample().earlier());
    }

    @Test
    default void lacksWhatItSwitchedOff() {
        if (lacks().contains(Capability.TAGS)) {
            assertThat(host().resolve(sample().repository(), sample().tag())).isEmpty();
            assertThat(host().resolve(sample().repository(), "refs/tags/" + sample().tag()))
                    .isEmpty();
        }
    }

    @Test
    default void findsNothingBehindAnUnknownOrMalformedRef() {
        for (var ref : new String[] {"no-such-branch", "refs/heads/no-such-branch", "", "a..b", "-x", "a b", "HEAD^"}) {
            assertThat(host().resolve(sample().repository(), ref)).as(ref).isEmpty();
        }
    }

    @Test
    default void containsEveryCommitOfItsHistory() {
        assertThat(host().contains(sample().repository(), sample().head())).isTrue();
        assertThat(host().contains(sample().repository(), sample().earlier())).isTrue();
    }

    @Test
    default void containsNeitherUnknownNorForeignCommitsNorOtherObjects() {
        assertThat(host().contains(sample().repository(), new CommitSha("0".repeat(39) + "1")))
                .isFalse();
        assertThat(host().contains(sample().repository(), sample().foreign())).isFalse();
        assertThat(host().contains(sample().repository(), sample().blob())).isFalse();
    }

    @Test
    default void rejectsARepositoryThatDoesNotExist() {
        assertRejected(() -> host().resolve(sample().missing(), sample().branch()));
        assertRejected(() -> host().contains(sample().missing(), sample().head()));
        assertRejected(() -> host().archive(sample().missing(), sample().head(), OutputStream.nullOutputStream()));
    }

    @Test
    default void archivesACommitToTheSameBytesEachTime() throws IOException {
        var first = new ByteArrayOutputStream();
        var second = new ByteArrayOutputStream();

        var archive = host().archive(sample().repository(), sample().head(), first);
        var again = host().archive(sample().repository(), sample().head(), second);

        assertThat(again).isEqualTo(archive);
        assertThat(second.toByteArray()).isEqualTo(first.toByteArray());
        assertThat(archive.commit()).isEqualTo(sample().head());
        assertThat(archive.digest()).isEqualTo(Digest.of(first.toByteArray()));
        assertThat(archive.size()).isEqualTo(first.size()).isPositive();
    }

    @Test
    default void rejectsAnArchiveOfWhatIsNoCommitAndWritesNothing() {
        for (var commit : new CommitSha[] {sample().foreign(), sample().blob()}) {
            var target = new ByteArrayOutputStream();
            assertRejected(() -> host().archive(sample().repository(), commit, target));
            assertThat(target.size()).isZero();
        }
    }

    @Test
    default void leavesTheTargetOpen() throws IOException {
        var target = new ClosedOrFull(Long.MAX_VALUE);
        host().archive(sample().repository(), sample().head(), target);
        assertThat(target.closed).isFalse();
    }

    @Test
    default void letsAFailureOfTheTargetPass() {
        assertThatThrownBy(() -> host().archive(sample().repository(), sample().head(), new ClosedOrFull(100)))
                .isInstanceOf(IOException.class)
                .hasMessage("the target is full");
    }

    @Test
    default void answersManyCallersAtOnce() throws Exception {
        var callers = Executors.newFixedThreadPool(8);
        try {
            var calls = new ArrayList<Callable<Digest>>();
            for (var i = 0; i < 24; i++) {
                calls.add(() -> {
                    assertThat(host().resolve(sample().repository(), sample().branch()))
                            .contains(sample().head());
                    assertThat(host().contains(sample().repository(), sample().foreign()))
                            .isFalse();
                    return host().archive(sample().repository(), sample().head(), OutputStream.nullOutputStream())
                            .digest();
                });
            }
            var digests = new ArrayList<Digest>();
            for (var answer : callers.invokeAll(calls, 60, SECONDS)) {
                digests.add(answer.get());
            }
            assertThat(digests).hasSize(24).containsOnly(digests.get(0));
        } finally {
            callers.shutdownNow();
        }
    }

    private static void assertRejected(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ExternalSystemException.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.REJECTED));
    }

    /** A target that remembers that it was closed and fails when it is full. */
    final class ClosedOrFull extends OutputStream {
        private boolean closed;
        private long room;

        private ClosedOrFull(long room) {
            this.room = room;
        }

        @Override
        public void write(int b) throws IOException {
            if (--room < 0) {
                throw new IOException("the target is full");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
