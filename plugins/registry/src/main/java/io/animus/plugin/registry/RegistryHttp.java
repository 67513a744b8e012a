package io.animus.plugin.registry;

import io.animus.api.plugin.TrustedAuthorities;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One GET with a bounded answer.
 *
 * <p>On the JDK's client rather than Camel's http component: a call can be interrupted, its whole answer has one deadline,
 * and no byte beyond the limit is read, none of which a blocking socket under that component gives.
 */
final class RegistryHttp {
    /** The most that is read of any answer: what the distribution specification lets a manifest have. */
    static final int MAX_BYTES = 4 << 20;

    private final HttpClient client;
    private final Duration readTimeout;

    RegistryHttp(TrustedAuthorities authorities, Duration connectTimeout, Duration readTimeout) {
        this.client = HttpClient.newBuilder()
                .sslContext(authorities.context())
                .connectTimeout(connectTimeout)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.readTimeout = readTimeout;
    }

    /**
     * The answer of {@code address}, whatever its status.
     *
     * @param headers name, value, name, value …
     */
    HttpResponse<byte[]> get(URI address, List<String> headers) {
        var request = HttpRequest.newBuilder(address);
        if (!headers.isEmpty()) {
            request.headers(headers.toArray(String[]::new));
        }
        var answer = client.sendAsync(request.build(), bounded());
        try {
            return answer.get(readTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TooLarge) {
                throw RegistryFailure.rejected(
                        "registry " + address.getAuthority() + " sends more than " + MAX_BYTES + " bytes");
            }
            throw RegistryFailure.of(
                    address, e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        } catch (TimeoutException e) {
            throw RegistryFailure.unavailable(address, "takes longer than read_timeout_ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RegistryFailure.of(address, new InterruptedIOException());
        } finally {
            answer.cancel(true);
        }
    }

    private static BodyHandler<byte[]> bounded() {
        return head -> new Bounded();
    }

    private static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Bounded implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private Flow.@Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription started) {
            subscription = started;
            started.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (var part : parts) {
                if (part.remaining() > MAX_BYTES - received.size()) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    body.completeExceptionally(new TooLarge());
                    return;
                }
                var bytes = new byte[part.remaining()];
                part.get(bytes);
                received.writeBytes(bytes);
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(received.toByteArray());
        }
    }
}
