package io.animus.kernel.rest;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.RoleBindings;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.access.RoleBinding;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.model.Model;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code …/role-bindings} of a project. */
@Component(service = RoleBindingsResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/role-bindings")
@Produces(MediaType.APPLICATION_JSON)
public final class RoleBindingsResource {
    private static final ListForm LIST = ListForm.CREATED.filteredBy(ListFields.ROLE_BINDINGS);
    private static final Shape<TypeId> OBJECT = Shape.of(
            "the id of a dataset or model",
            () -> new TypeId(Dataset.PREFIX + "_00000000000000000000000000"),
            RoleBindingsResource::object);
    private static final Shape<RoleBindings.Draft> DRAFT = Shape.object(RoleBindingsResource::draft);

    private final Door door;
    private final RoleBindings bindings;

    @Activate
    public RoleBindingsResource(
            @Reference(name = "door") Door door, @Reference(name = "bindings") RoleBindings bindings) {
        this.door = door;
        this.bindings = bindings;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createRoleBinding", target(project, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(RoleBindingsResource::write, RoleBindingsResource::location),
                    once -> bindings.create(call.caller(), once, project, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listRoleBindings", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(bindings.list(call.caller(), project, page), RoleBindingsResource::write);
        });
    }

    @GET
    @Path("{roleBinding}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("roleBinding") String id) {
        return door.open(
                request,
                "getRoleBinding",
                target(project, id),
                call -> Replies.ok(bindings.find(call.caller(), project, id), RoleBindingsResource::write));
    }

    @DELETE
    @Path("{roleBinding}")
    public Response delete(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("roleBinding") String id) {
        return door.open(
                request,
                "deleteRoleBinding",
                target(project, id),
                call -> Replies.deleted(bindings.delete(call.caller(), project, call.version(), id)));
    }

    private static RoleBindings.Draft draft(Members body) {
        var role = body.required("role", Access.ROLE);
        var object = body.optional("object", OBJECT);
        if (object != null && RoleBinding.OF_PROJECTS.contains(role)) {
            body.place()
                    .member("role")
                    .note(ProblemCode.INVALID_VALUE, "This role is one in a whole project; leave out the object.");
        }
        return new RoleBindings.Draft(body.required("subject", Access.SUBJECT), role, object);
    }

    private static TypeId object(String text) {
        if (!TypeId.isForm(Dataset.PREFIX, text) && !TypeId.isForm(Model.PREFIX, text)) {
            throw new IllegalArgumentException("not such an id");
        }
        return new TypeId(text);
    }

    private static void write(JsonOutput output, RoleBinding binding) {
        output.put("id", binding.id().value())
                .put("project", binding.project().value())
                .object("subject", subject -> Access.writePrincipal(subject, binding.subject()))
                .put("role", binding.role().word())
                .put(
                        "object",
                        binding.object() == null ? null : binding.object().value());
        Access.writeMade(output, binding.made()).etag(RoleBinding.VERSION);
    }

    private static String location(RoleBinding binding) {
        return ProjectsResource.PATH + "/" + binding.project() + "/role-bindings/" + binding.id();
    }

    private static Target target(String project, @Nullable String id) {
        return Target.inProject(project, "roleBinding", id);
    }
}
