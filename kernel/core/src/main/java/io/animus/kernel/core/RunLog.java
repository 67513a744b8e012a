package io.animus.kernel.core;

import io.animus.api.executor.LogLine;
import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import java.time.Instant;
import java.util.Locale;

/** The form in which a log is kept: one line of canonical JSON for each line of output. */
final class RunLog {
    private RunLog() {}

    static Json.Members json(LogLine line) {
        return Json.object()
                .put("number", line.number())
                .put("time", line.time().toString())
                .put("stream", line.stream().name().toLowerCase(Locale.ROOT))
                .put("text", Json.clean(line.text()))
                .build();
    }

    static LogLine line(byte[] json) {
        var members = new JsonMembers(Json.read(json));
        return new LogLine(
                members.whole("number"),
                Instant.parse(members.text("time")),
                LogLine.Stream.valueOf(members.text("stream").toUpperCase(Locale.ROOT)),
                members.text("text"));
    }
}
