package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** {@code bin/animus shell}: carries keys to the socket of a hub, and back what is to be shown. Runs on this jar alone. */
public final class Main {
    private Main() {}

    /**
     * Ends with 0 if the session ended in good order, else with 1.
     *
     * @param arguments path of the socket, type of the terminal, its columns and rows, and the working directory
     */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.in, System.out, System.err));
    }

    static int run(List<String> arguments, InputStream keys, PrintStream out, PrintStream err) {
        try {
            var greeting = new Greeting(
                    arguments.get(1), size(arguments.get(2)), size(arguments.get(3)), Path.of(arguments.get(4)));
            if (isCarried(Path.of(arguments.get(0)), greeting, keys, out)) {
                return 0;
            }
            err.println("animus shell: the hub closed the session; its log may say more");
        } catch (InvalidPathException e) {
            err.println(
                    "animus shell: this locale has no letters for the folder; come from another one, or set LC_ALL");
        } catch (IOException e) {
            err.println("animus shell: " + e.getMessage());
        }
        return 1;
    }

    /** A terminal may not say how large it is. */
    private static int size(String digits) {
        return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : 0;
    }

    /** Whether the session ended in good order. */
    private static boolean isCarried(Path socket, Greeting greeting, InputStream keys, PrintStream out)
            throws IOException {
        try (var hub = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var sender = new Thread(() -> send(greeting, keys, hub), "keys");
            sender.setDaemon(true);
            sender.start();
            var in = ChannelStreams.in(hub);
            var buffer = new byte[8 << 10];
            var isEnd = false;
            for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (isEnd) {
                    out.write(Greeting.END);
                }
                isEnd = read > 0 && buffer[read - 1] == Greeting.END;
                out.write(buffer, 0, isEnd ? read - 1 : read);
                out.flush();
            }
            return isEnd;
        }
    }

    /** A hub that turns us away may do so before it reads a word, and has said why. */
    private static void send(Greeting greeting, InputStream keys, SocketChannel hub) {
        try {
            ChannelStreams.out(hub).write(greeting.line().getBytes(UTF_8));
            keys.transferTo(ChannelStreams.out(hub));
            hub.shutdownOutput();
        } catch (IOException e) {
            // The session has ended, and with it this program.
            return;
        }
    }
}
