package io.animus.kernel.domain.environment;

import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Name;

/**
 * An image as its registry confirmed it.
 *
 * @param reference repository and digest, without a tag
 * @param mediaType of the manifest or the index
 * @param size of the manifest or the index, in bytes
 */
public record LockedImage(Name name, ImageReference reference, String mediaType, long size) {
    public LockedImage {
        if (reference.digest() == null || reference.tag() != null) {
            throw new IllegalArgumentException("a locked image is named by digest alone, not " + reference);
        }
    }

    /** Reads what {@link #toJson} wrote. */
    public static LockedImage of(Json json) {
        var members = new JsonMembers(json);
        return new LockedImage(
                new Name(members.text("name")),
                ImageReference.parse(members.text("reference")),
                members.text("mediaType"),
                members.whole("size"));
    }

    public Digest digest() {
        return reference.pinned().orElseThrow();
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object()
                .put("name", name.value())
                .put("reference", reference.toString())
                .put("digest", digest().value())
                .put("mediaType", mediaType)
                .put("size", size)
                .build();
    }
}
