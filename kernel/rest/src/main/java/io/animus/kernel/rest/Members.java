package io.animus.kernel.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.animus.kernel.domain.ProblemCode;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An object of a body, read member by member. What is wrong is noted, as {@link Shape} says; members that nobody asked for
 * are unknown.
 */
final class Members {
    private final JsonNode object;
    private final Place place;
    private final Set<String> known = new HashSet<>();

    private Members(JsonNode object, Place place) {
        this.object = object;
        this.place = place;
    }

    /** What {@code reader} makes of the object; notes the members that it did not ask for. */
    static <T> T read(JsonNode object, Place place, Function<Members, T> reader) {
        var members = new Members(object, place);
        var value = reader.apply(members);
        object.properties().forEach(member -> {
            if (!members.known.contains(member.getKey())) {
                place.member(member.getKey())
                        .note(ProblemCode.UNKNOWN_MEMBER, "There is no such member here; see /openapi.yaml.");
            }
        });
        return value;
    }

    <T> T required(String name, Shape<T> shape) {
        var node = find(name);
        if (node == null) {
            place.member(name).note(ProblemCode.MISSING_MEMBER, "It is required.");
            return shape.standIn().get();
        }
        return shape.read().apply(node, place.member(name));
    }

    <T> T optional(String name, Shape<T> shape, T otherwise) {
        var value = optional(name, shape);
        return value == null ? otherwise : value;
    }

    /** The value, or null if the member is left out. */
    <T> @Nullable T optional(String name, Shape<T> shape) {
        var node = find(name);
        return node == null ? null : shape.read().apply(node, place.member(name));
    }

    /** What a merge patch does to a value: left out it stays, null takes {@code otherwise} again. */
    <T> UnaryOperator<T> patch(String name, Shape<? extends T> shape, @Nullable T otherwise) {
        var node = find(name);
        if (node == null) {
            return UnaryOperator.identity();
        }
        var value = node.isNull() ? otherwise : shape.read().apply(node, place.member(name));
        return now -> value;
    }

    boolean has(String name) {
        return find(name) != null;
    }

    boolean isEmpty() {
        return object.isEmpty();
    }

    /** Where this object is. */
    Place place() {
        return place;
    }

    private @Nullable JsonNode find(String name) {
        known.add(name);
        return object.get(name);
    }
}
