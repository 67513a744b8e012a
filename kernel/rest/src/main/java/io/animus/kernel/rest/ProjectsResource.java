package io.animus.kernel.rest;

import io.animus.kernel.core.Projects;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.project.Project;
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
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/projects}. */
@Component(service = ProjectsResource.class)
@JakartarsResource
@Path(ProjectsResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
public final class ProjectsResource {
    private static final ListForm LIST = ListForm.NAMED.filteredBy(ListFields.PROJECTS);
    static final String PATH = "/api/v1/projects";

    private static final String TYPE = "project";
    private static final Shape<Projects.Draft> DRAFT = Shape.object(ProjectRequests::draft);
    private static final Shape<Projects.Edit> EDIT = Shape.object(ProjectRequests::edit);

    private final Door door;
    private final Projects projects;

    @Activate
    public ProjectsResource(@Reference(name = "door") Door door, @Reference(name = "projects") Projects projects) {
        this.door = door;
        this.projects = projects;
    }

    @POST
    public Response create(@Context HttpServletRequest request) {
        return door.open(request, "createProject", Target.inHub(TYPE, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(ProjectsResource::write, project -> PATH + "/" + project.id()),
                    once -> projects.create(call.caller(), once, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request) {
        return door.open(request, "listProjects", Target.inHub(TYPE, null), call -> {
            var page = call.page(LIST);
            return call.page(projects.list(call.caller(), page), ProjectsResource::write);
        });
    }

    @GET
    @Path("{project}")
    public Response find(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(
                request,
                "getProject",
                target(project),
                call -> Replies.ok(projects.find(call.caller(), project), ProjectsResource::write));
    }

    @PATCH
    @Path("{project}")
    public Response update(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "updateProject", target(project), call -> {
            var edit = call.patch(EDIT);
            return call.change(
                    Form.changed(ProjectsResource::write),
                    once -> projects.update(call.caller(), project, call.version(), edit));
        });
    }

    @POST
    @Path("{project}:archive")
    public Response archive(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(
                request,
                "archiveProject",
                target(project),
                call -> call.change(
                        Form.changed(ProjectsResource::write), once -> projects.archive(call.caller(), once, project)));
    }

    private static void write(JsonOutput output, Project project) {
        output.put("id", project.id().value())
                .put("name", project.name().value())
                .put("title", project.about().title())
                .put("description", project.about().description())
                .texts("labels", project.about().labels())
                .object("quota", quota -> quota.put(
                                "concurrentRuns", project.quota().concurrentRuns())
                        .put("cpu", project.quota().cpu().text())
                        .put("memory", project.quota().memory().text())
                        .put("gpu", project.quota().gpu()))
                .texts("networkClasses", project.networkClasses())
                .object("plugins", plugins -> plugins.put(
                                "scm", project.plugins().scm())
                        .put("registry", project.plugins().registry())
                        .put("executor", project.plugins().executor())
                        .put("storage", project.plugins().storage()))
                .put("status", project.status().name().toLowerCase(Locale.ROOT));
        Access.writeMade(output, project.made());
        output.put("updatedAt", project.updated()).etag(project.version());
    }

    private static Target target(String project) {
        return Target.inProject(project, TYPE, project);
    }
}
