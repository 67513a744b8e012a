package io.animus.kernel.rest;

import io.animus.kernel.core.Answer;
import io.animus.kernel.core.ModelVersions;
import io.animus.kernel.core.Once;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.model.ModelVersion;
import io.animus.kernel.domain.run.Artifact;
import io.animus.kernel.domain.run.Run;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code …/versions} of a model: from a run to approval and out of use. */
@Component(service = ModelVersionsResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/models/{model}/versions")
@Produces(MediaType.APPLICATION_JSON)
public final class ModelVersionsResource {
    private static final ListForm LIST = ListForm.CREATED.filteredBy(ListFields.MODEL_VERSIONS);
    private static final int MAX_CARD = 262_144;
    private static final Form<ModelVersion> CHANGED = Form.changed(ModelViews::write);
    private static final Shape<ModelVersions.Draft> DRAFT = Shape.object(body -> new ModelVersions.Draft(
            body.required("run", Shape.id(Run.PREFIX)),
            body.required(
                    "artifacts", Shape.list(1, 64, Shape.id(Artifact.PREFIX)).distinct()),
            body.required("modelCard", Shape.text(1, MAX_CARD))));

    private final Door door;
    private final ModelVersions versions;

    /** A step from one stage to another. */
    private interface Step {
        Answer<ModelVersion> take(Call call, @Nullable Once<ModelVersion> once, @Nullable String reason);
    }

    @Activate
    public ModelVersionsResource(
            @Reference(name = "door") Door door, @Reference(name = "versions") ModelVersions versions) {
        this.door = door;
        this.versions = versions;
    }

    @POST
    public Response create(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model) {
        return door.open(request, "createModelVersion", target(project, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(ModelViews::write, ModelVersionsResource::location),
                    once -> versions.create(call.caller(), once, project, model, draft));
        });
    }

    @GET
    public Response list(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model) {
        return door.open(request, "listModelVersions", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(versions.list(call.caller(), project, model, page), ModelViews::write);
        });
    }

    @GET
    @Path("{version}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model,
            @PathParam("version") String version) {
        var path = new ModelVersions.Path(project, model, version);
        return door.open(
                request,
                "getModelVersion",
                target(project, version),
                call -> Replies.ok(versions.find(call.caller(), path), ModelViews::write));
    }

    @GET
    @Path("{version}/provenance")
    public Response provenance(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model,
            @PathParam("version") String version) {
        var path = new ModelVersions.Path(project, model, version);
        return door.open(
                request,
                "getModelVersionProvenance",
                target(project, version),
                call -> Replies.ok(versions.findProvenance(call.caller(), path), ModelViews::writeProvenance));
    }

    @POST
    @Path("{version}:validate")
    public Response validate(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model,
            @PathParam("version") String version) {
        var path = new ModelVersions.Path(project, model, version);
        return step(
                request,
                "validateModelVersion",
                target(project, version),
                (call, once, reason) -> versions.validate(call.caller(), once, path, reason));
    }

    @POST
    @Path("{version}:approve")
    public Response approve(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model,
            @PathParam("version") String version) {
        var path = new ModelVersions.Path(project, model, version);
        return step(
                request,
                "approveModelVersion",
                target(project, version),
                (call, once, reason) -> versions.approve(call.caller(), once, path, reason));
    }

    @POST
    @Path("{version}:deprecate")
    public Response deprecate(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("model") String model,
            @PathParam("version") String version) {
        var path = new ModelVersions.Path(project, model, version);
        return step(
                request,
                "deprecateModelVersion",
                target(project, version),
                (call, once, reason) -> versions.deprecate(call.caller(), once, path, reason));
    }

    private Response step(HttpServletRequest request, String operation, Target target, Step step) {
        return door.open(request, operation, target, call -> {
            var body = call.optionalBody(RunRequests.REASON);
            var reason = body == null ? Optional.<String>empty() : body;
            return call.change(CHANGED, once -> step.take(call, once, reason.orElse(null)));
        });
    }

    private static String location(ModelVersion version) {
        return ProjectsResource.PATH + "/" + version.project() + "/models/" + version.model() + "/versions/"
                + version.id();
    }

    private static Target target(String project, @Nullable String version) {
        return Target.inProject(project, "modelVersion", version);
    }
}
