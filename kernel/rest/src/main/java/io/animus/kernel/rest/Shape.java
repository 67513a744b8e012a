package io.animus.kernel.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.Violations;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a value of a body must look like, and what it becomes. A value that is wrong is noted at its place, and a harmless
 * stand-in goes on in its stead, so that all that is wrong with a body is found in one reading; whoever read it must refuse
 * the request if anything was noted.
 *
 * @param read makes the value or notes what is wrong
 * @param standIn makes what goes on where there is no value
 */
record Shape<T>(BiFunction<JsonNode, Place, T> read, Supplier<T> standIn) {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9][a-z0-9._/-]{0,62}");
    private static final String LABEL_RULE = "1 to 63 of a-z 0-9 . _ / -, not starting with a sign";
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,62}");

    static final Shape<Name> NAME = of("1 to 63 of a-z 0-9 -, not starting with -", () -> new Name("x"), Name::new);
    static final Shape<String> WORD = NAME.map(Name::value);
    static final Shape<String> DESCRIPTION = text(0, 4000);
    static final Shape<Digest> DIGEST =
            of("sha256: and 64 lower-case hex digits", () -> Digest.of(new byte[0]), Digest::new);
    static final Shape<Quantity> CPU =
            of("cores like 2 or thousandths like 500m", () -> Quantity.cpu("1"), Quantity::cpu);
    static final Shape<Quantity> BYTES =
            of("bytes like 512Mi, 2G or 1048576", () -> Quantity.bytes("1"), Quantity::bytes);
    static final Shape<Map<String, String>> LABELS = map(64, LABEL, LABEL_RULE, text(0, 255));
    static final Shape<Map<String, Optional<String>>> LABELS_PATCH =
            map(64, LABEL, LABEL_RULE, text(0, 255).orNull());
    static final Shape<List<String>> TAGS = list(
                    0, 32, matching(TAG, "1 to 63 of A-Z a-z 0-9 . _ : / -, not starting with a sign"))
            .distinct();

    /** A string that {@code parse} takes; what it doesn't take breaks {@code rule}. */
    static <T> Shape<T> of(String rule, Supplier<T> standIn, Function<String, T> parse) {
        return new Shape<>(
                (node, place) -> {
                    var text = textOf(node, place);
                    if (text == null) {
                        return standIn.get();
                    }
                    try {
                        return parse.apply(text);
                    } catch (IllegalArgumentException e) {
                        place.invalid("It must be " + rule + ".");
                        return standIn.get();
                    }
                },
                standIn);
    }

    /** A string of {@code min} to {@code max} characters, in NFC and without U+0000. */
    static Shape<String> text(int min, int max) {
        return of("a string of " + min + " to " + max + " characters", () -> "x", text -> {
            var length = text.codePointCount(0, text.length());
            if (length < min || length > max) {
                throw new IllegalArgumentException("wrong length");
            }
            return text;
        });
    }

    static Shape<String> matching(Pattern form, String rule) {
        return of(rule, () -> "x", text -> {
            if (!form.matcher(text).matches()) {
                throw new IllegalArgumentException(rule);
            }
            return text;
        });
    }

    /** The id of something; what it names may or may not exist. */
    static Shape<TypeId> id(String prefix) {
        return of("an id like " + prefix + "_…", () -> TypeId.of(prefix, new UUID(0, 0)), text -> {
            if (!TypeId.isForm(prefix, text)) {
                throw new IllegalArgumentException(prefix);
            }
            return new TypeId(text);
        });
    }

    /** One of some words. */
    static <T> Shape<T> oneOf(List<T> values, Function<T, String> word) {
        var words = new LinkedHashMap<String, T>();
        values.forEach(value -> words.put(word.apply(value), value));
        return of("one of " + String.join(", ", words.keySet()), () -> values.get(0), text -> {
            var value = words.get(text);
            if (value == null) {
                throw new IllegalArgumentException("unknown word");
            }
            return value;
        });
    }

    static Shape<Long> whole(long min, long max) {
        return new Shape<>(
                (node, place) -> {
                    if (!node.isIntegralNumber()) {
                        place.wrongType("a whole number");
                        return min;
                    }
                    var value = node.longValue();
                    if (!node.canConvertToLong() || value < min || value > max) {
                        place.invalid("It must be " + min + " to " + max + ".");
                        return min;
                    }
                    return value;
                },
                () -> min);
    }

    static Shape<Integer> number(int min, int max) {
        return whole(min, max).map(Math::toIntExact);
    }

    static <T> Shape<List<T>> list(int min, int max, Shape<T> item) {
        return new Shape<>(
                (node, place) -> {
                    if (!node.isArray()) {
                        place.wrongType("an array");
                        return List.of();
                    }
                    if (node.size() < min || node.size() > max) {
                        place.invalid("It must have " + min + " to " + max + " items.");
                        return List.of();
                    }
                    var items = new ArrayList<T>(node.size());
                    for (var i = 0; i < node.size(); i++) {
                        items.add(item.read().apply(node.get(i), place.item(i)));
                    }
                    return List.copyOf(items);
                },
                List::of);
    }

    static <T> Shape<Map<String, T>> map(int max, Pattern names, String rule, Shape<T> value) {
        return new Shape<>(
                (node, place) -> {
                    if (!node.isObject()) {
                        place.wrongType("an object");
                        return Map.of();
                    }
                    if (node.size() > max) {
                        place.invalid("It must have at most " + max + " members.");
                        return Map.of();
                    }
                    var members = new LinkedHashMap<String, T>();
                    node.properties().forEach(member -> {
                        var at = place.member(member.getKey());
                        var one = value.read().apply(member.getValue(), at);
                        if (!names.matcher(member.getKey()).matches()) {
                            at.invalid("The name must be " + rule + ".");
                        } else if (isText(member.getKey(), at)) {
                            members.put(member.getKey(), one);
                        }
                    });
                    return Map.copyOf(members);
                },
                Map::of);
    }

    /** An object with the members that {@code reader} asks for, and no others. */
    static <T> Shape<T> object(Function<Members, T> reader) {
        var empty = new Place("", new Violations());
        Supplier<T> standIn = () -> Members.read(JsonNodeFactory.instance.objectNode(), empty.muted(), reader);
        return new Shape<>(
                (node, place) -> {
                    if (!node.isObject()) {
                        place.wrongType("an object");
                        return standIn.get();
                    }
                    return Members.read(node, place, reader);
                },
                standIn);
    }

    <R> Shape<R> map(Function<T, R> change) {
        return new Shape<>((node, place) -> change.apply(read.apply(node, place)), () -> change.apply(standIn.get()));
    }

    /** The same, or null. */
    Shape<Optional<T>> orNull() {
        return new Shape<>(
                (node, place) -> node.isNull() ? Optional.empty() : Optional.of(read.apply(node, place)),
                Optional::empty);
    }

    /** The same array, but no value of it twice. */
    Shape<T> distinct() {
        return withoutRepeats(item -> item, (place, item) -> place.item(item).invalid("It is in the list already."));
    }

    /** The same array of objects, but no name twice. */
    Shape<T> distinctNames() {
        return withoutRepeats(item -> item.path("name"), (place, item) -> place.item(item)
                .member("name")
                .note(ProblemCode.DUPLICATE_NAME, "Another entry of the list has this name."));
    }

    private Shape<T> withoutRepeats(Function<JsonNode, JsonNode> key, BiConsumer<Place, Integer> note) {
        return new Shape<>(
                (node, place) -> {
                    var value = read.apply(node, place);
                    var seen = new HashSet<JsonNode>();
                    var hasRepeats = false;
                    for (var i = 0; node.isArray() && i < node.size(); i++) {
                        var own = key.apply(node.get(i));
                        if (!own.isMissingNode() && !seen.add(own)) {
                            note.accept(place, i);
                            hasRepeats = true;
                        }
                    }
                    return hasRepeats ? standIn.get() : value;
                },
                standIn);
    }

    private static @Nullable String textOf(JsonNode node, Place place) {
        if (!node.isTextual()) {
            place.wrongType("a string");
            return null;
        }
        return isText(node.textValue(), place) ? node.textValue() : null;
    }

    private static boolean isText(String text, Place place) {
        if (text.indexOf('\0') >= 0) {
            place.invalid("It holds U+0000.");
            return false;
        }
        try {
            Json.of(text);
            return true;
        } catch (IllegalArgumentException e) {
            place.invalid("It is not Unicode text in NFC.");
            return false;
        }
    }
}
