package io.animus.kernel.core;

import static java.util.stream.Collectors.toMap;

import io.animus.api.types.Json;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What of a plugin can be configured: once, or with {@code isFactory} any number of times, an instance each.
 *
 * @param pid PID, or factory PID
 */
public record ConfigurationType(
        String pid, boolean isFactory, String title, String description, List<ConfigurationAttribute> attributes) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,63}");
    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";

    public ConfigurationType {
        attributes = List.copyOf(attributes);
    }

    /** Whether a configuration with this PID is of this type: a factory's is {@code <factory PID>~<name>}. */
    public boolean covers(String configuration) {
        var prefix = pid + "~";
        return isFactory
                ? configuration.startsWith(prefix)
                        && NAME.matcher(configuration.substring(prefix.length()))
                                .matches()
                : configuration.equals(pid);
    }

    /** How a PID of this type looks, for people. */
    public String form() {
        return isFactory ? pid + "~<name>" : pid;
    }

    /** As JSON Schema, draft 2020-12. */
    public Json.Members schema() {
        var properties = Json.object();
        attributes.forEach(attribute -> properties.put(attribute.id(), attribute.schema()));
        return Json.object()
                .put("$schema", DRAFT)
                .put("title", title)
                .put("description", description)
                .put("type", "object")
                .put("additionalProperties", false)
                .put(
                        "required",
                        Json.texts(attributes.stream()
                                .filter(ConfigurationAttribute::isRequired)
                                .map(ConfigurationAttribute::id)
                                .toList()))
                .put("properties", properties.build())
                .build();
    }

    /** All that is wrong with the values, each at its place below {@code pointer}; it never says what they are. */
    List<Violation> problems(String pointer, Json.Members values) {
        var found = new ArrayList<Violation>();
        var known = byId();
        values.members().forEach((id, value) -> {
            var attribute = known.get(id);
            var problem = attribute == null ? Optional.of("This plugin has no such value.") : attribute.problem(value);
            var at = pointer + "/" + id.replace("~", "~0").replace("/", "~1");
            problem.ifPresent(detail -> found.add(Violation.at(at, ProblemCode.INVALID_VALUE, detail)));
        });
        attributes.stream()
                .filter(attribute -> attribute.isRequired() && !values.members().containsKey(attribute.id()))
                .forEach(attribute -> found.add(
                        Violation.at(pointer + "/" + attribute.id(), ProblemCode.INVALID_VALUE, "It is required.")));
        return found;
    }

    /** Values without problems as Configuration Admin takes them. */
    Dictionary<String, Object> typed(Json.Members values) {
        var typed = new Hashtable<String, Object>();
        var known = byId();
        values.members()
                .forEach((id, value) ->
                        typed.put(id, Objects.requireNonNull(known.get(id)).typed(value)));
        return typed;
    }

    /** What may be shown of values that Configuration Admin has. */
    Json.Members shown(Dictionary<String, Object> values) {
        var shown = Json.object();
        for (var attribute : attributes) {
            var value = values.get(attribute.id());
            if (value != null) {
                shown.putIfPresent(attribute.id(), attribute.shown(value).orElse(null));
            }
        }
        return shown.build();
    }

    private Map<String, ConfigurationAttribute> byId() {
        return attributes.stream().collect(toMap(ConfigurationAttribute::id, Function.identity(), (one, other) -> one));
    }
}
