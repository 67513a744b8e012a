package io.animus.api.plugin.egress;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One TCP or TLS connection on which nothing takes longer than it may: whatever the other side does or doesn't, a call
 * ends at its limit or when its thread is interrupted, and the connection with it.
 *
 * <p>A blocked write on an ordinary socket ends at no deadline and at no interruption; closing the channel below it ends
 * both. One thread at a time, but {@link #close} may be called from any.
 */
public final class Wire implements AutoCloseable {
    private static final Duration GOODBYE = Duration.ofSeconds(1);
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private final SocketChannel channel;
    private final Socket socket;

    private Wire(SocketChannel channel, Socket socket) {
        this.channel = channel;
        this.socket = socket;
    }

    /**
     * How to speak TLS 1.3, or 1.2 to who knows no better.
     *
     * @param context whom to trust and what to show
     * @param host the name or address that the certificate must be for
     * @param suites names of the cipher suites to offer; empty for Java's own choice
     */
    public record Tls(SSLContext context, String host, List<String> suites) {
        public Tls {
            suites = List.copyOf(suites);
        }
    }

    /** Something said over a connection. */
    @FunctionalInterface
    public interface Exchange<T> {
        T with(InputStream in, OutputStream out) throws IOException;
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException;
    }

    /**
     * Connects to exactly this address, and shakes hands.
     *
     * @param tls null for plain TCP
     * @param limit for all of it
     * @throws SocketTimeoutException if it takes longer
     * @throws InterruptedIOException if the thread was interrupted; it still is
     */
    public static Wire open(InetSocketAddress address, @Nullable Tls tls, Duration limit) throws IOException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostString());
        }
        var channel = SocketChannel.open();
        return within(channel, limit, () -> {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.connect(address);
            return new Wire(channel, tls == null ? channel.socket() : secured(channel.socket(), address, tls));
        });
    }

    private static Socket secured(Socket plain, InetSocketAddress address, Tls tls) throws IOException {
        var secured =
                (SSLSocket) tls.context().getSocketFactory().createSocket(plain, tls.host(), address.getPort(), true);
        var parameters = secured.getSSLParameters();
        parameters.setProtocols(PROTOCOLS.toArray(String[]::new));
        if (!tls.suites().isEmpty()) {
            parameters.setCipherSuites(tls.suites().toArray(String[]::new));
        }
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /**
     * Lets {@code exchange} use the connection. If it fails in any way the connection is closed.
     *
     * @throws SocketTimeoutException if it takes longer than {@code limit}
     * @throws InterruptedIOException if the thread was interrupted; it still is
     */
    public <T> T within(Duration limit, Exchange<T> exchange) throws IOException {
        return within(channel, limit, () -> exchange.with(socket.getInputStream(), socket.getOutputStream()));
    }

    /**
     * For protocols in which the other side never speaks: finds out whether it has hung up.
     *
     * @param wait how long it may take to say so; zero for what has come already, else at least a millisecond
     * @throws EOFException if it has
     * @throws IOException if the connection broke, or TLS was refused after the handshake
     */
    public void checkOpen(Duration wait) throws IOException {
        within(wait.plus(GOODBYE), (in, out) -> {
            // A read that only a timeout ends takes a millisecond at least, and an exception.
            if (wait.isZero() && !isReadable()) {
                return true;
            }
            socket.setSoTimeout(Math.toIntExact(Math.max(1, wait.toMillis())));
            try {
                // What it says, though nobody asked, is thrown away; unread, it would turn our close into a reset.
                if (in.read(new byte[1024]) < 0) {
                    throw new EOFException("the other side has closed the connection");
                }
            } catch (SocketTimeoutException e) {
                return false;
            } finally {
                socket.setSoTimeout(0);
            }
            return true;
        });
    }

    private boolean isReadable() throws IOException {
        try (var selector = Selector.open()) {
            channel.configureBlocking(false);
            var key = channel.register(selector, SelectionKey.OP_READ);
            try {
                return selector.selectNow() > 0;
            } finally {
                key.cancel();
                selector.selectNow();
                channel.configureBlocking(true);
            }
        }
    }

    /** Says goodbye as the protocol wants it, for a second at most. */
    @Override
    public void close() {
        try {
            within(channel, GOODBYE, () -> {
                socket.close();
                return true;
            });
        } catch (IOException e) {
            cut(channel);
        }
    }

    private static <T> T within(SocketChannel channel, Duration limit, Step<T> step) throws IOException {
        var timer = new CompletableFuture<Boolean>().orTimeout(limit.toMillis(), MILLISECONDS);
        timer.exceptionally(late -> cut(channel));
        var isDone = false;
        try {
            var answer = step.run();
            isDone = true;
            return answer;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw (IOException) new InterruptedIOException("the call was cut off at its deadline").initCause(e);
            }
            if (timer.isCompletedExceptionally()) {
                throw (IOException)
                        new SocketTimeoutException("takes longer than " + limit.toMillis() + " ms").initCause(e);
            }
            throw e;
        } finally {
            timer.complete(true);
            if (!isDone) {
                cut(channel);
            }
        }
    }

    private static boolean cut(SocketChannel channel) {
        try {
            channel.close();
            return true;
        } catch (IOException e) {
            // It is closed all the same: what fails is only the system's call.
            return false;
        }
    }
}
