package io.animus.kernel.rest;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.Target;
import io.animus.kernel.core.TrustDecisions;
import io.animus.kernel.core.TrustDecisions.Standing;
import io.animus.kernel.domain.trust.TrustProposal;
import io.animus.kernel.trust.Mode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/trust/mode}: how strict the hub is about who made a plugin. */
@Component(service = TrustModeResource.class)
@JakartarsResource
@Path("/api/v1/trust")
@Produces(MediaType.APPLICATION_JSON)
public final class TrustModeResource {
    private static final Target TARGET = Target.inHub("trustMode", null);
    private static final Form<Standing> CHANGED = Form.changed(TrustModeResource::write);
    private static final Shape<String> REASON = Shape.text(1, 1000);
    private static final Shape<Wish> WISH = Shape.object(body -> new Wish(
            body.required("mode", Shape.oneOf(List.of(Mode.WARN, Mode.OFF), Mode::word)),
            body.required("reason", REASON)));
    private static final Shape<TypeId> CONFIRMED =
            Shape.object(body -> body.required("proposal", Shape.id(TrustProposal.PREFIX)));
    private static final Shape<String> ENFORCED = Shape.object(body -> body.required("reason", REASON));

    private final Door door;
    private final TrustDecisions decisions;

    private record Wish(Mode mode, String reason) {}

    @Activate
    public TrustModeResource(
            @Reference(name = "door") Door door, @Reference(name = "decisions") TrustDecisions decisions) {
        this.door = door;
        this.decisions = decisions;
    }

    @GET
    @Path("mode")
    public Response find(@Context HttpServletRequest request) {
        return door.open(
                request,
                "getTrustMode",
                TARGET,
                call -> Replies.ok(decisions.find(call.caller()), TrustModeResource::write));
    }

    @POST
    @Path("mode:propose")
    public Response propose(@Context HttpServletRequest request) {
        return door.open(request, "proposeTrustMode", TARGET, call -> {
            var wish = call.body(WISH);
            return call.change(CHANGED, once -> decisions.propose(call.caller(), once, wish.mode(), wish.reason()));
        });
    }

    @POST
    @Path("mode:confirm")
    public Response confirm(@Context HttpServletRequest request) {
        return door.open(request, "confirmTrustMode", TARGET, call -> {
            var proposal = call.body(CONFIRMED);
            return call.change(CHANGED, once -> decisions.confirm(call.caller(), once, proposal));
        });
    }

    @POST
    @Path("mode:enforce")
    public Response enforce(@Context HttpServletRequest request) {
        return door.open(request, "enforceTrust", TARGET, call -> {
            var reason = call.body(ENFORCED);
            return call.change(CHANGED, once -> decisions.enforce(call.caller(), once, reason));
        });
    }

    private static void write(JsonOutput output, Standing standing) {
        output.put("mode", standing.inForce().mode().word())
                .put("source", standing.inForce().source().name().toLowerCase(Locale.ROOT));
        write(output, "decided", standing.decided());
        write(output, "proposal", standing.open());
    }

    private static void write(JsonOutput output, String name, @Nullable TrustProposal proposal) {
        if (proposal == null) {
            output.putNull(name);
        } else {
            output.object(name, one -> write(one, proposal));
        }
    }

    private static void write(JsonOutput output, TrustProposal proposal) {
        var proposed = proposal.proposed();
        var decided = proposal.decided();
        output.put("id", proposal.id().value())
                .put("mode", proposal.mode())
                .put("reason", proposal.reason())
                .put("proposedAt", proposed.at())
                .object("proposedBy", by -> Access.writePrincipal(by, proposed.by()))
                .put("expiresAt", proposal.expires())
                .put("decidedAt", decided == null ? null : decided.at());
        if (decided == null) {
            output.putNull("decidedBy");
        } else {
            output.object("decidedBy", by -> Access.writePrincipal(by, decided.by()));
        }
    }
}
