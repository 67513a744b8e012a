package io.animus.kernel.store.postgres;

import static java.util.stream.Collectors.toMap;

import io.animus.kernel.domain.ItemFields;
import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.ListFilter.Relation;
import io.animus.kernel.domain.ListValue;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Filters by chance, and what they are about. */
final class SampleFilters {
    /** What a run holds, without a database. */
    static final ItemFields<SampleRun> IN_MEMORY = ItemFields.of(
            ListFields.RUNS,
            ListFields.RUNS.stream()
                    .map(ListField::name)
                    .collect(toMap(Function.identity(), name -> run -> values(run.value(name)))));

    private SampleFilters() {}

    /** A filter by this field. */
    static ListFilter anyOf(ListField field) {
        return field.type() == ListField.Type.TEXTS
                ? new ListFilter.Holds(field, new ListValue.Text("a"))
                : new ListFilter.Not(new ListFilter.OneOf(field, List.of(value(new Random(1), field, List.of()))));
    }

    /** @param runs whose values it asks for now and then */
    static ListFilter random(Random random, List<SampleRun> runs) {
        return random(random, runs, 3);
    }

    private static ListFilter random(Random random, List<SampleRun> runs, int depth) {
        var parts = 1 + random.nextInt(3);
        return switch (depth == 0 ? 9 : random.nextInt(8)) {
            case 0, 1 ->
                new ListFilter.All(IntStream.range(0, parts)
                        .mapToObj(i -> random(random, runs, depth - 1))
                        .toList());
            case 2, 3 ->
                new ListFilter.Any(IntStream.range(0, parts)
                        .mapToObj(i -> random(random, runs, depth - 1))
                        .toList());
            case 4 -> new ListFilter.Not(random(random, runs, depth - 1));
            default -> leaf(random, runs);
        };
    }

    private static ListFilter leaf(Random random, List<SampleRun> runs) {
        var field = SampleRun.one(random, ListFields.RUNS);
        if (field.type() == ListField.Type.TEXTS) {
            return new ListFilter.Holds(field, new ListValue.Text(SampleRun.one(random, SampleRun.TEXTS)));
        }
        var kind = random.nextInt(8);
        if (kind == 0) {
            return new ListFilter.Absent(field);
        }
        if (kind == 1) {
            return new ListFilter.OneOf(
                    field,
                    IntStream.range(0, random.nextInt(4))
                            .mapToObj(i -> value(random, field, runs))
                            .toList());
        }
        if (kind == 2 && field.type() == ListField.Type.TEXT) {
            return new ListFilter.StartsWith(field, new ListValue.Text(SampleRun.one(random, SampleRun.TEXTS)));
        }
        var relations = field.type() == ListField.Type.WORD
                ? List.of(Relation.EQUAL, Relation.UNEQUAL)
                : Arrays.asList(Relation.values());
        return new ListFilter.Compared(field, SampleRun.one(random, relations), value(random, field, runs));
    }

    private static ListValue value(Random random, ListField field, List<SampleRun> runs) {
        var known = runs.isEmpty() ? null : SampleRun.one(random, runs).value(field.name());
        return switch (field.type()) {
            case WORD -> new ListValue.Text(SampleRun.one(random, field.words()));
            case NUMBER ->
                new ListValue.Number(
                        known instanceof Long number && random.nextInt(5) > 0 ? number : random.nextLong());
            case TIME -> new ListValue.Moment(SampleRun.moment(random));
            case TEXT, TEXTS ->
                new ListValue.Text(known instanceof String text ? text : SampleRun.one(random, SampleRun.TEXTS));
        };
    }

    private static List<? extends ListValue> values(@Nullable Object value) {
        if (value instanceof List<?> texts) {
            return texts.stream().map(text -> new ListValue.Text((String) text)).toList();
        }
        if (value instanceof String text) {
            return List.of(new ListValue.Text(text));
        }
        if (value instanceof Long number) {
            return List.of(new ListValue.Number(number));
        }
        return value instanceof Instant at ? List.of(new ListValue.Moment(at)) : List.of();
    }
}
