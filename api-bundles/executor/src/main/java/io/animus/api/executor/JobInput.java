package io.animus.api.executor;

import io.animus.api.types.Digest;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * One thing that a job may read.
 *
 * @param path below {@code /in}: 1 to 4 names of {@code A-Z a-z 0-9 . _ -} joined by {@code /}, none
 *     of which starts with a dot
 * @param form whether the content is placed as it is or unpacked
 * @param source a short-lived signed URL to GET the content from; a secret
 * @param size in bytes
 */
public record JobInput(String path, Form form, URI source, Digest digest, long size) {
    private static final Pattern PATH =
            Pattern.compile("(?!\\.)[A-Za-z0-9._-]{1,128}(/(?!\\.)[A-Za-z0-9._-]{1,128}){0,3}");

    /** How an input appears to the job. */
    public enum Form {
        /** A regular file with the content. */
        FILE,
        /** A folder with what the tar archive holds; links that lead out of it are refused. */
        TAR
    }

    public JobInput {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("not a path of an input: " + path);
        }
        if (size < 0) {
            throw new IllegalArgumentException("size is negative: " + size);
        }
    }

    /** Without the source, so that it can't reach a log by accident. */
    @Override
    public String toString() {
        return "JobInput[path=" + path + ", form=" + form + ", digest=" + digest + ", size=" + size + "]";
    }
}
