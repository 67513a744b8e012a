package io.animus.kernel.rest;

import io.animus.kernel.core.RunResults;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.UnavailableException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the number of open event streams within bounds: each holds a thread of the server. A client that does not read is cut
 * off by the server's idle timeout. Safe for many threads.
 */
@Component(service = EventStreams.class, configurationPid = EventStreams.PID)
@Designate(ocd = EventStreams.Config.class)
public final class EventStreams {
    /** The configuration of event streams. */
    public static final String PID = "io.animus.rest.streams";

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

    private final Semaphore places;
    private final CountDownLatch stopping = new CountDownLatch(1);

    /** How many streams there may be. */
    @ObjectClassDefinition(name = "REST API: event streams")
    public @interface Config {
        @AttributeDefinition(
                description = "Event streams open at once, 32 at the most; less than the threads of the HTTP server")
        int most() default RunResults.MOST_LOG_READERS;
    }

    /** Fills a stream. */
    @FunctionalInterface
    interface Content {
        void write(EventStream stream) throws IOException;
    }

    @Activate
    public EventStreams(Config config) {
        this(Math.min(config.most(), RunResults.MOST_LOG_READERS));
    }

    EventStreams(int most) {
        this.places = new Semaphore(most);
    }

    @Deactivate
    void close() {
        stopping.countDown();
    }

    /** @throws RefusedException {@code RATE_LIMITED} if no further stream may be opened now */
    void requireRoom() {
        if (places.availablePermits() == 0) {
            throw RefusedException.of(
                    ProblemCode.RATE_LIMITED, "The hub has as many streams open as it may. Try again in some seconds.");
        }
    }

    /**
     * Answers with a stream that {@code content} fills on the thread of the request.
     *
     * @throws RefusedException as {@link #requireRoom}
     */
    Response open(Content content) {
        requireRoom();
        StreamingOutput output = out -> {
            // Between asking for room and taking it somebody else may have been faster; the client comes back.
            if (places.tryAcquire()) {
                try {
                    fill(new EventStream(out, stopping), content);
                } finally {
                    places.release();
                }
            }
        };
        return Response.ok(output, MediaType.SERVER_SENT_EVENTS_TYPE)
                .header("Cache-Control", "no-store")
                .build();
    }

    /** What keeps the stream from going on is told to the client when it comes back for the rest. */
    private static void fill(EventStream stream, Content content) {
        try {
            stream.begin();
            content.write(stream);
        } catch (RefusedException | UnavailableException e) {
            LOG.debug("a stream ends early: {}", e.getMessage());
        } catch (IOException e) {
            LOG.debug("a client went away", e);
        }
    }
}
