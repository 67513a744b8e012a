package io.animus.kernel.rest;

import io.animus.kernel.core.DatasetVersions;
import io.animus.kernel.core.Datasets;
import io.animus.kernel.core.Target;
import io.animus.kernel.core.Uploads;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.data.Dataset;
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
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code …/datasets} of a project, their versions and uploads. */
@Component(service = DatasetsResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/datasets")
@Produces(MediaType.APPLICATION_JSON)
public final class DatasetsResource {
    private static final ListForm VERSIONS = ListForm.CREATED.filteredBy(ListFields.DATASET_VERSIONS);
    private static final ListForm LIST = ListForm.NAMED.filteredBy(ListFields.DATASETS);
    private static final Shape<Datasets.Draft> DRAFT = Shape.object(body -> new Datasets.Draft(
            body.required("name", Shape.NAME),
            body.optional("description", Shape.DESCRIPTION),
            body.optional("tags", Shape.TAGS, List.of())));
    private static final Shape<Dataset.Access> ACCESS = Shape.object(
            body -> body.required("access", Shape.oneOf(List.of(Dataset.Access.values()), Dataset.Access::word)));

    private final Door door;
    private final Datasets datasets;
    private final DatasetVersions versions;
    private final Uploads uploads;

    @Activate
    public DatasetsResource(
            @Reference(name = "door") Door door,
            @Reference(name = "datasets") Datasets datasets,
            @Reference(name = "versions") DatasetVersions versions,
            @Reference(name = "uploads") Uploads uploads) {
        this.door = door;
        this.datasets = datasets;
        this.versions = versions;
        this.uploads = uploads;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createDataset", target(project, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(DatasetsResource::write, Data::location),
                    once -> datasets.create(call.caller(), once, project, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listDatasets", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(datasets.list(call.caller(), project, page), DatasetsResource::write);
        });
    }

    @GET
    @Path("{dataset}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset) {
        return door.open(
                request,
                "getDataset",
                target(project, dataset),
                call -> Replies.ok(datasets.find(call.caller(), project, dataset), DatasetsResource::write));
    }

    @PATCH
    @Path("{dataset}")
    public Response update(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset) {
        return door.open(request, "updateDataset", target(project, dataset), call -> {
            var access = call.patch(ACCESS);
            return call.change(
                    Form.<Dataset>changed(DatasetsResource::write),
                    once -> datasets.restrict(call.caller(), project, dataset, call.version(), access));
        });
    }

    @POST
    @Path("{dataset}/versions")
    public Response open(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset) {
        return door.open(request, "createUpload", Target.inProject(project, "upload", null), call -> {
            var content = call.body(Data.CONTENT);
            var once = call.once(Data.UPLOAD_OPENED);
            var answer = uploads.open(call.caller(), once, project, dataset, content);
            var response = Replies.replayed(answer)
                    .map(first -> {
                        var id = String.valueOf(Replies.member(first.body(), "id"));
                        var ticket = uploads.sign(call.caller(), project, dataset, id);
                        return Replies.replayed(first, Data.UPLOAD_OPENED.written(ticket));
                    })
                    .orElseGet(() -> Replies.of(answer, Data.UPLOAD_OPENED));
            return Replies.noStore(response);
        });
    }

    @GET
    @Path("{dataset}/uploads/{upload}")
    public Response findUpload(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset,
            @PathParam("upload") String upload) {
        return door.open(
                request,
                "getUpload",
                Target.inProject(project, "upload", upload),
                call -> Replies.ok(uploads.find(call.caller(), project, dataset, upload), Data::writeTicket));
    }

    @POST
    @Path("{dataset}/uploads/{upload}:complete")
    public Response complete(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset,
            @PathParam("upload") String upload) {
        return door.open(
                request,
                "completeUpload",
                Target.inProject(project, "upload", upload),
                call -> call.change(
                        Data.UPLOAD_COMPLETED,
                        once -> uploads.complete(call.caller(), once, project, dataset, upload)));
    }

    @GET
    @Path("{dataset}/versions")
    public Response listVersions(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset) {
        return door.open(request, "listDatasetVersions", version(project, null), call -> {
            var page = call.page(VERSIONS);
            return call.page(versions.list(call.caller(), project, dataset, page), Data::writeVersion);
        });
    }

    @GET
    @Path("{dataset}/versions/{version}")
    public Response findVersion(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset,
            @PathParam("version") String version) {
        return door.open(
                request,
                "getDatasetVersion",
                version(project, version),
                call -> Replies.ok(versions.find(call.caller(), project, dataset, version), Data::writeVersion));
    }

    @POST
    @Path("{dataset}/versions/{version}:download")
    public Response download(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("dataset") String dataset,
            @PathParam("version") String version) {
        return door.open(
                request,
                "downloadDatasetVersion",
                version(project, version),
                call -> Replies.noStore(Replies.of(
                        versions.download(call.caller(), project, dataset, version),
                        Form.changed(DatasetsResource::write))));
    }

    private static void write(JsonOutput output, Dataset dataset) {
        output.put("id", dataset.id().value())
                .put("project", dataset.project().value())
                .put("name", dataset.name().value())
                .put("description", dataset.description())
                .texts("tags", dataset.tags())
                .put("access", dataset.access().word())
                .number("latestVersion", dataset.latestVersion());
        Access.writeMade(output, dataset.made()).etag(dataset.version());
    }

    private static void write(JsonOutput output, DatasetVersions.Download download) {
        var content = download.version().content();
        output.put("url", download.get().url().toString())
                .put("expiresAt", download.get().expires())
                .put("digest", content.digest().value())
                .put("size", content.size())
                .put("mediaType", content.mediaType());
    }

    private static Target target(String project, @Nullable String dataset) {
        return Target.inProject(project, "dataset", dataset);
    }

    private static Target version(String project, @Nullable String version) {
        return Target.inProject(project, "datasetVersion", version);
    }
}
