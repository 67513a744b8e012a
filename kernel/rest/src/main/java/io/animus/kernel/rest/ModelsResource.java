package io.animus.kernel.rest;

import io.animus.kernel.core.Models;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.model.Model;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code …/models} of a project. */
@Component(service = ModelsResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/models")
@Produces(MediaType.APPLICATION_JSON)
public final class ModelsResource {
    private static final ListForm LIST = ListForm.NAMED.filteredBy(ListFields.MODELS);
    private static final Shape<Models.Draft> DRAFT = Shape.object(body -> new Models.Draft(
            body.required("name", Shape.NAME),
            body.optional("description", Shape.DESCRIPTION),
            body.optional("tags", Shape.TAGS, List.of())));

    private final Door door;
    private final Models models;

    @Activate
    public ModelsResource(@Reference(name = "door") Door door, @Reference(name = "models") Models models) {
        this.door = door;
        this.models = models;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createModel", target(project, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(ModelsResource::write, ModelsResource::location),
                    once -> models.create(call.caller(), once, project, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listModels", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(models.list(call.caller(), project, page), ModelsResource::write);
        });
    }

    @GET
    @Path("{model}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model) {
        return door.open(
                request,
                "getModel",
                target(project, model),
                call -> Replies.ok(models.find(call.caller(), project, model), ModelsResource::write));
    }

    private static void write(JsonOutput output, Model model) {
        output.put("id", model.id().value())
                .put("project", model.project().value())
                .put("name", model.name().value())
                .put("description", model.description())
                .texts("tags", model.tags())
                .number("latestVersion", model.latestVersion());
        Access.writeMade(output, model.made());
    }

    private static String location(Model model) {
        return ProjectsResource.PATH + "/" + model.project() + "/models/" + model.id();
    }

    private static Target target(String project, @Nullable String model) {
        return Target.inProject(project, "model", model);
    }
}
