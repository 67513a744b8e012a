package io.animus.kernel.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.animus.kernel.core.Answer;
import io.animus.kernel.core.Once;
import io.animus.kernel.domain.RefusedException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes answers. */
final class Replies {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String ETAG = "ETag";
    private static final String LOCATION = "Location";

    private Replies() {}

    static Response ok(Consumer<JsonOutput> content) {
        return json(Response.Status.OK, JsonOutput.write(content)).build();
    }

    static <T> Response ok(T value, View<T> view) {
        return ok(output -> view.write(output, value));
    }

    static Response.ResponseBuilder json(Response.StatusType status, JsonOutput.Written written) {
        return Response.status(status)
                .entity(written.body())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(ETAG, written.etag());
    }

    /** What became of a change, shown. */
    static <T> Response of(
            Answer<T> answer, Response.Status status, View<T> view, Function<T, @Nullable String> location) {
        if (answer instanceof Answer.Replayed<T> replayed) {
            return replayed(replayed.first());
        }
        var done = (Answer.Done<T>) answer;
        return json(status, JsonOutput.write(output -> view.write(output, done.value())))
                .header(LOCATION, location.apply(done.value()))
                .header("Audit-Event", done.auditEvent().value())
                .build();
    }

    /** Something is gone. */
    static Response deleted(Answer<?> answer) {
        var builder = Response.noContent();
        if (answer instanceof Answer.Done<?> done) {
            builder.header("Audit-Event", done.auditEvent().value());
        }
        return builder.build();
    }

    static <T> Once.Rendered rendered(
            Response.Status status, View<T> view, Function<T, @Nullable String> location, T value) {
        var written = JsonOutput.write(output -> view.write(output, value));
        return new Once.Rendered(status.getStatusCode(), written.body(), location.apply(value));
    }

    /** The first answer again. */
    static Response replayed(Once.Rendered first) {
        return Response.status(first.status())
                .entity(first.body())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(ETAG, etag(first.body()))
                .header(LOCATION, first.location())
                .header("Idempotency-Replayed", "true")
                .build();
    }

    static Response problem(Problem problem, RefusedException refusal) {
        var builder = problem(problem);
        refusal.auditEvent().ifPresent(event -> builder.header("Audit-Event", event.value()));
        return builder.build();
    }

    static Response.ResponseBuilder problem(Problem problem) {
        return Response.status(problem.status()).entity(problem.body()).type(Problem.MEDIA_TYPE);
    }

    private static @Nullable String etag(byte[] body) {
        try (var json = JSON.createParser(body)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var isTag = json.currentName().equals("etag");
                json.nextToken();
                if (isTag) {
                    return json.getText();
                }
                json.skipChildren();
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("a remembered answer is not JSON", e);
        }
    }
}
