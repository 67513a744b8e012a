package io.animus.kernel.audit;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done, refused or read. Never a secret: what stands here is kept for ever, or at least proven for ever.
 *
 * @param id with the prefix {@code aud}
 * @param time when the hub recorded it; UTC, whole microseconds
 * @param reason given by the caller, or the code of the problem; null, or 1 to 1,024 bytes of UTF-8 without control
 *     characters. In the clear in the leaf, so never personal data; {@link AuditText#fit} makes any text fit
 * @param details what the action adds: at most 32 members with names in {@code lowerCamelCase} that come from code (they
 *     stand in the clear; the values don't), nested at most 6 deep. Small; large ones are
 *     {@linkplain SealedEvent#detached() detached}
 */
public record AuditEvent(
        TypeId id,
        Instant time,
        Actor actor,
        Action action,
        Resource resource,
        Outcome outcome,
        @Nullable String reason,
        RequestContext request,
        Origin origin,
        Json.Members details) {
    /** The prefix of every event's id. */
    public static final String ID_PREFIX = "aud";

    /** The most bytes of {@link #reason()}. */
    public static final int MAX_REASON = 1024;

    static final int MAX_DETAILS = 32;

    // The whole event may be 8 deep; the event and its details are two of them.
    private static final int MAX_DETAIL_DEPTH = 6;
    private static final DateTimeFormatter RFC_3339 =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    public AuditEvent {
        if (!id.prefix().equals(ID_PREFIX)) {
            throw new IllegalArgumentException("an audit event's id starts with aud_, not " + id);
        }
        if (!time.equals(time.truncatedTo(ChronoUnit.MICROS)) || time.isBefore(YEAR_0) || !time.isBefore(YEAR_10000)) {
            throw new IllegalArgumentException("not whole microseconds in the years 0 to 9999: " + time);
        }
        AuditText.checkIfPresent("reason", reason, MAX_REASON);
        if (details.members().size() > MAX_DETAILS) {
            throw new IllegalArgumentException("more than " + MAX_DETAILS + " details");
        }
        details.members().forEach((name, value) -> {
            if (!AuditText.isName(name, 0, name.length())) {
                throw new IllegalArgumentException("a detail's name is 1 to 63 letters and digits in lowerCamelCase");
            }
            if (value.isDeeperThan(MAX_DETAIL_DEPTH)) {
                throw new IllegalArgumentException("nested deeper than " + MAX_DETAIL_DEPTH + ": detail " + name);
            }
        });
    }

    /** The whole event in the clear, as the API shows it; members that are null are left out. */
    public Json.Members json() {
        var who = Json.object()
                .put("subject", actor.subject())
                .put("kind", actor.kind().word())
                .putIfPresent("onBehalfOf", actor.onBehalfOf());
        return clear().put("actor", who.build())
                .putIfPresent("sourceIp", request.sourceIp())
                .putIfPresent("userAgent", request.userAgent())
                .put("details", details)
                .build();
    }

    /** What stands in the clear in the leaf too. */
    Json.Builder clear() {
        var on = Json.object()
                .put("type", resource.type())
                .putIfPresent("id", resource.id())
                .putIfPresent(
                        "project",
                        resource.project() == null ? null : resource.project().value());
        return Json.object()
                .put("id", id.value())
                .put("time", RFC_3339.format(time))
                .put("action", action.word())
                .put("resource", on.build())
                .put("outcome", outcome.word())
                .putIfPresent("reason", reason)
                .putIfPresent("requestId", request.requestId())
                .putIfPresent("traceId", request.traceId())
                .put("node", origin.node())
                .put("nodeSeq", origin.nodeSeq())
                .put("composition", origin.composition().value());
    }
}
