package io.animus.kernel.shell;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** A real server on a Unix socket, in which something happens between a guest's coming and its being known. */
final class WatchedServer extends ServerSocketChannel {
    /** What happens then; if it fails, the guest is lost. */
    interface Event {
        void happen() throws IOException;
    }

    private final ServerSocketChannel server;
    private final Event event;

    private WatchedServer(ServerSocketChannel server, Event event) {
        super(server.provider());
        this.server = server;
        this.event = event;
    }

    static WatchedServer with(Event event) throws IOException {
        return new WatchedServer(ServerSocketChannel.open(StandardProtocolFamily.UNIX), event);
    }

    @Override
    public SocketChannel accept() throws IOException {
        var guest = server.accept();
        try {
            event.happen();
            return guest;
        } catch (IOException e) {
            guest.close();
            throw e;
        }
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
        server.bind(local, backlog);
        return this;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        server.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return server.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return server.supportedOptions();
    }

    @Override
    public ServerSocket socket() {
        return server.socket();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return server.getLocalAddress();
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        server.close();
    }

    @Override
    protected void implConfigureBlocking(boolean isBlocking) throws IOException {
        server.configureBlocking(isBlocking);
    }
}
