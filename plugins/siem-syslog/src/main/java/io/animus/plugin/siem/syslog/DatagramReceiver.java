package io.animus.plugin.siem.syslog;

import io.animus.api.audit.Receipt;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** UDP (RFC 5426): each message a datagram, and nobody knows whether it arrives. */
final class DatagramReceiver implements Receiver {
    /** The most that a datagram holds over IPv4. */
    static final int MAX_BYTES = 65_507;

    private final String host;
    private final int port;
    private volatile @Nullable DatagramChannel channel;

    DatagramReceiver(String host, int port) {
        this.host = host;
        this.port = port;
    }

    @Override
    public Receipt send(List<Message> batch) throws IOException {
        var current = channel == null ? connected() : channel;
        var refused = new ArrayList<Receipt.Refused>();
        try {
            for (var message : batch) {
                if (message.content().length > MAX_BYTES) {
                    refused.add(new Receipt.Refused(
                            message.index(),
                            message.content().length + " bytes are more than a datagram holds; use tcp or tls"));
                } else {
                    current.write(ByteBuffer.wrap(message.content()));
                }
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        return new Receipt(batch.size(), refused);
    }

    /** Connected, so that the system hands over the receiver's "port unreachable". */
    private DatagramChannel connected() throws IOException {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException(host);
        }
        var made = DatagramChannel.open();
        made.connect(address);
        channel = made;
        return made;
    }

    @Override
    public void close() {
        var known = channel;
        channel = null;
        if (known != null) {
            try {
                known.close();
            } catch (IOException e) {
                throw new IllegalStateException("a datagram socket doesn't close", e);
            }
        }
    }
}
