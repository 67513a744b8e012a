package io.animus.kernel.rest;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.Caller;
import io.animus.kernel.core.RunResults;
import io.animus.kernel.core.Target;
import io.animus.kernel.domain.access.Permission;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What happens to a run and what it writes, as it happens; served by {@link RunsResource}. */
@Component(service = RunStreams.class)
public final class RunStreams {
    private static final Pattern EVENT_ID = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Pattern LOG_ID = Pattern.compile("[1-9][0-9]{0,8}-[1-9][0-9]{0,17}");
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final Door door;
    private final EventStreams streams;
    private final RunResults results;

    @Activate
    public RunStreams(
            @Reference(name = "door") Door door,
            @Reference(name = "streams") EventStreams streams,
            @Reference(name = "results") RunResults results) {
        this.door = door;
        this.streams = streams;
        this.results = results;
    }

    Response events(HttpServletRequest request, String project, String run) {
        return door.open(request, "streamRunEvents", Target.inProject(project, "run", run), call -> {
            var last = call.lastEventId(EVENT_ID);
            var after = last == null ? 0 : Integer.parseInt(last);
            var caller = call.caller();
            results.transitions(caller, project, run, Integer.MAX_VALUE);
            return streams.open(stream -> writeEvents(stream, caller, project, run, after));
        });
    }

    Response logs(HttpServletRequest request, String project, String run) {
        return door.open(request, "streamRunLogs", Target.inProject(project, "run", run), call -> {
            var last = call.lastEventId(LOG_ID);
            var parts = last == null ? new String[] {"1", "0"} : last.split("-");
            var caller = call.caller();
            streams.requireRoom();
            var opened = results.openLog(caller, project, run);
            var log = new LogStream(
                    results,
                    () -> results.requireStill(caller, project, run, Permission.READ_RESULTS),
                    opened.run(),
                    Integer.parseInt(parts[0]),
                    Long.parseLong(parts[1]));
            return Response.fromResponse(streams.open(log::write))
                    .header("Audit-Event", opened.auditEvent())
                    .build();
        });
    }

    private void writeEvents(EventStream stream, Caller caller, String project, String run, int after)
            throws IOException {
        var last = after;
        while (stream.isOpen()) {
            results.requireStill(caller, project, run, Permission.READ);
            // Asked before the transitions are read: what is over has no more than those.
            var isOver = results.isOver(new TypeId(run));
            for (var transition : results.transitions(caller, project, run, last)) {
                last = transition.number();
                var data = JsonOutput.write(output -> RunViews.writeEvent(output, transition));
                stream.send(String.valueOf(last), "state", data.body());
            }
            if (isOver) {
                stream.end();
                return;
            }
            stream.pause(BETWEEN_LOOKS);
        }
    }
}
