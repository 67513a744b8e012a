package io.animus.kernel.domain.environment;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;

/**
 * A lock file of the dependencies, by its content.
 *
 * @param name such as {@code requirements.txt}; 1 to 255 characters
 */
public record DependencyLock(String name, Digest digest) {

    /** Reads what {@link #toJson} wrote. */
    public static DependencyLock of(Json json) {
        var members = new JsonMembers(json);
        return new DependencyLock(members.text("name"), new Digest(members.text("digest")));
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object().put("name", name).put("digest", digest.value()).build();
    }
}
