package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription;
import io.animus.kernel.domain.delivery.WebhookSubscription.Wish;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import io.animus.kernel.store.postgres.Transaction;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** A project in which things happen, and who wants to be told. */
final class Subscribers {
    private static final PageRequest PAGE = new PageRequest(500, null, false);

    private final Kernel kernel;
    private final Webhooks webhooks;
    private final Project project;
    private final Caller maintainer;

    Subscribers(Kernel kernel, Ports ports) {
        this.kernel = kernel;
        webhooks = new Webhooks(kernel.gate(), ports);
        project = kernel.project();
        maintainer = kernel.member(project, Role.MAINTAINER);
    }

    /** Nobody wants to be told any more, so that the next test is alone. */
    void leave() {
        kernel.column("update webhook_subscription set status = 'deleted' returning id");
    }

    Webhooks webhooks() {
        return webhooks;
    }

    Project project() {
        return project;
    }

    Caller maintainer() {
        return maintainer;
    }

    WebhookSubscription subscribe(URI url, EventType... events) {
        return Kernel.done(webhooks.create(maintainer, null, ref(), new Wish(url, Set.of(events), "known", null)));
    }

    /** Something happens in the project. */
    TypeId emit(String type) {
        return emit(project, type);
    }

    TypeId emit(Project where, String type) {
        return kernel.database().write(tx -> emit(tx, where, type));
    }

    TypeId emit(Transaction tx, String type) {
        return emit(tx, project, type);
    }

    private TypeId emit(Transaction tx, Project where, String type) {
        var id = kernel.trail().ids().next("evt");
        var subject = kernel.trail().ids().next("run").value();
        tx.outbox()
                .append(new OutboxEvent(
                        id, where.id(), type, subject, kernel.clock().instant()));
        return id;
    }

    /** Until there are so many deliveries, none of them pending. */
    void awaitEnd(WebhookSubscription subscription, int count) {
        Await.until("all is settled", () -> {
            var states = kernel.column(
                    "select state from delivery where subscription_id = ?",
                    subscription.id().value());
            return states.size() == count && !states.contains("pending");
        });
    }

    int attempts(WebhookSubscription subscription) {
        return kernel.column(
                        "select 1 from delivery_attempt a join delivery d on d.id = a.delivery_id where subscription_id = ?",
                        subscription.id().value())
                .size();
    }

    Webhooks.Tracked only(WebhookSubscription subscription) {
        var all = deliveries(subscription);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    List<Webhooks.Tracked> deliveries(WebhookSubscription subscription) {
        return webhooks.deliveries(maintainer, ref(), subscription.id().value(), null, PAGE)
                .items();
    }

    Answer<Webhooks.Tracked> replay(WebhookSubscription subscription, TypeId delivery) {
        return webhooks.replay(maintainer, null, ref(), subscription.id().value(), delivery.value());
    }

    WebhookSubscription find(WebhookSubscription subscription) {
        return webhooks.find(maintainer, ref(), subscription.id().value());
    }

    String ref() {
        return project.id().value();
    }
}
