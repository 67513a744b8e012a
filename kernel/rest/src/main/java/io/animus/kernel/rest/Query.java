package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.Order;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import java.net.URLDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query parameters of a request. Those that nobody asked for are unknown. Not safe for several threads. */
final class Query {
    private static final int LONGEST_SHOWN = 64;
    // As AIP-132 has it; -createdAt is how it was written before.
    private static final Pattern ORDER =
            Pattern.compile("(?<member>[A-Za-z]{1,64})(?: +(?:asc|(?<desc>desc)))?|-(?<falling>[A-Za-z]{1,64})");

    private final Map<String, List<String>> parameters = new LinkedHashMap<>();
    private final Set<String> known = new HashSet<>();
    private final List<Violation> problems;

    /** @param problems where what is wrong is noted */
    Query(@Nullable String raw, List<Violation> problems) {
        this.problems = problems;
        if (raw == null || raw.isEmpty()) {
            return;
        }
        for (var pair : raw.split("&")) {
            if (!pair.isEmpty()) {
                var equals = pair.indexOf('=');
                var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                var value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                parameters.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
            }
        }
    }

    /** All values, in the order given. */
    List<String> all(String name) {
        known.add(name);
        return parameters.getOrDefault(name, List.of());
    }

    /** The one value, or null if there is none. */
    @Nullable String find(String name) {
        var values = all(name);
        if (values.size() > 1) {
            note(name, "It may be given once.");
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /**
     * The one value as {@code parse} makes it.
     *
     * @param rule what a value that {@code parse} does not take breaks
     */
    <T> @Nullable T find(String name, String rule, Function<String, T> parse) {
        var value = find(name);
        return value == null ? null : parsed(name, value, rule, parse);
    }

    /** Each value as {@code parse} makes it. */
    <T> List<T> all(String name, String rule, Function<String, T> parse) {
        var values = new ArrayList<T>();
        for (var value : all(name)) {
            var one = parsed(name, value, rule, parse);
            if (one != null) {
                values.add(one);
            }
        }
        return List.copyOf(values);
    }

    /** A whole number. */
    int number(String name, int min, int max, int otherwise) {
        var number = find(name, "It must be a whole number from " + min + " to " + max + ".", text -> {
            var value = Integer.parseInt(text);
            if (value < min || value > max || text.startsWith("+")) {
                throw new IllegalArgumentException(text);
            }
            return value;
        });
        return number == null ? otherwise : number;
    }

    /** One of some words, or null. */
    <T> @Nullable T oneOf(String name, List<T> values, Function<T, String> word) {
        var rule = "It must be one of "
                + String.join(", ", values.stream().map(word).toList()) + ".";
        return find(name, rule, text -> values.stream()
                .filter(value -> word.apply(value).equals(text))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new));
    }

    /** A text of 1 to {@code max} characters; empty where it is missing, which is noted. */
    String required(String name, int max) {
        var text = find(name);
        if (text == null || text.isEmpty() || text.length() > max) {
            note(name, "It is required and has 1 to " + max + " characters.");
            return "";
        }
        return text;
    }

    /** Whether the parameter is {@code true}; left out means no. */
    boolean isTrue(String name) {
        return Boolean.TRUE.equals(oneOf(name, List.of(true, false), String::valueOf));
    }

    /** What {@code orderBy} wants, such as {@code name} or {@code createdAt desc}. */
    Order order(ListForm form) {
        var rule = "It must be one of %s, with asc or desc behind it or nothing, which is asc."
                .formatted(String.join(", ", form.members()));
        var order = find("orderBy", rule, text -> {
            var parts = ORDER.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException(text);
            }
            var falling = parts.group("falling");
            var key = form.orders().get(falling == null ? parts.group("member") : falling);
            if (key == null) {
                throw new IllegalArgumentException(text);
            }
            return new Order(key, falling != null || parts.group("desc") != null);
        });
        return order == null ? form.otherwise() : order;
    }

    /** What {@code filter} wants, or null for all. */
    @Nullable ListFilter filter(ListForm form) {
        var text = find("filter");
        if (text == null) {
            return null;
        }
        try {
            return CelFilter.read(text, form.fields());
        } catch (RefusedFilterException e) {
            note("filter", String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** @throws IllegalArgumentException if it is no time of the years 1 to 9999, in RFC 3339 */
    static Instant time(String text) {
        try {
            var time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() < 1 || time.getYear() > 9999) {
                throw new IllegalArgumentException(text);
            }
            return time.toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(e);
        }
    }

    void note(String name, String detail) {
        problems.add(Violation.inParameter(name, ProblemCode.INVALID_PARAMETER, detail));
    }

    /** Notes each parameter that nobody asked for. */
    void noteUnknown() {
        parameters.keySet().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> note(Place.shortened(name, LONGEST_SHOWN), "This operation has no such parameter."));
    }

    /** All parameters but those of paging, in one spelling: what a page token is good for. */
    String filters() {
        var filters = new TreeMap<>(parameters);
        filters.remove("pageSize");
        filters.remove("pageToken");
        return filters.toString();
    }

    private <T> @Nullable T parsed(String name, String value, String rule, Function<String, T> parse) {
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException e) {
            note(name, rule);
            return null;
        }
    }

    private String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            note(Place.shortened(text, LONGEST_SHOWN), "It is not percent-encoded.");
            return text;
        }
    }
}
