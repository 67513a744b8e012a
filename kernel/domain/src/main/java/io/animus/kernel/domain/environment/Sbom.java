package io.animus.kernel.domain.environment;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;

/** Where the software bill of materials is, and what is in it. */
public record Sbom(String uri, Digest digest) {

    /** Reads what {@link #toJson} wrote. */
    public static Sbom of(Json json) {
        var members = new JsonMembers(json);
        return new Sbom(members.text("uri"), new Digest(members.text("digest")));
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object().put("uri", uri).put("digest", digest.value()).build();
    }
}
