package io.animus.kernel.rest;

import io.animus.api.types.ImageReference;
import io.animus.kernel.core.EnvironmentLocks;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.environment.DependencyLock;
import io.animus.kernel.domain.environment.EnvironmentLock;
import io.animus.kernel.domain.environment.Sbom;
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

/** {@code …/environment-locks} of a project. */
@Component(service = EnvironmentLocksResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/environment-locks")
@Produces(MediaType.APPLICATION_JSON)
public final class EnvironmentLocksResource {
    private static final ListForm LIST = ListForm.CREATED.filteredBy(ListFields.ENVIRONMENT_LOCKS);
    private static final int MAX_REFERENCE = 512;
    private static final Shape<ImageReference> REFERENCE = Shape.of(
            "an image such as registry.example/team/image@sha256:…, at most " + MAX_REFERENCE + " characters",
            () -> ImageReference.parse("registry.example/x:y"),
            text -> {
                if (text.length() > MAX_REFERENCE) {
                    throw new IllegalArgumentException("too long");
                }
                return ImageReference.parse(text);
            });
    private static final Shape<EnvironmentLocks.Image> IMAGE = Shape.object(body ->
            new EnvironmentLocks.Image(body.required("name", Shape.NAME), body.required("reference", REFERENCE)));
    private static final Shape<DependencyLock> DEPENDENCY_LOCK = Shape.object(body ->
            new DependencyLock(body.required("name", Shape.text(1, 255)), body.required("digest", Shape.DIGEST)));
    private static final Shape<Sbom> SBOM = Shape.object(
            body -> new Sbom(body.required("uri", Data.URI_WITHOUT_USER), body.required("digest", Shape.DIGEST)));
    private static final Shape<EnvironmentLocks.Draft> DRAFT = Shape.object(body -> new EnvironmentLocks.Draft(
            body.required("environment", Shape.text(1, 63)),
            body.required("version", Shape.number(1, Integer.MAX_VALUE)),
            body.required("images", Shape.list(1, 16, IMAGE).distinctNames()),
            body.optional("dependencyLocks", Shape.list(0, 64, DEPENDENCY_LOCK).distinctNames(), List.of()),
            body.optional("sbom", SBOM)));

    private final Door door;
    private final EnvironmentLocks locks;

    @Activate
    public EnvironmentLocksResource(
            @Reference(name = "door") Door door, @Reference(name = "locks") EnvironmentLocks locks) {
        this.door = door;
        this.locks = locks;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createEnvironmentLock", target(project, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(EnvironmentLocksResource::write, EnvironmentLocksResource::location),
                    once -> locks.create(call.caller(), once, project, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listEnvironmentLocks", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(locks.list(call.caller(), project, page), EnvironmentLocksResource::write);
        });
    }

    @GET
    @Path("{environmentLock}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("environmentLock") String lock) {
        return door.open(
                request,
                "getEnvironmentLock",
                target(project, lock),
                call -> Replies.ok(locks.find(call.caller(), project, lock), EnvironmentLocksResource::write));
    }

    static void write(JsonOutput output, EnvironmentLock lock) {
        var content = lock.content();
        var sbom = content.sbom();
        output.put("id", lock.id().value())
                .put("project", lock.project().value())
                .put("environment", lock.environment().value())
                .put("environmentVersion", content.environmentVersion().value())
                .put("version", lock.version())
                .list("images", content.images(), (image, value) -> image.put(
                                "name", value.name().value())
                        .put("reference", value.reference().toString())
                        .put("digest", value.digest().value())
                        .put("mediaType", value.mediaType())
                        .put("size", value.size()))
                .list("dependencyLocks", content.dependencyLocks(), (file, value) -> file.put("name", value.name())
                        .put("digest", value.digest().value()))
                .put("sbom", sbom == null ? null : sbom.toJson())
                .put("lockDigest", lock.lockDigest().value());
        Access.writeMade(output, lock.made());
    }

    private static String location(EnvironmentLock lock) {
        return ProjectsResource.PATH + "/" + lock.project() + "/environment-locks/" + lock.id();
    }

    private static Target target(String project, @Nullable String lock) {
        return Target.inProject(project, "environmentLock", lock);
    }
}
