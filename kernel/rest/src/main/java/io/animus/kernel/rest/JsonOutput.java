package io.animus.kernel.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.animus.api.types.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes one JSON object into memory, member by member. Not safe for several threads. */
final class JsonOutput {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private final JsonGenerator json;
    private int depth;
    private @Nullable String etag;

    /**
     * An answer's body.
     *
     * @param etag what the outermost object has as its entity tag; null if it has none
     */
    record Written(byte[] body, @Nullable String etag) {}

    private JsonOutput() {
        json = written(() -> FACTORY.createGenerator(bytes));
    }

    /** The object whose members {@code content} writes. */
    static Written write(Consumer<JsonOutput> content) {
        var output = new JsonOutput();
        output.object(content);
        output.done(output.json::close);
        return new Written(output.bytes.toByteArray(), output.etag);
    }

    JsonOutput put(String name, @Nullable String value) {
        if (value == null) {
            return done(() -> json.writeNullField(name));
        }
        return done(() -> json.writeStringField(name, value));
    }

    JsonOutput put(String name, long value) {
        return done(() -> json.writeNumberField(name, value));
    }

    JsonOutput put(String name, boolean value) {
        return done(() -> json.writeBooleanField(name, value));
    }

    JsonOutput number(String name, @Nullable Number value) {
        return value == null ? putNull(name) : put(name, value.longValue());
    }

    JsonOutput putNull(String name) {
        return done(() -> json.writeNullField(name));
    }

    /** RFC 3339 in UTC with at most six decimals. */
    JsonOutput put(String name, @Nullable Instant time) {
        return put(
                name, time == null ? null : time.truncatedTo(ChronoUnit.MICROS).toString());
    }

    /** The strong entity tag of this version of the object. */
    JsonOutput etag(long version) {
        var tag = EntityTag.of(version);
        if (depth == 1) {
            etag = tag;
        }
        return put("etag", tag);
    }

    JsonOutput texts(String name, Collection<String> values) {
        done(() -> json.writeArrayFieldStart(name));
        values.forEach(value -> done(() -> json.writeString(value)));
        return done(json::writeEndArray);
    }

    JsonOutput texts(String name, Map<String, String> values) {
        return object(name, content -> new TreeMap<>(values).forEach(content::put));
    }

    JsonOutput object(String name, Consumer<JsonOutput> content) {
        done(() -> json.writeFieldName(name));
        return object(content);
    }

    <T> JsonOutput list(String name, Collection<T> items, View<T> item) {
        done(() -> json.writeArrayFieldStart(name));
        items.forEach(each -> object(output -> item.write(output, each)));
        return done(json::writeEndArray);
    }

    /** A value that the hub keeps in its canonical form. */
    JsonOutput put(String name, @Nullable Json value) {
        return value == null ? putNull(name) : raw(name, value.canonical());
    }

    /** A value that is JSON already. */
    JsonOutput raw(String name, byte[] value) {
        return done(() -> {
            json.writeFieldName(name);
            json.writeRawValue("");
            json.flush();
            bytes.write(value);
        });
    }

    private JsonOutput object(Consumer<JsonOutput> content) {
        done(json::writeStartObject);
        depth++;
        content.accept(this);
        depth--;
        return done(json::writeEndObject);
    }

    private JsonOutput done(Step step) {
        written(() -> {
            step.run();
            return this;
        });
        return this;
    }

    private static <T> T written(Source<T> source) {
        try {
            return source.get();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to take JSON", e);
        }
    }

    /** A step of writing. */
    private interface Step {
        void run() throws IOException;
    }

    /** Makes something to write with. */
    private interface Source<T> {
        T get() throws IOException;
    }
}
