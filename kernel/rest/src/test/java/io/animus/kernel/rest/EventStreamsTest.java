package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.kernel.domain.RefusedException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.servlet.ServletContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams as clients on real sockets see them: silent ones, and ones that don't read. */
class EventStreamsTest {
    private static final Duration IDLE = Duration.ofSeconds(2);

    private final EventStreams streams = new EventStreams(1);
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    /** Streams of which there may be one at a time. */
    @Path("/")
    public final class Streams {
        /** Has nothing to say until the hub stops. */
        @GET
        @Path("silent")
        public Response silent() {
            return streams.open(stream -> {
                try {
                    while (stream.isOpen()) {
                        stream.pause(Duration.ofMillis(500));
                    }
                } finally {
                    ends.add("silent");
                }
            });
        }

        /** Has more to say than anybody could read. */
        @GET
        @Path("endless")
        public Response endless() {
            return streams.open(stream -> {
                var data = ("{\"line\": \"" + "x".repeat(10_000) + "\"}").getBytes(US_ASCII);
                try {
                    for (var i = 1; stream.isOpen(); i++) {
                        stream.send(Integer.toString(i), "line", data);
                    }
                } finally {
                    ends.add("endless");
                }
            });
        }
    }

    @BeforeEach
    void start() throws Exception {
        var application = new ResourceConfig().register(new UnbufferedAnswers()).register(new Streams());
        var context = new ServletContextHandler("/");
        context.addServlet(new ServletHolder(new ServletContainer(application)), "/*");
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.setHandler(context);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        streams.close();
        server.stop();
    }

    @Test
    void showsEvery15SecondsThatASilentStreamLives() throws Exception {
        try (var client = ask("silent");
                var lines = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII))) {
            client.setSoTimeout(20_000);
            var comments = new ArrayList<Long>();
            while (comments.size() < 2) {
                var line = lines.readLine();
                assertThat(line).as("a stream that goes on").isNotNull();
                if (line.equals(":")) {
                    comments.add(System.nanoTime());
                }
            }

            var between = Duration.ofNanos(comments.get(1) - comments.get(0));
            assertThat(between).isBetween(Duration.ofSeconds(14), Duration.ofSeconds(18));
        }
    }

    @Test
    void cutsOffAClientThatDoesNotReadAndGivesItsPlaceToAnother() throws Exception {
        try (var slow = ask("endless")) {
            assertThat(slow.getInputStream().read())
                    .as("an answer that has begun")
                    .isPositive();

            assertThat(ends.poll(30, TimeUnit.SECONDS)).isEqualTo("endless");
        }
        awaitRoom();
        try (var next = ask("silent")) {
            assertThat(next.getInputStream().read()).isPositive();
        }
    }

    @Test
    void endsStreamsWhenTheHubStops() throws Exception {
        try (var client = ask("silent")) {
            assertThat(client.getInputStream().read()).isPositive();

            streams.close();

            assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo("silent");
        }
    }

    /** The place is given back just after the stream has ended. */
    private void awaitRoom() {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try {
                streams.requireRoom();
                return;
            } catch (RefusedException full) {
                assertThat(System.nanoTime()).as(full.getMessage()).isLessThan(end);
                Thread.onSpinWait();
            }
        }
    }

    private Socket ask(String path) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        socket.getOutputStream().write(("GET /" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }
}
