package io.animus.kernel.rest;

import io.animus.kernel.core.Target;
import io.animus.kernel.core.Webhooks;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.delivery.Delivery;
import io.animus.kernel.domain.delivery.DeliveryAttempt;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
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

/** {@code …/webhooks} of a project, and their deliveries. */
@Component(service = WebhooksResource.class)
@JakartarsResource
@Path("/api/v1/projects/{project}/webhooks")
@Produces(MediaType.APPLICATION_JSON)
public final class WebhooksResource {
    private static final ListForm LIST = ListForm.CREATED.filteredBy(ListFields.WEBHOOKS);
    private static final ListForm DELIVERIES = ListForm.CREATED.filteredBy(ListFields.DELIVERIES);
    private static final Shape<WebhookSubscription.Wish> WISH = Shape.object(WebhookRequests::wish);
    private static final Shape<Webhooks.Edit> EDIT = Shape.object(WebhookRequests::edit);

    private final Door door;
    private final Webhooks webhooks;

    @Activate
    public WebhooksResource(@Reference(name = "door") Door door, @Reference(name = "webhooks") Webhooks webhooks) {
        this.door = door;
        this.webhooks = webhooks;
    }

    @POST
    public Response create(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "createWebhook", target(project, null), call -> {
            var wish = call.body(WISH);
            return call.change(
                    Form.created(WebhooksResource::write, WebhooksResource::location),
                    once -> webhooks.create(call.caller(), once, project, wish));
        });
    }

    @GET
    public Response list(@Context HttpServletRequest request, @PathParam("project") String project) {
        return door.open(request, "listWebhooks", target(project, null), call -> {
            var page = call.page(LIST);
            return call.page(webhooks.list(call.caller(), project, page), WebhooksResource::write);
        });
    }

    @GET
    @Path("{webhook}")
    public Response find(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("webhook") String webhook) {
        return door.open(
                request,
                "getWebhook",
                target(project, webhook),
                call -> Replies.ok(webhooks.find(call.caller(), project, webhook), WebhooksResource::write));
    }

    @PATCH
    @Path("{webhook}")
    public Response update(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("webhook") String webhook) {
        return door.open(request, "updateWebhook", target(project, webhook), call -> {
            var edit = call.patch(EDIT);
            return call.change(
                    Form.changed(WebhooksResource::write),
                    once -> webhooks.update(call.caller(), project, call.version(), webhook, edit));
        });
    }

    @DELETE
    @Path("{webhook}")
    public Response delete(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("webhook") String webhook) {
        return door.open(
                request,
                "deleteWebhook",
                target(project, webhook),
                call -> Replies.deleted(webhooks.delete(call.caller(), project, call.version(), webhook)));
    }

    @GET
    @Path("{webhook}/deliveries")
    public Response deliveries(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("webhook") String webhook) {
        return door.open(request, "listDeliveries", target(project, webhook), call -> {
            var state = call.query().oneOf("state", List.of(Delivery.State.values()), Delivery.State::word);
            var page = call.page(DELIVERIES);
            return call.page(
                    webhooks.deliveries(call.caller(), project, webhook, state, page), WebhooksResource::writeDelivery);
        });
    }

    @GET
    @Path("{webhook}/deliveries/{delivery}")
    public Response delivery(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("webhook") String webhook,
            @PathParam("delivery") String delivery) {
        return door.open(
                request,
                "getDelivery",
                Target.inProject(project, "delivery", delivery),
                call -> Replies.ok(
                        webhooks.delivery(call.caller(), project, webhook, delivery), WebhooksResource::writeDelivery));
    }

    @POST
    @Path("{webhook}/deliveries/{delivery}:replay")
    public Response replay(
            @Context HttpServletRequest request,
            @PathParam("project") String project,
            @PathParam("webhook") String webhook,
            @PathParam("delivery") String delivery) {
        return door.open(
                request,
                "replayDelivery",
                Target.inProject(project, "delivery", delivery),
                call -> call.change(
                        Form.changed(WebhooksResource::writeDelivery),
                        once -> webhooks.replay(call.caller(), once, project, webhook, delivery)));
    }

    private static void write(JsonOutput output, WebhookSubscription subscription) {
        var wish = subscription.wish();
        output.put("id", subscription.id().value())
                .put("project", subscription.project().value())
                .put("url", wish.url().toString())
                .texts(
                        "events",
                        wish.events().stream().map(EventType::word).sorted().toList())
                .put("secret", wish.secret())
                .put("description", wish.description())
                .put("status", subscription.status().word())
                .put("pausedReason", subscription.pausedReason());
        Access.writeMade(output, subscription.made());
        output.put("updatedAt", subscription.updated()).etag(subscription.version());
    }

    private static void writeDelivery(JsonOutput output, Webhooks.Tracked tracked) {
        var delivery = tracked.delivery();
        var isPending = delivery.state() == Delivery.State.PENDING;
        output.put("id", delivery.id().value())
                .put("webhook", delivery.subscription().value())
                .object("event", event -> event.put("id", delivery.event().id().value())
                        .put("type", delivery.event().type())
                        .put("subject", delivery.event().subject())
                        .put("time", delivery.event().time()))
                .put("state", delivery.state().word())
                .put("createdAt", delivery.created())
                .put("nextAttemptAt", isPending ? delivery.due() : null)
                .put("finishedAt", delivery.finished())
                .list("attempts", tracked.attempts(), WebhooksResource::writeAttempt);
    }

    private static void writeAttempt(JsonOutput output, DeliveryAttempt attempt) {
        output.put("number", attempt.number())
                .put("startedAt", attempt.started())
                .put("milliseconds", attempt.took().toMillis())
                .put("outcome", attempt.outcome().word())
                .put("status", attempt.status())
                .put("reason", attempt.reason());
    }

    private static String location(WebhookSubscription subscription) {
        return ProjectsResource.PATH + "/" + subscription.project() + "/webhooks/" + subscription.id();
    }

    private static Target target(String project, @Nullable String webhook) {
        return Target.inProject(project, "webhook", webhook);
    }
}
