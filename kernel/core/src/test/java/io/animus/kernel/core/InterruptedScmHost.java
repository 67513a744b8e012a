package io.animus.kernel.core;

import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Optional;

/** An SCM host during whose answer something happens. */
record InterruptedScmHost(Runnable by) implements ScmHost {
    private static final ScmHost HOST = Laboratory.scm();

    @Override
    public boolean serves(URI repository) {
        return HOST.serves(repository);
    }

    @Override
    public Optional<CommitSha> resolve(URI repository, String ref) {
        return HOST.resolve(repository, ref);
    }

    @Override
    public boolean contains(URI repository, CommitSha commit) {
        by.run();
        return HOST.contains(repository, commit);
    }

    @Override
    public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
        return HOST.archive(repository, commit, target);
    }
}
