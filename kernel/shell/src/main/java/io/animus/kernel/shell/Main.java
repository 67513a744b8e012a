package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** {@code bin/animus shell}: carries keys to the socket of a hub, and back what is to be shown. Runs on this jar alone. */
public final class Main {
    private Main() {}

    /** @param arguments path of the socket, type of the terminal, its columns and rows, and the working directory */
    public static void main(String[] arguments) {
        try {
            var greeting = new Greeting(
                    arguments[1],
                    Integer.parseInt(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    Path.of(arguments[4]));
            carry(Path.of(arguments[0]), greeting);
        } catch (IOException e) {
            System.err.println("animus shell: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void carry(Path socket, Greeting greeting) throws IOException {
        try (var hub = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            ChannelStreams.out(hub).write(greeting.line().getBytes(UTF_8));
            var keys = new Thread(() -> send(System.in, hub), "keys");
            keys.setDaemon(true);
            keys.start();
            var in = ChannelStreams.in(hub);
            var buffer = new byte[8 << 10];
            for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                System.out.write(buffer, 0, read);
                System.out.flush();
            }
        }
    }

    private static void send(InputStream keys, SocketChannel hub) {
        try {
            keys.transferTo(ChannelStreams.out(hub));
            hub.shutdownOutput();
        } catch (IOException e) {
            // The session has ended, and with it this program.
            return;
        }
    }
}
