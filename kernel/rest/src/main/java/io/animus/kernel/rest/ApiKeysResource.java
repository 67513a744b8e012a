package io.animus.kernel.rest;

import io.animus.kernel.core.ApiKeys;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.access.ApiKey;
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
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code …/keys} of a service account. */
@Component(service = ApiKeysResource.class)
@JakartarsResource
@Path(ServiceAccountsResource.PATH + "/{serviceAccount}/keys")
@Produces(MediaType.APPLICATION_JSON)
public final class ApiKeysResource {
    private static final ListForm LIST = ListForm.CREATED.filteredBy(ListFields.API_KEYS);
    private static final String TYPE = "apiKey";
    private static final long DEFAULT_SECONDS = Duration.ofDays(90).toSeconds();
    private static final Shape<Draft> DRAFT = Shape.object(body -> new Draft(
            body.optional("description", Shape.DESCRIPTION),
            body.optional("ttlSeconds", Shape.whole(1, ApiKeys.MOST.toSeconds()), DEFAULT_SECONDS)));

    private static final Form<ApiKeys.Created> CREATED = Form.<ApiKeys.Created>created(
                    (output, created) -> writeCreated(output, created.key(), created.secret()),
                    created -> location(created.key()))
            .rememberedAs((output, created) -> writeCreated(output, created.key(), null));

    private final Door door;
    private final ApiKeys keys;

    /** What somebody wants as a key. */
    private record Draft(@Nullable String description, long ttlSeconds) {}

    @Activate
    public ApiKeysResource(@Reference(name = "door") Door door, @Reference(name = "keys") ApiKeys keys) {
        this.door = door;
        this.keys = keys;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("serviceAccount") String account) {
        return door.open(request, "createApiKey", Target.inHub(TYPE, null), call -> {
            var draft = call.body(DRAFT);
            return Replies.noStore(call.change(
                    CREATED,
                    once -> keys.create(
                            call.caller(),
                            once,
                            account,
                            draft.description(),
                            Duration.ofSeconds(draft.ttlSeconds()))));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("serviceAccount") String account) {
        return door.open(request, "listApiKeys", Target.inHub(TYPE, null), call -> {
            var page = call.page(LIST);
            return call.page(keys.list(call.caller(), account, page), ApiKeysResource::write);
        });
    }

    @GET
    @Path("{key}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("serviceAccount") String account,
            @PathParam("key") String key) {
        return door.open(
                request,
                "getApiKey",
                Target.inHub(TYPE, key),
                call -> Replies.ok(keys.find(call.caller(), account, key), ApiKeysResource::write));
    }

    @DELETE
    @Path("{key}")
    public Response revoke(
            @Context HttpServletRequest request,
            @PathParam("serviceAccount") String account,
            @PathParam("key") String key) {
        return door.open(
                request,
                "revokeApiKey",
                Target.inHub(TYPE, key),
                call -> Replies.deleted(keys.revoke(call.caller(), account, key, call.version())));
    }

    private static void writeCreated(JsonOutput output, ApiKey key, @Nullable String secret) {
        write(output, key);
        output.put("secret", secret);
    }

    private static void write(JsonOutput output, ApiKey key) {
        output.put("id", key.id().value())
                .put("serviceAccount", key.serviceAccount().value())
                .put("description", key.description());
        Access.writeMade(output, key.made())
                .put("expiresAt", key.expires())
                .put("lastUsedAt", key.lastUsed())
                .put("revokedAt", key.revoked())
                .etag(key.version());
    }

    private static String location(ApiKey key) {
        return ServiceAccountsResource.PATH + "/" + key.serviceAccount() + "/keys/" + key.id();
    }
}
