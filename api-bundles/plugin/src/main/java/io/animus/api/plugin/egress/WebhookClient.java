package io.animus.api.plugin.egress;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.plugin.TrustedAuthorities;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Posts signed messages (Standard Webhooks over HTTP/1.1) to receivers that nobody vouches for: only where the guard lets
 * it, never after a redirect, and whatever the receiver does it ends in time. Safe for use by many threads.
 *
 * <p>The JDK's client connects to what a name resolves to when it connects, not to what was checked before; hence this one.
 */
public final class WebhookClient implements AutoCloseable {
    /** How long a body is waited for that only serves to use the connection again. */
    private static final Duration BODY = Duration.ofSeconds(1);

    private static final int MOST_ADDRESSES = 4;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private final EgressGuard guard;
    private final SSLContext tls;
    private final Limits limits;
    private final Set<String> insecureHosts;
    private final InstantSource clock;
    private final IdleWires idle = new IdleWires();

    /**
     * How long things may take.
     *
     * @param connect for connection and handshake, all addresses of a host together
     * @param answer from the first byte sent to the head of the answer
     */
    public record Limits(Duration connect, Duration answer) {}

    /**
     * What is to be sent.
     *
     * @param id printable ASCII; the same at every repeat
     */
    public record Message(String id, String contentType, byte[] body) {}

    /**
     * What came back.
     *
     * @param status of HTTP
     * @param after how long the receiver asks to be left alone; null if it didn't say
     */
    public record Answer(int status, @Nullable Duration after) {
        /** 2xx. */
        public boolean isDelivered() {
            return status / 100 == 2;
        }

        /** Whether the same message may be taken later: 408, 429 and 5xx. */
        public boolean isRetryable() {
            return status == 408 || status == 429 || status / 100 == 5;
        }
    }

    private record Spoken(Answer answer, boolean isReusable) {}

    /**
     * @param insecureHosts {@code host[:port]} that may be spoken to in plain http
     */
    public WebhookClient(
            EgressGuard guard,
            TrustedAuthorities authorities,
            List<String> insecureHosts,
            Limits limits,
            InstantSource clock) {
        this.guard = guard;
        this.tls = authorities.context();
        this.insecureHosts = insecureHosts.stream()
                .map(host -> host.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        this.limits = limits;
        this.clock = clock;
    }

    /** Whether messages go to such a URL at all: https, or http to one of the insecure hosts; without user or password. */
    public boolean serves(URI url) {
        return url.getHost() != null
                && url.getRawUserInfo() == null
                && ("https".equalsIgnoreCase(url.getScheme())
                        || "http".equalsIgnoreCase(url.getScheme())
                                && insecureHosts.contains(url.getRawAuthority().toLowerCase(Locale.ROOT)));
    }

    /**
     * Sends a message once. A connection that was kept and turns out to be closed doesn't count.
     *
     * @throws EgressRefusedException if the hub doesn't go there
     * @throws IOException if no answer came, or none that is HTTP; the message goes on after the receiver's name
     * @throws io.animus.api.types.ExternalSystemException {@code DENIED} if the key can't be read
     */
    public Answer post(URI url, Message message, WebhookKey key) throws IOException {
        if (!serves(url)) {
            throw new EgressRefusedException(
                    "the hub posts to https URLs without a user only; the operator may allow http: see insecure_hosts");
        }
        var place = (url.getScheme() + "://" + url.getRawAuthority()).toLowerCase(Locale.ROOT);
        var request = request(url, message, key);
        var kept = idle.take(place);
        if (kept.isPresent()) {
            try {
                return speak(place, kept.get(), request);
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                // Closed while it was idle, most likely, which is no failure: a new one decides.
            }
        }
        return speak(place, connect(url), request);
    }

    private Answer speak(String place, Wire wire, byte[] request) throws IOException {
        var spoken = wire.within(limits.answer(), (in, out) -> {
            out.write(request);
            out.flush();
            var reader = new AnswerReader(in);
            var head = reader.head();
            var answer = new Answer(head.status(), after(head.header("retry-after")));
            return new Spoken(answer, isDrained(wire, reader, head));
        });
        if (spoken.isReusable()) {
            idle.keep(place, wire);
        } else {
            wire.close();
        }
        return spoken.answer();
    }

    private static boolean isDrained(Wire wire, AnswerReader reader, AnswerReader.Head head) {
        try {
            return wire.within(BODY, (in, out) -> reader.drain(head));
        } catch (IOException e) {
            // The answer is known; only the connection is lost.
            return false;
        }
    }

    private Wire connect(URI url) throws IOException {
        var isTls = "https".equalsIgnoreCase(url.getScheme());
        var port = url.getPort() >= 0 ? url.getPort() : isTls ? 443 : 80;
        var admitted = guard.admit(url.getHost(), port);
        var addresses = admitted.subList(0, Math.min(admitted.size(), MOST_ADDRESSES));
        var limit = limits.connect().dividedBy(addresses.size());
        var secured = isTls ? new Wire.Tls(tls, bare(url.getHost()), List.of()) : null;
        for (var address : addresses.subList(0, addresses.size() - 1)) {
            try {
                return Wire.open(address, secured, limit);
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
        return Wire.open(addresses.get(addresses.size() - 1), secured, limit);
    }

    private byte[] request(URI url, Message message, WebhookKey key) {
        var timestamp = clock.instant().getEpochSecond();
        var ascii = URI.create(url.toASCIIString());
        var path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        var head = "POST " + (ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery()) + " HTTP/1.1\r\n"
                + "Host: " + ascii.getRawAuthority() + "\r\n"
                + "User-Agent: animus-hub\r\n"
                + "Content-Type: " + message.contentType() + "\r\n"
                + "Content-Length: " + message.body().length + "\r\n"
                + "webhook-id: " + message.id() + "\r\n"
                + "webhook-timestamp: " + timestamp + "\r\n"
                + "webhook-signature: " + key.sign(message.id(), timestamp, message.body()) + "\r\n\r\n";
        var start = head.getBytes(US_ASCII);
        var request = new byte[start.length + message.body().length];
        System.arraycopy(start, 0, request, 0, start.length);
        System.arraycopy(message.body(), 0, request, start.length, message.body().length);
        return request;
    }

    /** {@code Retry-After} of RFC 9110, 10.2.3: seconds, or a date. */
    private @Nullable Duration after(String value) {
        if (value.isEmpty()) {
            return null;
        }
        if (SECONDS.matcher(value).matches()) {
            return Duration.ofSeconds(Integer.parseInt(value));
        }
        try {
            var date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            var wait = Duration.between(clock.instant(), date.toInstant());
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public void close() {
        idle.close();
    }
}
