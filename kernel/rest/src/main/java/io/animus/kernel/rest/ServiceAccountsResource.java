package io.animus.kernel.rest;

import io.animus.kernel.core.ServiceAccounts;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.access.ServiceAccount;
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
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jakartars.whiteboard.propertytypes.JakartarsResource;

/** {@code /api/v1/service-accounts}. */
@Component(service = ServiceAccountsResource.class)
@JakartarsResource
@Path(ServiceAccountsResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
public final class ServiceAccountsResource {
    private static final ListForm LIST = ListForm.NAMED.filteredBy(ListFields.SERVICE_ACCOUNTS);
    static final String PATH = "/api/v1/service-accounts";

    private static final String TYPE = "serviceAccount";
    private static final Shape<ServiceAccounts.Draft> DRAFT = Shape.object(body -> new ServiceAccounts.Draft(
            body.required("name", Shape.NAME),
            body.optional("description", Shape.DESCRIPTION),
            Set.copyOf(body.optional(
                    "systemRoles", Shape.list(0, 2, Access.SYSTEM_ROLE).distinct(), List.of()))));

    private final Door door;
    private final ServiceAccounts accounts;

    @Activate
    public ServiceAccountsResource(
            @Reference(name = "door") Door door, @Reference(name = "accounts") ServiceAccounts accounts) {
        this.door = door;
        this.accounts = accounts;
    }

    @POST
    public Response create(@Context HttpServletRequest request) {
        return door.open(request, "createServiceAccount", Target.inHub(TYPE, null), call -> {
            var draft = call.body(DRAFT);
            return call.change(
                    Form.created(ServiceAccountsResource::write, account -> PATH + "/" + account.id()),
                    once -> accounts.create(call.caller(), once, draft));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request) {
        return door.open(request, "listServiceAccounts", Target.inHub(TYPE, null), call -> {
            var page = call.page(LIST);
            return call.page(accounts.list(call.caller(), page), ServiceAccountsResource::write);
        });
    }

    @GET
    @Path("{serviceAccount}")
    public Response find(@Context HttpServletRequest request, @PathParam("serviceAccount") String account) {
        return door.open(
                request,
                "getServiceAccount",
                Target.inHub(TYPE, account),
                call -> Replies.ok(accounts.find(call.caller(), account), ServiceAccountsResource::write));
    }

    private static void write(JsonOutput output, ServiceAccount account) {
        output.put("id", account.id().value())
                .put("name", account.name().value())
                .put("description", account.description())
                .texts("systemRoles", Access.words(account.systemRoles()));
        Access.writeMade(output, account.made());
    }
}
