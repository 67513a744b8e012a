package io.animus.kernel.core;

import io.animus.api.types.Digest;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The wish that a request, however often it is sent, is done once.
 *
 * @param key as the caller chose it
 * @param request digest of caller, method, path, query and body
 * @param render the answer to remember; it holds no secret and no signed URL
 */
public record Once<T>(String key, Digest request, Function<T, Rendered> render) {

    /** An answer as it went out. */
    public record Rendered(int status, byte[] body, @Nullable String location) {}
}
