package io.animus.kernel.domain.data;

import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import java.util.Locale;

/**
 * A column of tabular content.
 *
 * @param name 1 to 255 characters; unique among the columns of a version
 */
public record Column(String name, Type type) {

    /** What the values of a column are. */
    public enum Type {
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN,
        DATE,
        TIMESTAMP,
        BYTES;

        /** As tables and the API write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException if no type has this word */
        public static Type of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public Column {
        if (name.isEmpty() || name.length() > 255) {
            throw new IllegalArgumentException("the name of a column has 1 to 255 characters");
        }
    }

    /** Reads what {@link #toJson} wrote. */
    public static Column of(Json json) {
        var members = new JsonMembers(json);
        return new Column(members.text("name"), Type.of(members.text("type")));
    }

    /** As the API shows it. */
    public Json.Members toJson() {
        return Json.object().put("name", name).put("type", type.word()).build();
    }
}
