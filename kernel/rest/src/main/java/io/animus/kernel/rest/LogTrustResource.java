package io.animus.kernel.rest;

import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.VerifierKey;
import io.animus.kernel.core.LogTrust;
import io.animus.kernel.core.LogTrust.Cosigned;
import io.animus.kernel.core.LogTrust.Key;
import io.animus.kernel.core.LogTrust.Rebased;
import io.animus.kernel.core.Target;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/audit/log/…}: what the audit log is trusted by. */
@Component(service = LogTrustResource.class)
@JakartarsResource
@Path("/api/v1/audit/log")
@Produces(MediaType.APPLICATION_JSON)
public final class LogTrustResource {
    private static final String KEY = "auditKey";
    private static final String CHECKPOINT = "checkpoint";
    private static final String LOG = "auditLog";

    private static final Form<Key> ROTATED = Form.changed(LogTrustResource::write);
    private static final Form<Cosigned> COSIGNED = Form.changed((output, cosigned) ->
            output.put("size", cosigned.size()).put("note", cosigned.note().format()));
    private static final Form<Rebased> REBASED =
            Form.changed((output, rebased) -> output.put("size", rebased.size()).put("takenIn", rebased.takenIn()));

    private static final Shape<Wish> WISH = Shape.object(body -> new Wish(
            body.required("note", Shape.of("a signed note", () -> "x", LogTrustResource::note)),
            body.required("witness", Shape.of("the vkey of a witness", () -> "x", LogTrustResource::witness))));

    private final Door door;
    private final LogTrust trust;

    /** A checkpoint that came back from a witness; both texts can be parsed. */
    private record Wish(String note, String witness) {}

    @Activate
    public LogTrustResource(@Reference(name = "door") Door door, @Reference(name = "trust") LogTrust trust) {
        this.door = door;
        this.trust = trust;
    }

    @GET
    @Path("keys")
    public Response keys(@Context HttpServletRequest request) {
        return door.open(request, "listAuditKeys", Target.inHub(KEY, null), call -> {
            var keys = trust.keys(call.caller());
            return Replies.ok(output -> output.list("keys", keys, LogTrustResource::write));
        });
    }

    @POST
    @Path("keys:rotate")
    public Response rotate(@Context HttpServletRequest request) {
        return door.open(
                request,
                "rotateAuditKey",
                Target.inHub(KEY, null),
                call -> call.change(ROTATED, once -> trust.rotate(call.caller(), once)));
    }

    @POST
    @Path("cosignatures")
    public Response cosign(@Context HttpServletRequest request) {
        return door.open(request, "importCosignature", Target.inHub(CHECKPOINT, null), call -> {
            var wish = call.body(WISH);
            var caller = call.caller();
            var note = Note.parse(wish.note());
            var witness = VerifierKey.parse(wish.witness());
            return call.change(COSIGNED, once -> trust.cosign(caller, once, note, witness));
        });
    }

    @POST
    @Path("cursor:rebase")
    public Response rebase(@Context HttpServletRequest request) {
        return door.open(
                request,
                "rebaseAuditLog",
                Target.inHub(LOG, null),
                call -> call.change(REBASED, once -> trust.rebase(call.caller(), once)));
    }

    private static String note(String text) {
        Note.parse(text);
        return text;
    }

    private static String witness(String vkey) {
        if (VerifierKey.parse(vkey).type() != VerifierKey.Type.COSIGNATURE) {
            throw new IllegalArgumentException("not a key of the type 0x04");
        }
        return vkey;
    }

    private static void write(JsonOutput output, Key key) {
        var event = key.event();
        output.put("number", key.number())
                .put("vkey", key.key().vkey())
                .put("auditEvent", event == null ? null : event.value())
                .put("madeAt", key.made());
    }
}
