package io.animus.plugin.siem.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.audit.Receipt;
import io.animus.api.plugin.egress.Wire;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TCP with octet counting (RFC 6587) and TLS (RFC 5425): each message after its length, so that nothing in it can end it.
 *
 * <p>The receiver never answers. A connection that it closed is therefore looked for before each batch and thrown out as a
 * failure, not replaced in silence: what was sent last may be lost, and the kernel has to know.
 */
final class StreamReceiver implements Receiver {
    /** How long a receiver has to refuse the hub's certificate, which in TLS 1.3 it does after the handshake. */
    private static final Duration VERDICT = Duration.ofMillis(200);

    /** What TLS sends in one piece at most. */
    private static final int RECORD = 1 << 14;

    private final String host;
    private final int port;
    private final @Nullable Supplier<Wire.Tls> tls;
    private final Duration connectTimeout;
    private final Duration writeTimeout;
    private volatile @Nullable Wire wire;
    private volatile boolean isClosed;

    /**
     * @param tls asked for each connection, so that a rotated certificate counts at the next one; null for plain TCP
     * @param connectTimeout for connection and handshake
     * @param writeTimeout for the writing of one batch
     */
    StreamReceiver(
            String host, int port, @Nullable Supplier<Wire.Tls> tls, Duration connectTimeout, Duration writeTimeout) {
        this.host = host;
        this.port = port;
        this.tls = tls;
        this.connectTimeout = connectTimeout;
        this.writeTimeout = writeTimeout;
    }

    @Override
    public Receipt send(List<Message> batch) throws IOException {
        var current = connected();
        try {
            current.within(writeTimeout, (in, out) -> {
                var framed = new BufferedOutputStream(out, RECORD);
                for (var message : batch) {
                    framed.write((message.content().length + " ").getBytes(US_ASCII));
                    framed.write(message.content());
                }
                framed.flush();
                return true;
            });
        } catch (IOException e) {
            wire = null;
            throw e;
        }
        return new Receipt(batch.size(), List.of());
    }

    private Wire connected() throws IOException {
        var known = wire;
        if (known != null) {
            try {
                known.checkOpen(Duration.ZERO);
                return known;
            } catch (IOException e) {
                wire = null;
                throw e;
            }
        }
        var address = new InetSocketAddress(host, port);
        var made = tls == null ? Wire.open(address, null, connectTimeout) : secured(address, tls.get());
        wire = made;
        if (isClosed) {
            close();
            throw new IOException("the sink was stopped");
        }
        return made;
    }

    private Wire secured(InetSocketAddress address, Wire.Tls shown) throws IOException {
        try {
            var made = Wire.open(address, shown, connectTimeout);
            awaitVerdict(made);
            return made;
        } catch (SSLException e) {
            throw brokeOff(e) ? hungUp(e) : e;
        }
    }

    private static void awaitVerdict(Wire made) throws IOException {
        try {
            made.checkOpen(VERDICT);
        } catch (EOFException | SocketException e) {
            throw hungUp(e);
        }
    }

    /** Whether there was no word of TLS at the end: the wire broke under it. */
    private static boolean brokeOff(SSLException e) {
        return e.getCause() instanceof IOException && !(e.getCause() instanceof SSLException);
    }

    private static IOException hungUp(IOException cause) {
        return new IOException("it hung up at the handshake: see client_certificate_file", cause);
    }

    @Override
    public void close() {
        isClosed = true;
        var known = wire;
        wire = null;
        if (known != null) {
            known.close();
        }
    }
}
