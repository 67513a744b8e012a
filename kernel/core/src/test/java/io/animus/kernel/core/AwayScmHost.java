package io.animus.kernel.core;

import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.OutputStream;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Knows what it serves, as all hosts do by their configuration; the system behind it does not answer while it is away. */
final class AwayScmHost implements ScmHost {
    static final URI REPOSITORY = URI.create("https://git.example.org/models.git");

    final AtomicInteger asked = new AtomicInteger();
    volatile boolean away = true;

    @Override
    public boolean serves(URI repository) {
        return repository.equals(REPOSITORY);
    }

    @Override
    public Optional<CommitSha> resolve(URI repository, String ref) {
        asked.incrementAndGet();
        if (away) {
            throw new ExternalSystemException(Reason.UNAVAILABLE, "git.example.org refuses connections");
        }
        return Optional.empty();
    }

    @Override
    public boolean contains(URI repository, CommitSha commit) {
        return resolve(repository, commit.toString()).isPresent();
    }

    @Override
    public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) {
        throw new UnsupportedOperationException();
    }
}
