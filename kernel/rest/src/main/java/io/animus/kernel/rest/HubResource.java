package io.animus.kernel.rest;

import io.animus.api.types.Json;
import io.animus.kernel.core.Inventory;
import io.animus.kernel.core.Me;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.access.ProjectRoles;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** The caller as the hub knows it, and what is installed. */
@Component(service = HubResource.class)
@JakartarsResource
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class HubResource {
    private final Door door;
    private final Me me;
    private final Inventory inventory;

    @Activate
    public HubResource(
            @Reference(name = "door") Door door,
            @Reference(name = "me") Me me,
            @Reference(name = "inventory") Inventory inventory) {
        this.door = door;
        this.me = me;
        this.inventory = inventory;
    }

    @GET
    @Path("me")
    public Response me(@Context HttpServletRequest request) {
        return door.open(
                request,
                "getMe",
                Target.inHub("principal", null),
                call -> Replies.ok(me.find(call.caller()), HubResource::write));
    }

    @GET
    @Path("composition")
    public Response composition(@Context HttpServletRequest request) {
        return door.open(request, "getComposition", Target.inHub("composition", null), call -> {
            var contents = inventory.find(call.caller());
            return Replies.ok(output -> write(output, contents.digest().value(), contents.json()));
        });
    }

    @GET
    @Path("compositions/{composition}")
    public Response recorded(@Context HttpServletRequest request, @PathParam("composition") String digest) {
        return door.open(request, "getRecordedComposition", Target.inHub("composition", digest), call -> {
            var contents = inventory.find(call.caller(), digest);
            return Replies.ok(output -> write(output, digest, contents));
        });
    }

    private static void write(JsonOutput output, String digest, Json.Members contents) {
        output.put("digest", digest)
                .put("bundles", contents.find("bundles").orElse(null))
                .put("configurations", contents.find("configurations").orElse(null))
                .put("policies", contents.find("policies").orElse(null));
    }

    private static void write(JsonOutput output, Me.Standing standing) {
        var caller = standing.caller();
        output.object("principal", principal -> Access.writePrincipal(principal, caller.principal()))
                .put("name", caller.name())
                .texts("systemRoles", Access.words(caller.systemRoles()));
        var key = standing.key();
        if (key == null) {
            output.putNull("apiKey");
        } else {
            output.object("apiKey", own -> own.put("id", key.id().value()).put("expiresAt", key.expires()));
        }
        output.list("projectRoles", standing.projectRoles(), HubResource::write);
    }

    private static void write(JsonOutput output, ProjectRoles held) {
        output.put("project", held.project().value())
                .put("projectName", held.name().value())
                .texts("roles", Access.roleWords(held.roles()))
                .list("objectRoles", List.copyOf(held.onObjects().entrySet()), (on, object) -> on.put(
                                "object", object.getKey().value())
                        .texts("roles", Access.roleWords(object.getValue())));
    }
}
