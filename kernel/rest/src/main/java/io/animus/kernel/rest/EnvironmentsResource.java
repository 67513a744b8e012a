package io.animus.kernel.rest;

import io.animus.kernel.core.Environments;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Resources;
import io.animus.kernel.domain.environment.Definition;
import io.animus.kernel.domain.environment.Environment;
import io.animus.kernel.domain.environment.EnvironmentVersion;
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

/** {@code …/environments} of a project and their versions. */
@Component(service = EnvironmentsResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/environments")
@Produces(MediaType.APPLICATION_JSON)
public final class EnvironmentsResource {
    private static final ListForm LIST = ListForm.NAMED.filteredBy(ListFields.ENVIRONMENTS);
    private static final ListForm VERSIONS = ListForm.CREATED.filteredBy(ListFields.ENVIRONMENT_VERSIONS);
    private static final Shape<Environments.Draft> DRAFT = Shape.object(body ->
            new Environments.Draft(body.required("name", Shape.NAME), body.optional("description", Shape.DESCRIPTION)));
    private static final Shape<Resources> RESOURCES = Shape.object(body -> new Resources(
            body.required("cpu", Shape.CPU),
            body.required("memory", Shape.BYTES),
            body.required("ephemeralStorage", Shape.BYTES),
            body.required("pids", Shape.number(1, 65_536)),
            body.required("gpu", Shape.number(0, 64))));
    private static final Shape<Definition> DEFINITION = Shape.object(body -> new Definition(
            body.required("baseImages", Shape.list(1, 16, Shape.text(1, 512)).distinct()),
            body.required("resourceDefaults", RESOURCES),
            body.required("resourceLimits", RESOURCES),
            body.optional("accelerators", Shape.list(0, 16, Shape.NAME).distinct(), List.of()),
            body.optional("networkClass", Shape.WORD, Definition.NO_NETWORK),
            body.optional("secretClasses", Shape.list(0, 32, Shape.NAME).distinct(), List.of())));

    private final Door door;
    private final Environments environments;

    @Activate
    public EnvironmentsResource(
            @Reference(name = "door") Door door, @Reference(name = "environments") Environments environments) {
        this.door = door;
        this.environments = environments;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createEnvironment", target(project, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(EnvironmentsResource::write, made -> location(made.project(), made.id())),
                    once -> environments.create(call.caller(), once, project, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listEnvironments", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(environments.list(call.caller(), project, page), EnvironmentsResource::write);
        });
    }

    @GET
    @Path("{environment}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("environment") String environment) {
        return door.open(
                request,
                "getEnvironment",
                target(project, environment),
                call -> Replies.ok(
                        environments.find(call.caller(), project, environment), EnvironmentsResource::write));
    }

    @POST
    @Path("{environment}/versions")
    public Response addVersion(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("environment") String environment) {
        return door.open(request, "createEnvironmentVersion", version(project, null), call -> {
            var definition = call.body(DEFINITION);
            return call.change(
                    Form.created(
                            EnvironmentsResource::writeVersion,
                            made -> location(made.project(), made.environment()) + "/versions/" + made.id()),
                    once -> environments.addVersion(call.caller(), once, project, environment, definition));
        });
    }

    @GET
    @Path("{environment}/versions")
    public Response listVersions(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("environment") String environment) {
        return door.open(request, "listEnvironmentVersions", version(project, null), call -> {
            var page = call.page(VERSIONS);
            return call.page(
                    environments.listVersions(call.caller(), project, environment, page),
                    EnvironmentsResource::writeVersion);
        });
    }

    @GET
    @Path("{environment}/versions/{version}")
    public Response findVersion(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("environment") String environment,
            @PathParam("version") String version) {
        return door.open(
                request,
                "getEnvironmentVersion",
                version(project, version),
                call -> Replies.ok(
                        environments.findVersion(call.caller(), project, environment, version),
                        EnvironmentsResource::writeVersion));
    }

    private static void write(JsonOutput output, Environment environment) {
        output.put("id", environment.id().value())
                .put("project", environment.project().value())
                .put("name", environment.name().value())
                .put("description", environment.description())
                .number("latestVersion", environment.latestVersion());
        Access.writeMade(output, environment.made());
    }

    private static void writeVersion(JsonOutput output, EnvironmentVersion version) {
        var definition = version.definition();
        output.put("id", version.id().value())
                .put("project", version.project().value())
                .put("environment", version.environment().value())
                .put("number", version.number())
                .texts("baseImages", definition.baseImages())
                .put("resourceDefaults", definition.resourceDefaults().toJson())
                .put("resourceLimits", definition.resourceLimits().toJson())
                .texts("accelerators", words(definition.accelerators()))
                .put("networkClass", definition.networkClass())
                .texts("secretClasses", words(definition.secretClasses()));
        Access.writeMade(output, version.made());
    }

    private static List<String> words(List<Name> names) {
        return names.stream().map(Name::value).toList();
    }

    private static String location(Object project, Object environment) {
        return ProjectsResource.PATH + "/" + project + "/environments/" + environment;
    }

    private static Target target(String project, @Nullable String environment) {
        return Target.inProject(project, "environment", environment);
    }

    private static Target version(String project, @Nullable String version) {
        return Target.inProject(project, "environmentVersion", version);
    }
}
