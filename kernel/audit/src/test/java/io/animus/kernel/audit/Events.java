package io.animus.kernel.audit;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.time.Instant;

/** Events for tests. */
final class Events {
    static final TypeId ID = new TypeId("aud_01jd8m3v6qfz0s8t3p1k5n7r9w");
    static final Actor ADA = new Actor("ada@example.org", Actor.Kind.USER, "grace@example.org");
    static final RequestContext REQUEST =
            new RequestContext("req-1", "4bf92f3577b34da6a3ce929d0e0e4736", "2001:db8::1", "curl/8.5.0");
    static final Origin HUB_1 = new Origin("hub-1", 7, new Digest("sha256:" + "ab".repeat(32)));

    private Events() {}

    static AuditEvent approval(Json.Members details) {
        var resource = Resource.of(
                "modelVersion",
                new TypeId("mv_01jd8m3v6qfz0s8t3p1k5n7r9x"),
                new TypeId("prj_01jd8m3v6qfz0s8t3p1k5n7r9y"));
        return event(ADA, resource, "café \"quoted\"", REQUEST, HUB_1, details);
    }

    static AuditEvent event(
            Actor actor,
            Resource resource,
            String reason,
            RequestContext request,
            Origin origin,
            Json.Members details) {
        return new AuditEvent(
                ID,
                Instant.parse("2026-01-01T12:00:00.12Z"),
                actor,
                Action.MODEL_VERSION_APPROVED,
                resource,
                Outcome.SUCCESS,
                reason,
                request,
                origin,
                details);
    }
}
