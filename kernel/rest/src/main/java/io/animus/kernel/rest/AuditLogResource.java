package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.TypeId;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.audit.log.Hash;
import io.animus.kernel.audit.log.Tile;
import io.animus.kernel.core.AuditErasure;
import io.animus.kernel.core.AuditErasure.Erased;
import io.animus.kernel.core.AuditErasure.Wish;
import io.animus.kernel.core.AuditExport;
import io.animus.kernel.core.AuditLog;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.RefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/audit}: the log over all events, in the formats of docs/audit/format.md. */
@Component(service = AuditLogResource.class)
@JakartarsResource
@Path("/api/v1/audit")
public final class AuditLogResource {
    private static final String LOG = "auditLog";
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String ENTRIES = "entries/";
    private static final String LEVEL = "[0-7]/.*";
    private static final Pattern PATH = Pattern.compile("/[a-z][A-Za-z0-9]{0,62}(/[a-z][A-Za-z0-9]{0,62})?");
    private static final Shape<Wish> WISH = Shape.object(AuditLogResource::wish);
    private static final Form<Erased> ERASED = Form.changed(
            (output, erased) -> output.put("events", erased.events()).put("complete", erased.isComplete()));

    private final Door door;
    private final AuditLog log;
    private final AuditExport export;
    private final AuditErasure erasure;

    @Activate
    public AuditLogResource(
            @Reference(name = "door") Door door,
            @Reference(name = "log") AuditLog log,
            @Reference(name = "export") AuditExport export,
            @Reference(name = "erasure") AuditErasure erasure) {
        this.door = door;
        this.log = log;
        this.export = export;
        this.erasure = erasure;
    }

    @GET
    @Path("checkpoint")
    @Produces(MediaType.TEXT_PLAIN)
    public Response checkpoint(@Context HttpServletRequest request) {
        return door.open(
                request,
                "getCheckpoint",
                inLog(null),
                call -> file(log.checkpoint(call.caller()).getBytes(UTF_8), TEXT, "no-store"));
    }

    @GET
    @Path("proofs/inclusion")
    @Produces(MediaType.APPLICATION_JSON)
    public Response inclusion(@Context HttpServletRequest request) {
        return door.open(request, "getInclusionProof", inLog(null), call -> {
            var event = call.query().required("event", 63);
            return Replies.ok(log.inclusion(call.caller(), event), AuditViews::writeInclusion);
        });
    }

    /** The same as a file. */
    @GET
    @Path("proofs/inclusion/file")
    @Produces(MediaType.TEXT_PLAIN)
    public Response proofFile(@Context HttpServletRequest request) {
        return door.open(request, "getInclusionProofFile", inLog(null), call -> {
            var event = call.query().required("event", 63);
            var inclusion = log.inclusion(call.caller(), event);
            return Response.fromResponse(file(inclusion.proof().format().getBytes(UTF_8), TEXT, "no-store"))
                    .header("Content-Disposition", "attachment; filename=\"" + event + ".tlog-proof\"")
                    .build();
        });
    }

    @GET
    @Path("proofs/consistency")
    @Produces(MediaType.APPLICATION_JSON)
    public Response consistency(@Context HttpServletRequest request) {
        return door.open(request, "getConsistencyProof", inLog(null), call -> {
            var from = call.query().find("from", "It must be a number of leaves.", AuditLogResource::size);
            var to = call.query().find("to", "It must be a number of leaves.", AuditLogResource::size);
            if (from == null) {
                call.query().note("from", "It is required: a number of leaves.");
            }
            var proof = log.consistency(call.caller(), from == null ? 0 : from, to);
            return Replies.ok(output -> output.put("from", proof.from())
                    .put("to", proof.to())
                    .texts("hashes", proof.path().stream().map(Hash::base64).toList()));
        });
    }

    /** A tile, or a bundle of entries: what it holds never changes. */
    @GET
    @Path("tile/{tile: .+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response tile(@Context HttpServletRequest request, @PathParam("tile") String path) {
        return door.open(request, "getTile", inLog(path), call -> {
            var isBundle = path.startsWith(ENTRIES);
            var tile = tile(path, isBundle).orElseThrow(() -> RefusedException.notFound("tile"));
            var caller = call.caller();
            var content = isBundle ? log.entries(caller, tile) : log.tile(caller, tile);
            return file(content, MediaType.APPLICATION_OCTET_STREAM, "private, max-age=31536000, immutable");
        });
    }

    @GET
    @Path("export")
    @Produces("application/zip")
    public Response export(@Context HttpServletRequest request) {
        return door.open(request, "exportAuditLog", inLog(null), call -> {
            var size = call.query().find("size", "It must be a number of leaves.", AuditLogResource::size);
            var opened = export.open(call.caller(), size);
            StreamingOutput content = out -> export.write(opened, out);
            return Response.ok(content, "application/zip")
                    .header("Content-Disposition", "attachment; filename=\"" + opened.fileName() + "\"")
                    .header("Cache-Control", "no-store")
                    .header("Audit-Event", opened.auditEvent())
                    .build();
        });
    }

    /** Here, because the path of the events' resource ends before the colon. */
    @POST
    @Path("events:erase")
    @Produces(MediaType.APPLICATION_JSON)
    public Response erase(@Context HttpServletRequest request) {
        return door.open(request, "eraseAuditEvents", inLog(null), call -> {
            var wish = call.body(WISH);
            return call.change(ERASED, once -> erasure.erase(call.caller(), once, wish));
        });
    }

    private static Target inLog(@Nullable String ref) {
        return Target.inHub(LOG, ref);
    }

    private static Response file(byte[] content, String mediaType, String cacheControl) {
        return Response.ok(content, mediaType)
                .header("Content-Length", content.length)
                .header("Cache-Control", cacheControl)
                .build();
    }

    private static Optional<Tile> tile(String path, boolean isBundle) {
        if (isBundle) {
            return Tile.find(0, path.substring(ENTRIES.length()));
        }
        return path.matches(LEVEL) ? Tile.find(path.charAt(0) - '0', path.substring(2)) : Optional.empty();
    }

    private static long size(String text) {
        if (!text.matches("0|[1-9][0-9]{0,15}")) {
            throw new IllegalArgumentException(text);
        }
        return Long.parseLong(text);
    }

    private static Wish wish(Members members) {
        var subject = members.optional("subject", Shape.text(1, 255));
        var events = members.optional(
                "events",
                Shape.list(1, AuditErasure.BATCH, Shape.id(AuditEvent.ID_PREFIX))
                        .distinct(),
                List.<TypeId>of());
        if ((subject == null) == events.isEmpty()) {
            members.place().invalid("Name the subject of an actor, or events, and not both.");
        }
        var paths = members.optional(
                "paths",
                Shape.list(1, 64, Shape.matching(PATH, "the path of a value, such as /sourceIp"))
                        .distinct(),
                AuditErasure.WHO);
        if (subject != null && !paths.contains("/actor/subject")) {
            members.place().invalid("By subject, /actor/subject is among the paths: else nobody knows what was done.");
        }
        return new Wish(subject, events, paths, members.required("reason", Shape.text(1, 1000)));
    }
}
