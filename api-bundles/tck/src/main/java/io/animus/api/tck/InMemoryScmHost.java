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

/**
 * Repositories that exist in memory alone, for tests of what stands above an SCM host. It keeps the whole contract of
 * {@link ScmHost}; archives hold text, not a real tar. Immutable, so safe for many threads.
 */
public final class InMemoryScmHost implements ScmHost {
    private final Map<URI, Repository> repositories;

    /**
     * A repository.
     *
     * @param refs full names, {@code refs/heads/main} for example
     * @param trees a word of content for each commit
     */
    public record Repository(Map<String, CommitSha> refs, Map<CommitSha, String> trees) {
        public Repository {
            refs = Map.copyOf(refs);
            trees = Map.copyOf(trees);
        }
    }

    /** @param repositories by URL; every URL with the scheme {@code memory} is served, these exist */
    public InMemoryScmHost(Map<URI, Repository> repositories) {
        this.repositories = Map.copyOf(repositories);
    }

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
