package io.animus.kernel.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.animus.api.types.Json;
import io.animus.kernel.core.Configurations.Shown;
import io.animus.kernel.core.PluginConfigurations.Configured;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Configurations of plugins in bodies and answers. */
final class ConfigurationForms {
    private static final int MOST_VALUES = 256;
    private static final int MOST_ITEMS = 256;
    private static final Pattern PID = Pattern.compile("[A-Za-z0-9_.~-]{1,255}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.$-]{1,127}");

    private static final Shape<Json> TEXT = Shape.text(0, 4096).map(Json::of);
    private static final Shape<Json> WHOLE =
            Shape.whole(-(1L << 53) + 1, (1L << 53) - 1).map(Json::of);
    private static final Shape<Json> SINGLE = new Shape<>(ConfigurationForms::single, () -> Json.NULL);
    private static final Shape<Json> LIST = Shape.list(0, MOST_ITEMS, SINGLE).map(Json::array);
    private static final Shape<Json> VALUE =
            new Shape<>((node, place) -> (node.isArray() ? LIST : SINGLE).read().apply(node, place), () -> Json.NULL);
    private static final Shape<Json.Members> VALUES = Shape.map(
                    MOST_VALUES, NAME, "1 to 127 of A-Z a-z 0-9 _ . $ -", VALUE)
            .map(ConfigurationForms::members);

    static final Shape<String> UNCONFIGURE =
            Shape.object(members -> members.required("pid", Shape.matching(PID, "a PID, or <factory PID>~<name>")));
    static final Shape<Wish> CONFIGURE = Shape.object(members -> new Wish(
            members.required("pid", Shape.matching(PID, "a PID, or <factory PID>~<name>")),
            members.required("values", VALUES)));

    private ConfigurationForms() {}

    /** How somebody wants an instance of a plugin to be. */
    record Wish(String pid, Json.Members values) {}

    private static Json single(JsonNode node, Place place) {
        if (node.isBoolean()) {
            return Json.of(node.booleanValue());
        }
        if (node.isNumber()) {
            return WHOLE.read().apply(node, place);
        }
        return TEXT.read().apply(node, place);
    }

    private static Json.Members members(Map<String, Json> values) {
        var members = Json.object();
        values.forEach(members::put);
        return members.build();
    }

    static void write(JsonOutput output, Shown shown) {
        output.list("types", shown.types(), (one, type) -> one.put("pid", type.pid())
                        .put("factory", type.isFactory())
                        .put("schema", type.schema()))
                .list("items", shown.items(), ConfigurationForms::write);
    }

    static void write(JsonOutput output, Configured configured) {
        output.put("pid", configured.pid())
                .put("source", configured.source().name().toLowerCase(Locale.ROOT))
                .put("values", configured.values())
                .put("digest", configured.values().digest().value());
    }
}
