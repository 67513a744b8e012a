package io.animus.kernel.audit;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;

/**
 * A detail too large for its event. In its place the event commits to {@link #reference()}: the digest, the size and the
 * pointer under which the hub keeps the value.
 *
 * @param pointer {@code audit-details/<event id>/<name of the detail>}
 */
public record DetachedDetail(String pointer, Json value) {

    /** What stands in the event instead. */
    public Json.Members reference() {
        var content = value.canonical();
        return Json.object()
                .put("detached", Digest.of(content).value())
                .put("pointer", pointer)
                .put("size", content.length)
                .build();
    }

    /** The pointer alone: the value may be personal data. */
    @Override
    public String toString() {
        return "DetachedDetail[pointer=" + pointer + "]";
    }
}
