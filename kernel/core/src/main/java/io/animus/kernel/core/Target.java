package io.animus.kernel.core;

import org.jspecify.annotations.Nullable;

/**
 * What a request is about, as the request says it, before anybody has looked whether that exists.
 *
 * @param type in the words of audit: {@code project}, {@code dataset-version}, {@code run} …
 * @param ref id, name or number; null for what is yet to be made
 * @param project id or name; null for what belongs to the hub
 */
public record Target(String type, @Nullable String ref, @Nullable String project) {

    /** Something of the hub. */
    public static Target inHub(String type, @Nullable String ref) {
        return new Target(type, ref, null);
    }

    /** Something of a project. */
    public static Target inProject(String project, String type, @Nullable String ref) {
        return new Target(type, ref, project);
    }
}
