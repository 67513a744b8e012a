package io.animus.kernel.rest;

import io.animus.kernel.core.RunResults;
import io.animus.kernel.core.Runs;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunState;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/**
 * {@code …/runs} of a project, their attempts, streams and artifacts. In one class, because the whiteboard serves only one
 * resource for each path.
 */
@Component(service = RunsResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/runs")
@Produces(MediaType.APPLICATION_JSON)
public final class RunsResource {
    private static final ListForm ATTEMPTS = ListForm.CREATED.filteredBy(ListFields.ATTEMPTS);
    private static final ListForm ARTIFACTS = ListForm.CREATED.filteredBy(ListFields.ARTIFACTS);
    private static final ListForm LIST = ListForm.CREATED.filteredBy(ListFields.RUNS);
    private static final Form<Runs.View> CREATED = Form.created(RunViews::write, view -> RunViews.location(view.run()));
    private static final Form<Runs.View> CHANGED = Form.changed(RunViews::write);

    private final Door door;
    private final Runs runs;
    private final RunResults results;
    private final RunStreams streams;

    @Activate
    public RunsResource(
            @Reference(name = "door") Door door,
            @Reference(name = "runs") Runs runs,
            @Reference(name = "results") RunResults results,
            @Reference(name = "streams") RunStreams streams) {
        this.door = door;
        this.runs = runs;
        this.results = results;
        this.streams = streams;
    }

    @GET
    @Path("{run}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response events(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return streams.events(request, project, run);
    }

    @GET
    @Path("{run}/logs")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response logs(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return streams.logs(request, project, run);
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createRun", target(project, null), call -> {
            var onlyValidate = call.query().isTrue("validateOnly");
            var draft = call.body(RunRequests.DRAFT);
            if (onlyValidate) {
                return Replies.of(runs.preview(call.caller(), project, draft), Form.changed(RunViews::writePlan));
            }
            return call.change(CREATED, once -> runs.create(call.caller(), once, project, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listRuns", target(project, null), call -> {
            var query = call.query();
            var filter = new RunFilter(
                    query.oneOf("state", List.of(RunState.values()), RunState::word),
                    query.oneOf("kind", List.of(RunKind.values()), RunKind::word));
            var page = call.page(LIST);
            return call.page(runs.list(call.caller(), project, filter, page), RunViews::writeSummary);
        });
    }

    @GET
    @Path("{run}")
    public Response find(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return door.open(
                request,
                "getRun",
                target(project, run),
                call -> Replies.ok(runs.find(call.caller(), project, run), RunViews::write));
    }

    @POST
    @Path("{run}:cancel")
    public Response cancel(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return door.open(request, "cancelRun", target(project, run), call -> {
            var body = call.optionalBody(RunRequests.REASON);
            var reason = body == null ? Optional.<String>empty() : body;
            return call.change(CHANGED, once -> runs.cancel(call.caller(), once, project, run, reason.orElse(null)));
        });
    }

    @POST
    @Path("{run}:rerun")
    public Response rerun(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return door.open(
                request,
                "rerunRun",
                target(project, run),
                call -> call.change(CREATED, once -> runs.rerun(call.caller(), once, project, run)));
    }

    @GET
    @Path("{run}/attempts")
    public Response attempts(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return door.open(request, "listAttempts", target(project, run), call -> {
            var page = call.page(ATTEMPTS);
            return call.page(results.attempts(call.caller(), project, run, page), RunViews::writeAttempt);
        });
    }

    @GET
    @Path("{run}/artifacts")
    public Response artifacts(
            @Context HttpServletRequest request, @PathParam("project") String project, @PathParam("run") String run) {
        return door.open(request, "listArtifacts", target(project, run), call -> {
            var page = call.page(ARTIFACTS);
            return call.page(results.artifacts(call.caller(), project, run, page), RunViews::writeArtifact);
        });
    }

    @GET
    @Path("{run}/artifacts/{artifact}")
    public Response artifact(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("run") String run,
            @PathParam("artifact") String artifact) {
        return door.open(
                request,
                "getArtifact",
                Target.inProject(project, "artifact", artifact),
                call -> Replies.ok(results.artifact(call.caller(), project, run, artifact), RunViews::writeArtifact));
    }

    @POST
    @Path("{run}/artifacts/{artifact}:download")
    public Response download(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("run") String run,
            @PathParam("artifact") String artifact) {
        return door.open(
                request,
                "downloadArtifact",
                Target.inProject(project, "artifact", artifact),
                call -> Replies.noStore(Replies.of(
                        results.download(call.caller(), project, run, artifact),
                        Form.changed(RunViews::writeDownload))));
    }

    private static Target target(String project, @Nullable String run) {
        return Target.inProject(project, "run", run);
    }
}
