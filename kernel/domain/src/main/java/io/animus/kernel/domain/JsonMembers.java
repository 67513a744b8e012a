package io.animus.kernel.domain;

import io.animus.api.types.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads members of an object that the hub wrote; one that isn't as it was written is a defect. */
public record JsonMembers(Json.Members object) {

    public JsonMembers(Json json) {
        this((Json.Members) json);
    }

    public String text(String name) {
        return ((Json.Text) required(name)).value();
    }

    /** The text, unless the member is absent or null. */
    public Optional<String> findText(String name) {
        return object.find(name).filter(Json.Text.class::isInstance).map(text -> ((Json.Text) text).value());
    }

    public long whole(String name) {
        return ((Json.Whole) required(name)).value();
    }

    public int integer(String name) {
        return Math.toIntExact(whole(name));
    }

    public <T> List<T> list(String name, Function<Json, T> item) {
        return ((Json.Sequence) required(name)).items().stream().map(item).toList();
    }

    public List<String> texts(String name) {
        return list(name, text -> ((Json.Text) text).value());
    }

    public Json required(String name) {
        return object.find(name)
                .orElseThrow(() -> new IllegalStateException("a stored object lacks the member " + name));
    }
}
