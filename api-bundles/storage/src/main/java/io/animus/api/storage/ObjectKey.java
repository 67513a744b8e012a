package io.animus.api.storage;

import io.animus.api.types.Digest;
import java.util.regex.Pattern;

/**
 * Where an object is kept. The same content in two namespaces is two objects, so that nobody learns from an answer
 * what another namespace holds.
 *
 * @param namespace 1 to 63 of {@code a-z 0-9 _ -}; the hub uses the id of the project
 */
public record ObjectKey(String namespace, Digest digest) {
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

    public ObjectKey {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("a namespace is 1 to 63 of a-z 0-9 _ -, not " + namespace);
        }
    }
}
