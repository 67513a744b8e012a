package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Proves the contract with the smallest host there can be. */
class InMemoryScmHostTest implements ScmHostContract {
    private static final CommitSha EARLIER = new CommitSha("a".repeat(40));
    private static final CommitSha HEAD = new CommitSha("b".repeat(40));
    private static final CommitSha FOREIGN = new CommitSha("c".repeat(40));
    private static final CommitSha BLOB = new CommitSha("d".repeat(40));
    private static final URI SAMPLE = URI.create("memory:///sample");
    private static final URI OTHER = URI.create("memory:///other");

    private final ScmHost host = new InMemoryScmHost(Map.of(
            SAMPLE,
            new Repository(Map.of("refs/heads/main", HEAD, "refs/tags/v1", EARLIER), Map.of(HEAD, "2", EARLIER, "1")),
            OTHER,
            new Repository(Map.of("refs/heads/main", FOREIGN), Map.of(FOREIGN, "3"))));

    @Override
    public ScmHost host() {
        return host;
    }

    @Override
    public Sample sample() {
        return new Sample(
                SAMPLE,
                "main",
                HEAD,
                "v1",
                EARLIER,
                BLOB,
                FOREIGN,
                URI.create("memory:///missing"),
                URI.create("elsewhere:///sample"));
    }

    private record Repository(Map<String, CommitSha> refs, Map<CommitSha, String> trees) {}

    private record InMemoryScmHost(Map<URI, Repository> repositories) implements ScmHost {
        @Override
        public boolean serves(URI repository) {
            return "memory".equals(repository.getScheme());
        }

        @Override
        public Optional<CommitSha> resolve(URI repository, String ref) {
            var refs = find(repository).refs();
            return Optional.ofNullable(refs.get(ref))
                    .or(() -> Optional.ofNullable(refs.get("refs/heads/" + ref)))
                    .or(() -> Optional.ofNullable(refs.get("refs/tags/" + ref)));
        }

        @Override
        public boolean contains(URI repository, CommitSha commit) {
            return find(repository).trees().containsKey(commit);
        }

        @Override
        public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
            var tree = find(repository).trees().get(commit);
            if (tree == null) {
                throw new ExternalSystemException(Reason.REJECTED, "no commit " + commit);
            }
            var content = tree.repeat(512).getBytes(UTF_8);
            target.write(content);
            return new SourceArchive(commit, Digest.of(content), content.length);
        }

        private Repository find(URI repository) {
            return Optional.ofNullable(repositories.get(repository))
                    .orElseThrow(() -> new ExternalSystemException(Reason.REJECTED, "no repository " + repository));
        }
    }
}
