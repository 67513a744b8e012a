package io.animus.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A refusal of the hub, as its {@code application/problem+json} says it. */
record Problem(int status, String code, String detail, String requestId, String errors) {

    /** Reads an answer; one that is no problem, from something between, is kept in words. */
    static Problem of(int status, String body) {
        JsonNode problem;
        try {
            problem = Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            return new Problem(status, "UNKNOWN", "no problem+json: " + body, "", "");
        }
        var errors = StreamSupport.stream(problem.path("errors").spliterator(), false)
                .map(error -> "%s%s %s: %s"
                        .formatted(
                                error.path("parameter").asText(),
                                error.path("pointer").asText(),
                                error.path("code").asText(),
                                error.path("detail").asText()))
                .collect(Collectors.joining("; "));
        return new Problem(
                status,
                problem.path("code").asText(),
                problem.path("detail").asText(),
                problem.path("requestId").asText(),
                errors);
    }

    @Override
    public String toString() {
        return "%d %s: %s%s".formatted(status, code, detail, errors.isEmpty() ? "" : " [" + errors + "]");
    }
}
