package io.animus.kernel.rest;

import io.animus.api.types.Json;
import io.animus.kernel.core.Uploads;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.data.Column;
import io.animus.kernel.domain.data.Content;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.data.DatasetVersion;
import io.animus.kernel.domain.data.Upload;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Uploads and dataset versions, in bodies of requests and answers. */
final class Data {
    private static final int MAX_URI = 2048;
    private static final Pattern ANYTHING = Pattern.compile("(?s).*");

    static final Shape<String> MEDIA_TYPE = Shape.matching(
            Pattern.compile("(?=.{3,127}$)[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*"),
            "a media type such as text/csv, in lower case");

    /** An absolute URI without user information, which may hold a password. */
    static final Shape<String> URI_WITHOUT_USER = Shape.of(
            "an absolute URI of at most " + MAX_URI + " characters without user information", () -> "urn:x", text -> {
                var uri = URI.create(text);
                var authority = uri.getRawAuthority();
                if (!uri.isAbsolute() || text.length() > MAX_URI || (authority != null && authority.contains("@"))) {
                    throw new IllegalArgumentException("not such a URI");
                }
                return text;
            });

    private static final Shape<Column> COLUMN = Shape.object(body -> new Column(
            body.required("name", Shape.text(1, 255)),
            body.required("type", Shape.oneOf(List.of(Column.Type.values()), Column.Type::word))));
    private static final Shape<Json> STATISTIC = statistic();
    private static final Shape<Map<String, Json>> STATISTICS_OF_COLUMN = Shape.map(64, ANYTHING, "text", STATISTIC);
    private static final Shape<Json> STATISTICS = Shape.object(body -> {
        var rows = body.optional("rowCount", Shape.whole(0, Json.MAX_WHOLE));
        var columns = body.optional("columns", Shape.map(4096, ANYTHING, "text", STATISTICS_OF_COLUMN));
        return Json.object()
                .putIfPresent("rowCount", rows)
                .putIfPresent("columns", columns == null ? null : statistics(columns))
                .build();
    });

    static final Shape<Content> CONTENT = Shape.object(body -> new Content(
            body.required("digest", Shape.DIGEST),
            body.required("size", Shape.whole(1, Json.MAX_WHOLE)),
            body.required("mediaType", MEDIA_TYPE),
            body.optional("sourceUri", URI_WITHOUT_USER),
            body.optional("schema", Shape.list(0, 4096, COLUMN).distinctNames(), List.of()),
            body.optional("statistics", STATISTICS),
            body.optional(
                    "lineageParents",
                    Shape.list(0, 256, Shape.id(DatasetVersion.PREFIX)).distinct(),
                    List.of()),
            body.optional("retentionClass", Shape.NAME, Content.DEFAULT_RETENTION)));

    static final Form<Uploads.Ticket> UPLOAD_OPENED = Form.<Uploads.Ticket>created(
                    Data::writeTicket, ticket -> location(ticket.upload()))
            .rememberedAs(
                    (output, ticket) -> writeTicket(output, new Uploads.Ticket(ticket.upload(), ticket.state(), null)));

    static final Form<Uploads.Completed> UPLOAD_COMPLETED = uploadCompleted();

    private Data() {}

    static String location(Dataset dataset) {
        return "/api/v1/projects/" + dataset.project() + "/datasets/" + dataset.id();
    }

    static void writeTicket(JsonOutput output, Uploads.Ticket ticket) {
        var upload = ticket.upload();
        var content = upload.content();
        var put = ticket.put();
        output.put("id", upload.id().value())
                .put("project", upload.project().value())
                .put("dataset", upload.dataset().value())
                .put("state", ticket.state().word())
                .put("digest", content.digest().value())
                .put("size", content.size())
                .put("mediaType", content.mediaType())
                .put("putUrl", put == null ? null : put.url().toString())
                .texts("putHeaders", Map.of())
                .put("completeUrl", location(upload) + ":complete")
                .put(
                        "datasetVersion",
                        upload.datasetVersion() == null
                                ? null
                                : upload.datasetVersion().value())
                .put("expiresAt", upload.expires());
        Access.writeMade(output, upload.made());
    }

    static void writeVersion(JsonOutput output, DatasetVersion version) {
        var content = version.content();
        output.put("id", version.id().value())
                .put("project", version.project().value())
                .put("dataset", version.dataset().value())
                .put("number", version.number())
                .put("digest", content.digest().value())
                .put("size", content.size())
                .put("mediaType", content.mediaType())
                .put("sourceUri", content.sourceUri())
                .list("schema", content.columns(), (column, value) -> column.put("name", value.name())
                        .put("type", value.type().word()))
                .put("statistics", content.statistics())
                .texts(
                        "lineageParents",
                        content.parents().stream().map(Object::toString).toList())
                .put("retentionClass", content.retentionClass().value());
        Access.writeMade(output, version.made());
    }

    private static Form<Uploads.Completed> uploadCompleted() {
        View<Uploads.Completed> view = (output, completed) -> writeVersion(output, completed.version());
        return new Form<>(
                view,
                view,
                completed -> completed.created() ? Response.Status.CREATED : Response.Status.OK,
                completed -> completed.created() ? location(completed.version()) : null);
    }

    private static String location(DatasetVersion version) {
        return "/api/v1/projects/" + version.project() + "/datasets/" + version.dataset() + "/versions/" + version.id();
    }

    private static String location(Upload upload) {
        return "/api/v1/projects/" + upload.project() + "/datasets/" + upload.dataset() + "/uploads/" + upload.id();
    }

    private static Json statistics(Map<String, Map<String, Json>> columns) {
        var all = Json.object();
        columns.forEach((column, statistics) -> {
            var one = Json.object();
            statistics.forEach(one::put);
            all.put(column, one.build());
        });
        return all.build();
    }

    private static Shape<Json> statistic() {
        var number = Shape.whole(-Json.MAX_WHOLE, Json.MAX_WHOLE).<Json>map(Json::of);
        var text = Shape.text(0, 255).<Json>map(Json::of);
        return new Shape<>(
                (node, place) -> {
                    if (node.isTextual()) {
                        return text.read().apply(node, place);
                    }
                    if (node.isIntegralNumber()) {
                        return number.read().apply(node, place);
                    }
                    place.note(ProblemCode.WRONG_TYPE, "It must be a whole number or a string.");
                    return Json.NULL;
                },
                () -> Json.NULL);
    }
}
