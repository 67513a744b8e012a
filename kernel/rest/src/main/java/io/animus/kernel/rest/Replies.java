package io.animus.kernel.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import io.animus.kernel.core.Answer;
import io.animus.kernel.core.Once;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes answers. */
final class Replies {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String ETAG = "ETag";
    private static final String LOCATION = "Location";
    private static final String CONTENT_LENGTH = "Content-Length";
    private static final String AUDIT_EVENT = "Audit-Event";
    private static final String AUDIT_COVERED = "Audit-Covered";

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
                // As text: of a number Jersey would look up how to write it.
                .header(CONTENT_LENGTH, Integer.toString(written.body().length))
                .header(ETAG, written.etag());
    }

    /** What became of a change, shown. */
    static <T> Response of(Answer<T> answer, Form<T> form) {
        if (answer instanceof Answer.Replayed<T> replayed) {
            return replayed(replayed.first());
        }
        var done = (Answer.Done<T>) answer;
        return json(form.status(done.value()), form.written(done.value()))
                .header(LOCATION, form.location(done.value()))
                .header(AUDIT_EVENT, done.auditEvent())
                .header(AUDIT_COVERED, done.covered())
                .build();
    }

    /** The same answer, for nobody to keep. */
    static Response noStore(Response response) {
        return Response.fromResponse(response)
                .header("Cache-Control", "no-store")
                .build();
    }

    /** Something is gone. */
    static Response deleted(Answer<?> answer) {
        var builder = Response.noContent();
        if (answer instanceof Answer.Done<?> done) {
            builder.header(AUDIT_EVENT, done.auditEvent()).header(AUDIT_COVERED, done.covered());
        }
        return builder.build();
    }

    /** The first answer, if this is a replay of it. */
    static <T> Optional<Once.Rendered> replayed(Answer<T> answer) {
        return answer instanceof Answer.Replayed<T> replayed ? Optional.of(replayed.first()) : Optional.empty();
    }

    /** The first answer again. */
    static Response replayed(Once.Rendered first) {
        return replayed(first, new JsonOutput.Written(first.body(), member(first.body(), "etag")));
    }

    /** The first answer again, with a body that was made anew. */
    static Response replayed(Once.Rendered first, JsonOutput.Written written) {
        return json(Response.Status.fromStatusCode(first.status()), written)
                .header(LOCATION, first.location())
                .header("Idempotency-Replayed", "true")
                .build();
    }

    static Response.ResponseBuilder problem(Problem problem) {
        var body = problem.body();
        return Response.status(problem.status())
                .entity(body)
                .type(Problem.MEDIA_TYPE)
                .header(CONTENT_LENGTH, body.length);
    }

    /** A text that a remembered answer has as a member, or null. */
    static @Nullable String member(byte[] body, String name) {
        try (var json = JSON.createParser(body)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var isWanted = json.currentName().equals(name);
                json.nextToken();
                if (isWanted) {
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
