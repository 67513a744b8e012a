package io.animus.api.scm;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;

/**
 * The tree of a commit, as it was written to an archive.
 *
 * @param digest over all bytes of the archive
 * @param size in bytes
 */
public record SourceArchive(CommitSha commit, Digest digest, long size) {}
