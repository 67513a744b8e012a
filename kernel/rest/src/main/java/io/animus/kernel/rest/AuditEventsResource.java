package io.animus.kernel.rest;

import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.core.AuditEvents;
import io.animus.kernel.core.AuditLog;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Order;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/audit/events}. */
@Component(service = AuditEventsResource.class)
@JakartarsResource
@Path("/api/v1/audit/events")
@Produces(MediaType.APPLICATION_JSON)
public final class AuditEventsResource {
    private static final ListForm LIST = ListForm.by("time", Order.Key.CREATION).filteredBy(ListFields.AUDIT_EVENTS);
    private static final String TIME = "It must be a time such as 2026-01-12T10:00:00Z.";
    private static final String TEXT = "It must have 1 to 255 characters.";
    private static final Form<AuditLog.Disclosed> DISCLOSED = Form.changed(AuditViews::writeDisclosed);

    private final Door door;
    private final AuditEvents events;
    private final AuditLog log;

    @Activate
    public AuditEventsResource(
            @Reference(name = "door") Door door,
            @Reference(name = "events") AuditEvents events,
            @Reference(name = "log") AuditLog log) {
        this.door = door;
        this.events = events;
        this.log = log;
    }

    /** @param project only for the record of a refusal; the query is read as a whole */
    @GET
    public Response list(@Context HttpServletRequest request, @QueryParam("project") @Nullable String project) {
        var target = new Target("auditEvent", null, project);
        return door.open(request, "listAuditEvents", target, call -> {
            var asked = call.query();
            var query = new AuditEvents.Query(
                    asked.find("project", "It must have 1 to 63 characters.", text(63)),
                    asked.find("actor", TEXT, text(255)),
                    asked.find("action", "There is no such action.", word -> Action.find(word)
                            .orElseThrow(IllegalArgumentException::new)),
                    asked.find("resource", TEXT, text(255)),
                    asked.find("outcome", "There is no such outcome.", word -> Outcome.find(word)
                            .orElseThrow(IllegalArgumentException::new)),
                    asked.find("from", TIME, AuditEventsResource::time),
                    asked.find("to", TIME, AuditEventsResource::time));
            var page = call.page(LIST);
            return call.page(events.list(call.caller(), query, page), AuditViews::writeEvent);
        });
    }

    /** One event with the values asked for, and all that it takes to prove them without the hub. */
    @GET
    @Path("{event}")
    public Response disclose(@Context HttpServletRequest request, @PathParam("event") String event) {
        return door.open(request, "getAuditEvent", Target.inHub("auditEvent", event), call -> {
            var paths = call.query().all("disclose", "It must be the path of a value, such as /sourceIp.", path -> {
                if (!path.startsWith("/") || path.length() > 130) {
                    throw new IllegalArgumentException(path);
                }
                return path;
            });
            return Replies.noStore(Replies.of(log.disclose(call.caller(), event, paths), DISCLOSED));
        });
    }

    private static Function<String, String> text(int max) {
        return text -> {
            if (text.isEmpty() || text.length() > max || text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("wrong length");
            }
            return text;
        };
    }

    private static Instant time(String text) {
        return Query.time(text).truncatedTo(ChronoUnit.MICROS);
    }
}
