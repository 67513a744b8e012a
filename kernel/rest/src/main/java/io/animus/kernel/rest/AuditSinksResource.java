package io.animus.kernel.rest;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.core.AuditSinks;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.delivery.DeadLetter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/audit/sinks}. */
@Component(service = AuditSinksResource.class)
@JakartarsResource
@Path("/api/v1/audit/sinks")
@Produces(MediaType.APPLICATION_JSON)
public final class AuditSinksResource {
    private static final ListForm LIST =
            new ListForm(Map.of("name", Order.Key.INSTANCE), Order.NEWEST_FIRST, ListFields.AUDIT_SINKS);
    private static final ListForm LETTERS =
            ListForm.by("leafIndex", Order.Key.LEAF_INDEX).filteredBy(ListFields.DEAD_LETTERS);
    private static final int MOST = 500;

    private static final Shape<List<String>> PROJECTS =
            Shape.list(0, MOST, Shape.text(1, 63)).distinct();
    private static final Shape<List<Action>> ACTIONS = Shape.list(
                    0, MOST, Shape.oneOf(List.of(Action.values()), Action::word))
            .distinct();
    private static final Shape<AuditSinks.Edit> FILTER = Shape.object(
            filter -> new AuditSinks.Edit(list(filter, "projects", PROJECTS), list(filter, "actions", ACTIONS)));
    private static final Shape<AuditSinks.Edit> EDIT = Shape.object(patch -> patch.required("filter", FILTER));
    private static final Shape<Set<Long>> INDEXES = Shape.object(body -> Set.copyOf(body.required(
            "leafIndexes", Shape.list(1, MOST, Shape.whole(0, Long.MAX_VALUE)).distinct())));

    private final Door door;
    private final AuditSinks sinks;

    @Activate
    public AuditSinksResource(@Reference(name = "door") Door door, @Reference(name = "sinks") AuditSinks sinks) {
        this.door = door;
        this.sinks = sinks;
    }

    @GET
    public Response list(@Context HttpServletRequest request) {
        return door.open(request, "listAuditSinks", target(null), call -> {
            var page = call.page(LIST);
            return call.page(sinks.list(call.caller(), page), AuditSinksResource::write);
        });
    }

    @GET
    @Path("{sink}")
    public Response find(@Context HttpServletRequest request, @PathParam("sink") String sink) {
        return door.open(
                request,
                "getAuditSink",
                target(sink),
                call -> Replies.ok(sinks.find(call.caller(), sink), AuditSinksResource::write));
    }

    @PATCH
    @Path("{sink}")
    public Response update(@Context HttpServletRequest request, @PathParam("sink") String sink) {
        return door.open(request, "updateAuditSink", target(sink), call -> {
            var edit = call.patch(EDIT);
            return call.change(
                    Form.changed(AuditSinksResource::write),
                    once -> sinks.update(call.caller(), sink, call.version(), edit));
        });
    }

    @GET
    @Path("{sink}/dead-letters")
    public Response deadLetters(@Context HttpServletRequest request, @PathParam("sink") String sink) {
        return door.open(request, "listDeadLetters", target(sink), call -> {
            var page = call.page(LETTERS);
            return call.page(sinks.deadLetters(call.caller(), sink, page), AuditSinksResource::writeLetter);
        });
    }

    @POST
    @Path("{sink}/dead-letters:replay")
    public Response replay(@Context HttpServletRequest request, @PathParam("sink") String sink) {
        return door.open(request, "replayDeadLetters", target(sink), call -> {
            var indexes = call.optionalBody(INDEXES);
            return call.change(
                    Form.changed((JsonOutput output, Integer count) -> output.put("replaying", count)),
                    once -> sinks.replay(call.caller(), once, sink, indexes));
        });
    }

    private static void write(JsonOutput output, AuditSinks.Sink sink) {
        var feed = sink.feed();
        output.put("id", feed.id().value())
                .put("name", feed.name())
                .put("present", sink.isPresent())
                .put("state", feed.state().word())
                .put("reason", feed.reason())
                .put("since", feed.since())
                .number("cursor", feed.cursor() < 0 ? null : feed.cursor())
                .put("lag", sink.lag())
                .put("waitsSince", sink.waitsSince())
                .put("deadLetters", sink.deadLetters())
                .put("deliveredAt", feed.delivered())
                .object("filter", filter -> filter.texts(
                                "projects",
                                feed.filter().projects().stream()
                                        .map(TypeId::value)
                                        .sorted()
                                        .toList())
                        .texts(
                                "actions",
                                feed.filter().actions().stream().sorted().toList()))
                .etag(feed.version());
    }

    private static void writeLetter(JsonOutput output, DeadLetter letter) {
        output.put("leafIndex", letter.index())
                .put("event", letter.event().value())
                .put("reason", letter.reason())
                .put("refusedAt", letter.refused())
                .put("replayWantedAt", letter.wanted())
                .put("replays", letter.replays())
                .put("replayReason", letter.replayReason())
                .put("replayedAt", letter.replayed());
    }

    /** Left out it stays; null is no restriction. */
    private static <T> @Nullable List<T> list(Members filter, String name, Shape<List<T>> shape) {
        return filter.has(name) ? filter.patch(name, shape, List.<T>of()).apply(List.of()) : null;
    }

    private static Target target(@Nullable String sink) {
        return Target.inHub("auditSink", sink);
    }
}
