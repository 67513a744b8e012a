package io.animus.plugin.siem.webhook;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.Receipt;
import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.plugin.egress.EgressRefusedException;
import io.animus.api.plugin.egress.WebhookClient;
import io.animus.api.plugin.egress.WebhookClient.Answer;
import io.animus.api.plugin.egress.WebhookKey;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hands entries to the receiver, message after message, until one isn't taken. One thread at a time. */
final class Delivery {
    /** What says of a message, and not of the URL, that it will never be taken. */
    private static final Set<Integer> REFUSALS = Set.of(400, 413, 422);

    private static final Set<Integer> DENIALS = Set.of(401, 403, 407);

    /** Half of what the kernel waits for a call. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(15);

    private static final Duration LONGEST_REST = Duration.ofHours(1);

    private final WebhookClient client;
    private final URI url;
    private final WebhookKey key;
    private final Messages messages;
    private final String place;
    private long restUntil = System.nanoTime();

    Delivery(WebhookClient client, URI url, WebhookKey key, Messages messages) {
        this.client = client;
        this.url = url;
        this.key = key;
        this.messages = messages;
        this.place = "audit receiver " + url.getRawAuthority();
    }

    /**
     * @return how far it came; where the receiver refuses a message, its entries go in smaller ones, at last alone
     * @throws ExternalSystemException if not even the first message was taken
     */
    Receipt deliver(List<AuditEntry> entries) {
        if (restUntil - System.nanoTime() > 0) {
            throw unavailable("asked to be left alone for a while (Retry-After)", null);
        }
        var end = System.nanoTime() + LONGEST_CALL.toNanos();
        var refused = new ArrayList<Receipt.Refused>();
        var settled = 0;
        var most = entries.size();
        while (settled < entries.size() && (settled == 0 || end - System.nanoTime() > 0)) {
            var batch = messages.first(entries.subList(settled, Math.min(entries.size(), settled + most)));
            var size = batch.entries().size();
            Answer answer;
            try {
                answer = checked(send(batch));
            } catch (ExternalSystemException e) {
                if (settled == 0) {
                    throw e;
                }
                break;
            }
            if (!answer.isDelivered() && size > 1) {
                most = size / 2;
                continue;
            }
            if (!answer.isDelivered()) {
                refused.add(new Receipt.Refused(
                        entries.get(settled).index(), place + " answers " + answer.status() + " to this entry"));
            }
            settled += size;
            most = Math.min(2 * most, entries.size());
        }
        return new Receipt(settled, refused);
    }

    private Answer send(Messages.Batch batch) {
        try {
            return client.post(url, batch.message(), key);
        } catch (EgressRefusedException e) {
            throw new ExternalSystemException(Reason.REJECTED, String.valueOf(e.getMessage()), e);
        } catch (UnknownHostException e) {
            throw unavailable("has no address", e);
        } catch (IOException e) {
            throw TrustedAuthorities.refusal(e)
                    .map(why -> new ExternalSystemException(Reason.DENIED, place + " " + why, e))
                    .orElseGet(() -> unavailable("doesn't answer: " + e.getMessage(), e));
        }
    }

    /** An answer that says something of the message; any other holds all entries. */
    private Answer checked(Answer answer) {
        var status = answer.status();
        if (answer.isDelivered() || REFUSALS.contains(status)) {
            return answer;
        }
        if (answer.isRetryable()) {
            var after = answer.after();
            if (after != null) {
                var rest = after.compareTo(LONGEST_REST) < 0 ? after : LONGEST_REST;
                restUntil = System.nanoTime() + rest.toNanos();
            }
            throw unavailable("answers " + status, null);
        }
        if (DENIALS.contains(status)) {
            throw new ExternalSystemException(
                    Reason.DENIED, place + " answers " + status + ": see secret_file and signing_key_file");
        }
        var why = status / 100 == 3 ? "redirects, which the hub doesn't follow" : "answers " + status;
        throw new ExternalSystemException(Reason.REJECTED, place + " " + why + ": see url");
    }

    private ExternalSystemException unavailable(String what, @Nullable Exception cause) {
        return new ExternalSystemException(Reason.UNAVAILABLE, place + " " + what, cause);
    }
}
