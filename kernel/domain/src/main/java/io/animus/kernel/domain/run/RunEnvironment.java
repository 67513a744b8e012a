package io.animus.kernel.domain.run;

import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;

/**
 * Where the code of a run runs.
 *
 * @param image by digest
 */
public record RunEnvironment(TypeId environmentLock, Digest lockDigest, ImageReference image) {

    /** Reads what {@link #toJson} wrote. */
    public static RunEnvironment of(Json json) {
        var members = new JsonMembers(json);
        return new RunEnvironment(
                new TypeId(members.text("environmentLock")),
                new Digest(members.text("lockDigest")),
                ImageReference.parse(members.text("image")));
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object()
                .put("environmentLock", environmentLock.value())
                .put("lockDigest", lockDigest.value())
                .put("image", image.toString())
                .build();
    }
}
