package io.animus.api.storage;

import io.animus.api.types.ExternalSystemException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps objects under the digest of their content. An object is there whole and right, or not at all: whoever reads
 * while another writes sees nothing or everything, and so does whoever comes after a crash.
 *
 * <p><b>Threads.</b> Calls come from many threads at once, may block, and are interrupted at the kernel's deadline.
 * <b>Repeats.</b> Every call may be repeated and then changes nothing more.
 */
@ConsumerType
public interface ObjectStore {

    /**
     * Service property of a store that serves only projects that are bound to it, if it is {@code true}. Without it a store may
     * get what projects without a binding keep.
     */
    String BOUND_ONLY = "animus.bound.only";

    /**
     * Stores {@code content} and returns when it would survive a power cut. Content is streamed, never held whole.
     * The stream is not closed.
     *
     * @throws ExternalSystemException {@code REJECTED} if the content has another digest or another number of bytes
     *     than {@code size}, {@code UNAVAILABLE} if the store is away or full; nothing is left behind in either case
     * @throws IOException only if {@code content} does
     */
    void put(ObjectKey key, long size, InputStream content) throws IOException;

    /**
     * The size of the object in bytes.
     *
     * @return empty if there is none
     */
    Optional<Long> find(ObjectKey key);

    /**
     * The content, to be closed by the caller.
     *
     * @throws ExternalSystemException {@code REJECTED} if there is no such object
     */
    InputStream open(ObjectKey key);

    /** Removes the object; returns whether there was one. */
    boolean delete(ObjectKey key);

    /**
     * A URL to which whoever holds it may PUT exactly the object of this key and size until it expires. A body with
     * another digest or size is refused and leaves nothing behind.
     *
     * @param size in bytes, 0 or more
     * @param validity up to {@link SignedUrl#MAX_VALIDITY}
     */
    SignedUrl signUpload(ObjectKey key, long size, Duration validity);

    /**
     * A URL from which whoever holds it may GET the object until it expires, whole or in ranges (RFC 9110, section 14).
     *
     * @param validity up to {@link SignedUrl#MAX_VALIDITY}
     * @param fileName what a browser shall call it; no path separators or control characters
     */
    SignedUrl signDownload(ObjectKey key, String fileName, Duration validity);
}
