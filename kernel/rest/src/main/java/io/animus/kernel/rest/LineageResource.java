package io.animus.kernel.rest;

import io.animus.kernel.core.Lineage;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.lineage.Direction;
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

/** {@code …/lineage} of a project. */
@Component(service = LineageResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/lineage")
@Produces(MediaType.APPLICATION_JSON)
public final class LineageResource {
    private static final int DEFAULT_DEPTH = 5;

    private final Door door;
    private final Lineage lineage;

    @Activate
    public LineageResource(@Reference(name = "door") Door door, @Reference(name = "lineage") Lineage lineage) {
        this.door = door;
        this.lineage = lineage;
    }

    @GET
    public Response walk(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "getLineage", Target.inProject(project, "lineage", null), call -> {
            var query = call.query();
            var root = query.required("root", 63);
            var direction = query.oneOf("direction", List.of(Direction.values()), Direction::word);
            var depth = query.number("depth", 1, Lineage.MAX_DEPTH, DEFAULT_DEPTH);
            var graph =
                    lineage.walk(call.caller(), project, root, direction == null ? Direction.BOTH : direction, depth);
            return Replies.ok(graph, LineageResource::write);
        });
    }

    private static void write(JsonOutput output, Lineage.Graph graph) {
        output.put("root", graph.root())
                .put("direction", graph.direction().word())
                .put("depth", graph.depth())
                .list("nodes", graph.nodes(), (node, value) -> node.put("id", value.id())
                        .put("type", value.type())
                        .put("label", value.label())
                        .put(
                                "digest",
                                value.digest() == null ? null : value.digest().value()))
                .list("edges", graph.edges(), (edge, value) -> edge.put("from", value.from())
                        .put("relation", value.relation().word())
                        .put("to", value.to()))
                .put("truncated", graph.truncated());
    }
}
