package io.animus.api.executor;

import io.animus.api.types.Digest;

/**
 * One regular file that a job left in its output folder.
 *
 * @param path relative to {@code /out}, names joined by {@code /}
 * @param size in bytes
 */
public record JobOutput(String path, Digest digest, long size) {}
