package io.animus.api.scm;

import io.animus.api.types.CommitSha;
import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A host of git repositories. Register an implementation as a service and the kernel asks it about every repository
 * that it {@linkplain #serves serves}.
 *
 * <p><b>Threads.</b> Calls come from many threads at once, may block, and are interrupted at the kernel's deadline.
 * <b>Repeats.</b> Every call only reads and may be repeated. <b>Errors.</b> Absence is an empty answer; a host that
 * can't be asked throws {@link ExternalSystemException}. The kernel retries, never the plugin.
 */
@ConsumerType
public interface ScmHost {

    /** Whether this host is the one to ask about {@code repository}. Answers at once, from configuration alone. */
    boolean serves(URI repository);

    /**
     * The commit that a branch, a tag or a full ref ({@code refs/…}) points to now; an annotated tag is peeled.
     *
     * @return empty if the repository has no such ref
     * @throws ExternalSystemException {@code REJECTED} if there is no such repository, it isn't {@linkplain #serves
     *     served} here, or {@code ref} is the short name of both a branch and a tag; {@code DENIED} if the hub may not
     *     read it; {@code UNAVAILABLE} if the host doesn't answer
     */
    Optional<CommitSha> resolve(URI repository, String ref);

    /**
     * Whether {@code commit} is a commit of {@code repository}, which is one that a branch or a tag leads to: an object
     * of another type is not, nor one of another repository or of a fork that the host keeps in the same place.
     *
     * @throws ExternalSystemException as {@link #resolve}
     */
    boolean contains(URI repository, CommitSha commit);

    /**
     * Writes the tree of {@code commit} to {@code target} as a tar (POSIX pax) archive. The same commit gives the same
     * bytes, today and in a year: entries in git's order, times of the commit, owner 0, no host facts. Submodules are
     * not followed. The target is not closed.
     *
     * @return what was written
     * @throws ExternalSystemException {@code REJECTED} if there is no such commit, else as {@link #resolve}
     * @throws IOException only if {@code target} does
     */
    SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException;
}
