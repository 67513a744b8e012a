package io.animus.kernel.domain.run;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Name;

/**
 * A dataset version that a run reads.
 *
 * @param name under which the program finds it: the file {@code /in/<name>}
 * @param size in bytes
 */
public record RunInput(Name name, TypeId datasetVersion, Digest digest, long size, String mediaType) {

    /** Reads what {@link #toJson} wrote. */
    public static RunInput of(Json json) {
        var members = new JsonMembers(json);
        return new RunInput(
                new Name(members.text("name")),
                new TypeId(members.text("datasetVersion")),
                new Digest(members.text("digest")),
                members.whole("size"),
                members.text("mediaType"));
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object()
                .put("name", name.value())
                .put("datasetVersion", datasetVersion.value())
                .put("digest", digest.value())
                .put("size", size)
                .put("mediaType", mediaType)
                .build();
    }
}
