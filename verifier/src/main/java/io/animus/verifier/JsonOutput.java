package io.animus.verifier;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes one JSON object, member by member. */
final class JsonOutput {
    private final List<String> members = new ArrayList<>();

    JsonOutput put(String name, String value) {
        return raw(name, quoted(value));
    }

    JsonOutput put(String name, long value) {
        return raw(name, Long.toString(value));
    }

    JsonOutput put(String name, boolean value) {
        return raw(name, Boolean.toString(value));
    }

    /** {@code null} if empty. */
    JsonOutput put(String name, Optional<Boolean> value) {
        return raw(name, value.map(Object::toString).orElse("null"));
    }

    JsonOutput put(String name, List<Finding> findings) {
        return raw(name, findings.stream().map(JsonOutput::object).collect(Collectors.joining(",", "[", "]")));
    }

    JsonOutput putAll(String name, List<String> values) {
        return raw(name, values.stream().map(JsonOutput::quoted).collect(Collectors.joining(",", "[", "]")));
    }

    /** @param json written already */
    JsonOutput raw(String name, String json) {
        members.add(quoted(name) + ":" + json);
        return this;
    }

    String text() {
        return "{" + String.join(",", members) + "}";
    }

    private static String object(Finding finding) {
        var object = new JsonOutput().put("fault", finding.fault().name());
        if (finding.leaf() != Finding.NO_LEAF) {
            object.put("leaf", finding.leaf());
        }
        if (!finding.event().isEmpty()) {
            object.put("event", finding.event());
        }
        return object.put("sentence", finding.sentence()).text();
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String quoted(String text) {
        return text.chars()
                .mapToObj(c ->
                        c < ' ' || c > '~' || c == '"' || c == '\\' ? "\\u%04x".formatted(c) : Character.toString(c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
