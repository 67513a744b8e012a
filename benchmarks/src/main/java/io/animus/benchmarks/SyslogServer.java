package io.animus.benchmarks;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.animus.api.tck.TlsCertificates;
import io.animus.api.tck.TlsCertificates.Shown;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/** An rsyslog over TLS, which writes a line to a file for each message. */
final class SyslogServer implements Closeable {
    static final Path PROGRAM = Path.of("/usr/sbin/rsyslogd");

    /** Long enough that looking costs the others little, and far below what a round takes. */
    private static final int PAUSE_MILLIS = 10;

    private final Process process;
    private final int port;
    private final FileChannel received;
    private final ByteBuffer piece = ByteBuffer.allocate(1 << 16);
    private long lines;

    SyslogServer(Path folder, TlsCertificates certificates) throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Files.writeString(
                folder.resolve("rsyslog.conf"),
                """
                global(workDirectory="%1$s" maxMessageSize="128k" net.enableDNS="off"
                  defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="%2$s"
                  defaultNetstreamDriverCertFile="%3$s" defaultNetstreamDriverKeyFile="%4$s")
                module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"
                  gnutlsPriorityString="Protocol=-ALL,TLSv1.3")
                template(name="all" type="string" string="%%rawmsg%%\\n")
                ruleset(name="received" queue.type="LinkedList" queue.size="200000") {
                  action(type="omfile" file="%1$s/received" template="all")
                }
                input(type="imtcp" address="127.0.0.1" port="%5$d" ruleset="received")
                """
                        .formatted(
                                folder,
                                certificates.authority(),
                                certificates.certificate(Shown.GOOD),
                                certificates.key(Shown.GOOD),
                                port));
        process = new ProcessBuilder(PROGRAM.toString(), "-n", "-f", folder + "/rsyslog.conf", "-i", "NONE")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("rsyslog.log").toFile())
                .start();
        received = FileChannel.open(
                folder.resolve("received"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        awaitPort(folder);
    }

    int port() {
        return port;
    }

    Cpu cpu() {
        return Cpu.of(process.toHandle());
    }

    /** Waits until it has written this many lines since the last time. */
    void await(long more) throws IOException, InterruptedException {
        var wanted = lines + more;
        var deadline = System.nanoTime() + SECONDS.toNanos(120);
        while (lines < wanted) {
            piece.clear();
            if (received.read(piece) <= 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("only " + (more - wanted + lines) + " of " + more + " messages arrived");
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            lines += newLines(piece.array(), piece.position());
        }
    }

    /** By an array alone: what this takes is taken from those who are measured. */
    private static int newLines(byte[] bytes, int size) {
        var found = 0;
        for (var i = 0; i < size; i++) {
            found += bytes[i] == '\n' ? 1 : 0;
        }
        return found;
    }

    /** Waits until nobody is connected. */
    void awaitNobody() throws IOException, InterruptedException {
        var connected = Pattern.compile("0100007F:%04X [0-9A-F:]+ 01".formatted(port));
        var deadline = System.nanoTime() + SECONDS.toNanos(30);
        while (connected.matcher(Files.readString(Path.of("/proc/net/tcp"))).find()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("somebody stays connected to rsyslog");
            }
            Thread.sleep(10);
        }
    }

    private void awaitPort(Path folder) throws IOException {
        var listening = "0100007F:%04X 00000000:0000 0A".formatted(port);
        var deadline = System.nanoTime() + SECONDS.toNanos(30);
        while (!Files.readString(Path.of("/proc/net/tcp")).contains(listening)) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                process.destroy();
                throw new IOException("rsyslog doesn't come up: " + Files.readString(folder.resolve("rsyslog.log")));
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        received.close();
    }
}
