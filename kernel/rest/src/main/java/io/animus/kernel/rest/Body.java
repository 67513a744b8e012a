package io.animus.kernel.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.animus.api.types.Json;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violations;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, read in full within its bounds.
 *
 * @param bytes as they came; empty where there was no body, or none that may be read
 * @param json null where there was none, or none that is JSON
 */
record Body(byte[] bytes, @Nullable JsonNode json) {
    /** The largest body, in bytes. */
    static final int MAX_SIZE = 1 << 20;

    static final Body NONE = new Body(new byte[0], null);

    /** A client that is turned away while it still sends may not see the answer; so much more is read and dropped. */
    private static final long MAX_DROPPED = 8L << 20;

    private static final Pattern MEDIA_TYPE = Pattern.compile("([^;\\s]+)\\s*(?:;\\s*charset=\"?utf-8\"?\\s*)?");
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Json.MAX_DEPTH)
                            .maxNumberLength(400)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads the body, noting what is wrong with it.
     *
     * @param mediaType the only one that is taken
     */
    static Body read(HttpServletRequest request, String mediaType, Violations problems) {
        var bytes = bytes(request, problems);
        if (bytes.isEmpty() || bytes.get().length == 0) {
            return NONE;
        }
        var type = request.getContentType();
        var form = type == null
                ? null
                : MEDIA_TYPE.matcher(type.toLowerCase(Locale.ROOT).strip());
        if (form == null || !form.matches() || !form.group(1).equals(mediaType)) {
            problems.add("", ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as " + mediaType + " in UTF-8.");
            return new Body(bytes.get(), null);
        }
        return new Body(bytes.get(), parse(bytes.get(), problems));
    }

    private static Optional<byte[]> bytes(HttpServletRequest request, Violations problems) {
        try {
            var input = request.getInputStream();
            if (request.getContentLengthLong() <= MAX_SIZE) {
                var bytes = input.readNBytes(MAX_SIZE + 1);
                if (bytes.length <= MAX_SIZE) {
                    return Optional.of(bytes);
                }
            }
            drop(input);
            problems.add("", ProblemCode.BODY_TOO_LARGE, "A body has at most " + MAX_SIZE + " bytes.");
            return Optional.empty();
        } catch (IOException e) {
            problems.add("", ProblemCode.MALFORMED_JSON, "The body ended before it was complete.");
            return Optional.empty();
        }
    }

    private static void drop(InputStream input) throws IOException {
        var buffer = new byte[8192];
        long dropped = 0;
        for (var read = input.read(buffer); read >= 0 && dropped < MAX_DROPPED; read = input.read(buffer)) {
            dropped += read;
        }
    }

    private static @Nullable JsonNode parse(byte[] bytes, Violations problems) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            var json = MAPPER.readTree(text.toString());
            if (!json.isMissingNode()) {
                return json;
            }
            problems.add("", ProblemCode.MALFORMED_JSON, "The body is blank.");
        } catch (CharacterCodingException e) {
            problems.add("", ProblemCode.MALFORMED_JSON, "The body is not UTF-8.");
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            var where = at == null ? "" : " See line %d, column %d.".formatted(at.getLineNr(), at.getColumnNr());
            problems.add(
                    "",
                    ProblemCode.MALFORMED_JSON,
                    "The body is not JSON, nested deeper than " + Json.MAX_DEPTH + ", or names a member twice."
                            + where);
        }
        return null;
    }
}
