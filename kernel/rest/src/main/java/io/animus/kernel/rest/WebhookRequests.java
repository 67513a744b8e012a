package io.animus.kernel.rest;

import io.animus.kernel.core.Webhooks;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.delivery.EventType;
import io.animus.kernel.domain.delivery.WebhookSubscription.Status;
import io.animus.kernel.domain.delivery.WebhookSubscription.Wish;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** What people send about webhooks. */
final class WebhookRequests {
    private static final int LONGEST_URL = 2000;

    private static final Shape<URI> URL = Shape.of(
            "an http or https address with a host, without user and fragment, of at most 2000 characters",
            () -> URI.create("https://example.invalid"),
            WebhookRequests::url);
    private static final Shape<Set<EventType>> EVENTS = Shape.list(
                    1, 20, Shape.oneOf(List.of(EventType.values()), EventType::word))
            .distinct()
            .map(events -> events.isEmpty() ? Set.of(EventType.RUN_CREATED) : Set.copyOf(events));
    private static final Shape<Status> STATUS = Shape.oneOf(List.of(Status.ACTIVE, Status.PAUSED), Status::word);

    private WebhookRequests() {}

    static Wish wish(Members body) {
        return new Wish(
                body.required("url", URL),
                body.required("events", EVENTS),
                body.optional("secret", Shape.WORD),
                body.optional("description", Shape.DESCRIPTION));
    }

    static Webhooks.Edit edit(Members patch) {
        if (patch.isEmpty()) {
            patch.place().note(ProblemCode.INVALID_VALUE, "A patch has at least one member.");
        }
        var url = patch.has("url") ? patch.required("url", URL) : null;
        var events = patch.has("events") ? patch.required("events", EVENTS) : null;
        var secret = patch.patch("secret", Shape.WORD, null);
        var description = patch.patch("description", Shape.DESCRIPTION, null);
        var status = patch.has("status") ? patch.required("status", STATUS) : null;
        return new Webhooks.Edit(
                wish -> new Wish(
                        url == null ? wish.url() : url,
                        events == null ? wish.events() : events,
                        secret.apply(wish.secret()),
                        description.apply(wish.description())),
                status);
    }

    private static URI url(String text) {
        var url = URI.create(text);
        var isWeb = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        var isPlain = url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null;
        if (!isWeb || !isPlain || text.length() > LONGEST_URL) {
            throw new IllegalArgumentException("not an address for a webhook");
        }
        return url;
    }
}
