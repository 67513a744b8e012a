package io.animus.api.types;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON value of which only one spelling exists, so that its {@link #digest()} names the value and not one
 * way to write it. What the hub hashes as JSON (run specifications, environment locks, audit leaves) it hashes in this
 * form.
 *
 * <p>The canonical form is RFC 8785 (JCS) restricted to I-JSON (RFC 7493) and further: numbers are whole and within
 * ±(2<sup>53</sup>−1), so that no floating point exists; strings and member names are in Unicode NFC without lone
 * surrogates and noncharacters. A text that isn't is refused, not repaired: two inputs that differ would otherwise get
 * one digest. Where a repair is right, for text that strangers send and that must be recorded, {@link #clean} makes it.
 *
 * <pre>{@code
 * var spec = Json.object().put("kind", "production").put("priority", 50).putIfPresent("seed", seed).build();
 * var digest = spec.digest();
 * }</pre>
 */
public sealed interface Json {
    /** The largest whole number that every JSON reader keeps exactly: 2<sup>53</sup>−1. */
    long MAX_WHOLE = (1L << 53) - 1;

    /** How deep arrays and objects may be nested in what is written or read; a scalar has depth 0. */
    int MAX_DEPTH = 64;

    /** JSON's {@code null}. */
    Json NULL = new Nothing();

    /** A string, in NFC, without lone surrogates and noncharacters. Control characters are allowed. */
    record Text(String value) implements Json {
        public Text {
            JsonText.check(value);
        }
    }

    /** A whole number within ±{@link #MAX_WHOLE}. */
    record Whole(long value) implements Json {
        public Whole {
            if (value > MAX_WHOLE || value < -MAX_WHOLE) {
                throw new IllegalArgumentException("outside ±(2^53-1): " + value);
            }
        }
    }

    /** {@code true} or {@code false}. */
    record Flag(boolean value) implements Json {}

    /** {@code null}; use {@link #NULL}. */
    record Nothing() implements Json {}

    /** An array. */
    record Sequence(List<Json> items) implements Json {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** An object. Whatever order the given map has, this one's is by UTF-16 code units, as the canonical form has it. */
    record Members(SortedMap<String, Json> members) implements Json {
        public Members {
            members = SortedMembers.of(members);
            members.forEach((name, value) -> JsonText.check(name));
        }

        /** The member with this name. */
        public Optional<Json> find(String name) {
            return Optional.ofNullable(members.get(name));
        }
    }

    /** @throws IllegalArgumentException if the text isn't in NFC or holds a lone surrogate or a noncharacter */
    static Text of(String value) {
        return new Text(value);
    }

    /** @throws IllegalArgumentException if the number is outside ±{@link #MAX_WHOLE} */
    static Whole of(long value) {
        return new Whole(value);
    }

    static Flag of(boolean value) {
        return new Flag(value);
    }

    static Sequence array(Json... items) {
        return new Sequence(List.of(items));
    }

    static Sequence array(Collection<? extends Json> items) {
        return new Sequence(List.copyOf(items));
    }

    /** An array of strings, in the order given. */
    static Sequence texts(Collection<String> values) {
        return new Sequence(values.stream().<Json>map(Text::new).toList());
    }

    /** Starts an object. */
    static Builder object() {
        return new Builder();
    }

    /** Any text made fit to be recorded: put into NFC, with U+FFFD in place of lone surrogates and noncharacters. */
    static Text clean(String value) {
        return new Text(JsonText.clean(value));
    }

    /**
     * The value that these bytes are the canonical form of.
     *
     * @throws IllegalArgumentException if they are not JSON, or not in the canonical form to the last byte
     */
    static Json read(byte[] canonical) {
        return CanonicalReader.read(canonical);
    }

    /**
     * The one spelling of this value, in UTF-8.
     *
     * @throws IllegalArgumentException if the value is nested deeper than {@link #MAX_DEPTH}
     */
    default byte[] canonical() {
        return CanonicalWriter.write(this);
    }

    /** The digest of {@link #canonical()}. */
    default Digest digest() {
        return Digest.of(canonical());
    }

    /** Whether arrays and objects are nested deeper than {@code depth}; a scalar has depth 0, {@code []} has 1. */
    default boolean isDeeperThan(int depth) {
        if (this instanceof Sequence sequence) {
            return depth < 1 || sequence.items().stream().anyMatch(item -> item.isDeeperThan(depth - 1));
        }
        if (this instanceof Members object) {
            return depth < 1 || object.members().values().stream().anyMatch(member -> member.isDeeperThan(depth - 1));
        }
        return false;
    }

    /** Collects the members of one object, each name once. Not for use by several threads. */
    final class Builder {
        private final GrowingMembers members = new GrowingMembers();

        private Builder() {}

        public Builder put(String name, String value) {
            return put(name, new Text(value));
        }

        public Builder put(String name, long value) {
            return put(name, new Whole(value));
        }

        public Builder put(String name, boolean value) {
            return put(name, new Flag(value));
        }

        /** @throws IllegalArgumentException if the object has a member with this name already */
        public Builder put(String name, Json value) {
            if (!members.add(name, value)) {
                throw new IllegalArgumentException("two members with the name " + name);
            }
            return this;
        }

        /** Leaves the member out if {@code value} is null. */
        public Builder putIfPresent(String name, @Nullable String value) {
            return value == null ? this : put(name, value);
        }

        /** Leaves the member out if {@code value} is null. */
        public Builder putIfPresent(String name, @Nullable Long value) {
            return value == null ? this : put(name, value.longValue());
        }

        /** Leaves the member out if {@code value} is null. */
        public Builder putIfPresent(String name, @Nullable Json value) {
            return value == null ? this : put(name, value);
        }

        public Members build() {
            return new Members(members.sorted());
        }
    }
}
