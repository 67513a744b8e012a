package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.ListFilter.Relation;
import io.animus.kernel.domain.ListValue;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.projectnessie.cel.parser.gen.CELLexer;
import org.projectnessie.cel.parser.gen.CELParser;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.CharStreams;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.CommonTokenStream;

/** What can be read as a filter, and what is said of the rest. */
class CelFilterTest {
    private static final ListField STATE = ListField.word("state", List.of("queued", "failed"));
    private static final ListField NAME = ListField.text("name");
    private static final ListField MAKER = ListField.text("createdBy.id");
    private static final ListField SIZE = ListField.number("size");
    private static final ListField TIME = ListField.time("createdAt");
    private static final ListField TAGS = ListField.texts("tags");
    private static final List<ListField> FIELDS = List.of(STATE, NAME, MAKER, SIZE, TIME, TAGS);

    @Test
    void readsEachComparison() {
        assertThat(read("state == \"failed\"")).isEqualTo(is(STATE, Relation.EQUAL, text("failed")));
        assertThat(read("state != 'failed'")).isEqualTo(is(STATE, Relation.UNEQUAL, text("failed")));
        assertThat(read("size < -5")).isEqualTo(is(SIZE, Relation.LESS, new ListValue.Number(-5)));
        assertThat(read("size <= 0")).isEqualTo(is(SIZE, Relation.LESS_OR_EQUAL, new ListValue.Number(0)));
        assertThat(read("size > 9223372036854775807"))
                .isEqualTo(is(SIZE, Relation.GREATER, new ListValue.Number(Long.MAX_VALUE)));
        assertThat(read("createdBy.id >= 'a'")).isEqualTo(is(MAKER, Relation.GREATER_OR_EQUAL, text("a")));
        assertThat(read("createdAt > timestamp('2026-01-01T01:00:00.000001+01:00')"))
                .isEqualTo(
                        is(TIME, Relation.GREATER, new ListValue.Moment(Instant.parse("2026-01-01T00:00:00.000001Z"))));
        assertThat(read("name == null")).isEqualTo(new ListFilter.Absent(NAME));
        assertThat(read("null != name")).isEqualTo(new ListFilter.Not(new ListFilter.Absent(NAME)));
        assertThat(read("name in ['a', \"b\"]")).isEqualTo(new ListFilter.OneOf(NAME, List.of(text("a"), text("b"))));
        assertThat(read("name in []")).isEqualTo(new ListFilter.OneOf(NAME, List.of()));
        assertThat(read("'a' in tags")).isEqualTo(new ListFilter.Holds(TAGS, text("a")));
        assertThat(read("name.startsWith('a')")).isEqualTo(new ListFilter.StartsWith(NAME, text("a")));
        assertThat(read("createdBy.id.startsWith('a')")).isEqualTo(new ListFilter.StartsWith(MAKER, text("a")));
    }

    @Test
    void turnsComparisonsWhoseFieldIsOnTheRight() {
        assertThat(read("5 < size")).isEqualTo(is(SIZE, Relation.GREATER, new ListValue.Number(5)));
        assertThat(read("5 >= size")).isEqualTo(is(SIZE, Relation.LESS_OR_EQUAL, new ListValue.Number(5)));
        assertThat(read("'a' == name")).isEqualTo(is(NAME, Relation.EQUAL, text("a")));
    }

    @Test
    void bindsAsCelDoes() {
        var a = is(NAME, Relation.EQUAL, text("a"));
        var b = is(NAME, Relation.EQUAL, text("b"));
        var c = is(NAME, Relation.EQUAL, text("c"));

        assertThat(read("name == 'a' || name == 'b' && name == 'c'"))
                .isEqualTo(new ListFilter.Any(List.of(a, new ListFilter.All(List.of(b, c)))));
        assertThat(read("(name == 'a' || name == 'b') && !(name == 'c') // as it should"))
                .isEqualTo(new ListFilter.All(List.of(new ListFilter.Any(List.of(a, b)), new ListFilter.Not(c))));
        assertThat(read("!!(name == 'a')")).isEqualTo(a);
        assertThat(read("!!!(name == 'a')")).isEqualTo(new ListFilter.Not(a));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '|',
            value = {
                "'it''s' ~ ",
                "'a\\'b' ~ a'b",
                "\"a\\\"b\" ~ a\"b",
                "'\\u00e9\\x41\\101\\U0001F600' ~ éAA😀",
                "'\\\\ \\n' ~ |\\ \n|",
                "'é😀' ~ é😀"
            })
    void unescapesStrings(String literal, String expected) {
        if (expected == null) {
            assertThat(refused("name == " + literal)).contains("can't be read on");
        } else {
            assertThat(read("name == " + literal)).isEqualTo(is(NAME, Relation.EQUAL, text(expected)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '|',
            value = {
                "nme == 'a' ~ character 1: There is no such field. The fields are state, name, createdBy.id, size, createdAt, tags.",
                "name == 'a' && Size == 1 ~ character 16: There is no such field",
                "name.id == 'a' ~ no such field",
                "name ~ joins comparisons",
                "true ~ joins comparisons",
                "!name ~ joins comparisons",
                "name == 5 ~ name is compared with a string.",
                "size == 'a' ~ size is compared with an integer.",
                "size == 1.5 ~ can be compared",
                "size == 1u ~ can be compared",
                "size == 0x10 ~ decimal",
                "size == 9223372036854775808 ~ decimal",
                "size == true ~ can be compared",
                "size == size + 1 ~ doesn't calculate",
                "size == --5 ~ can be compared",
                "createdAt > '2026-01-01T00:00:00Z' ~ createdAt is compared with a timestamp",
                "createdAt > timestamp('yesterday') ~ such as 2026-01-12T10:00:00Z",
                "createdAt > timestamp('+99999-01-01T00:00:00Z') ~ such as",
                "createdAt > timestamp('2026-01-01T00:00:00.0000001Z') ~ microseconds",
                "createdAt > timestamp(5) ~ one string",
                "createdAt > timestamp() ~ one string",
                "createdAt > duration('1h') ~ The functions are",
                "state == 'flying' ~ state is compared with one of \"queued\", \"failed\".",
                "state < 'queued' ~ state has no order",
                "state.startsWith('q') ~ state has no startsWith",
                "name.endsWith('a') ~ The functions are",
                "name.matches('(a+)+') ~ The functions are",
                "startsWith('a') ~ joins comparisons",
                "tags == 'a' ~ write \"…\" in tags",
                "tags == null ~ never null",
                "'a' in name ~ is no list",
                "'a' in ['a'] ~ Write field in",
                "1 in tags ~ Write field in",
                "name in 'a' ~ Write field in",
                "name in [['a']] ~ A list holds",
                "name in [name] ~ A list holds",
                "name == name ~ compared with one value",
                "'a' == 'a' ~ One side must be a field",
                "name == 'a' == true ~ chained",
                "name < null ~ null is compared",
                "tags[0] == 'a' ~ can be compared",
                "tags.exists(t, t == 'a') ~ The functions are",
                "{'a': 1} == name ~ can be compared",
                "name == r'a' ~ one pair of quotes",
                "name == '''a''' ~ one pair of quotes",
                "name == b'a' ~ can be compared",
                "name == '\\u0000' ~ U+0000",
                "name == '\\ud83d' ~ surrogate",
                "name == 'a' ? true : false ~ no conditionals",
                "name == 'a ~ CEL",
                "name = 'a' ~ CEL",
                "name == 'a' AND size == 1 ~ can't be read on",
                "name == 'a' && ~ can't be read on",
                "(name == 'a' ~ can't be read on",
                "name == 'a') ~ can't be read on",
                ".name == 'a' ~ can be compared",
                "name == 'a'; drop table run ~ CEL",
                "name == 'a' -- x ~ doesn't calculate",
                "ñame == 'a' ~ CEL has no such characters",
                "name == `a` ~ CEL"
            })
    void saysWhatItCanNotRead(String text, String said) {
        assertThat(refused(text)).contains(said).hasSizeLessThan(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "[",
                "{",
                "!",
                "-",
                "a.",
                "a(",
                "'a' in [",
                "name == ",
                "a?b:",
                "name == 'a' || ",
                "\\",
                "'",
                "/",
                "😀"
            })
    void readsWhatIsHostileInNoTime(String part) {
        for (var length : new int[] {CelFilter.LONGEST, 10_000, 1 << 20}) {
            var text = part.repeat(length / part.length());

            assertThat(refused(text)).isNotEmpty();
        }
    }

    @Test
    void countsWhatAFilterHolds() {
        var nested = "(".repeat(CelFilter.DEEPEST) + "name == 'a'" + ")".repeat(CelFilter.DEEPEST);
        assertThat(read(nested)).isEqualTo(is(NAME, Relation.EQUAL, text("a")));
        assertThat(refused("(" + nested + ")")).contains("at most 16 deep");

        var terms = Collections.nCopies(CelReader.MOST_TERMS, "size == 1");
        assertThat(read(String.join("||", terms))).isInstanceOf(ListFilter.Any.class);
        assertThat(refused(String.join("||", terms) + "|| name.startsWith('a')"))
                .contains("at most 50 comparisons");

        var values = Collections.nCopies(CelReader.MOST_VALUES, "1");
        assertThat(read("size in [" + String.join(",", values) + "]")).isInstanceOf(ListFilter.OneOf.class);
        assertThat(refused("size in [" + String.join(",", values) + ",1]")).contains("at most 200 values");

        assertThat(refused("")).contains("1 to 2048 characters");
        assertThat(refused("size == 1" + " ".repeat(CelFilter.LONGEST))).contains("1 to 2048 characters");
    }

    /** Whatever comes in is read or refused; nothing else is thrown, and the parser's memory of what it saw stays small. */
    @Test
    void survivesAnything() {
        var random = new Random(59);
        var parts = List.of(
                "name == 'a'",
                "size in [1]",
                "'a' in tags",
                "name",
                "size",
                "tags",
                " in ",
                "[",
                "]",
                "(",
                ")",
                "==",
                "<",
                "&&",
                "||",
                "!",
                "'a'",
                "'\\x",
                "1",
                "-",
                ".",
                ",",
                "null",
                "timestamp",
                "startsWith",
                "{",
                "}",
                "?",
                ":",
                "\"",
                "\\",
                "é",
                "\uD83D",
                "//",
                "\n",
                "true",
                "1.5",
                "b'",
                "r\"",
                "in",
                "+",
                "*");
        var read = 0;
        for (var i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (var j = random.nextInt(12); j >= 0; j--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            try {
                CelFilter.read(text.toString(), FIELDS);
                read++;
            } catch (RefusedFilterException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        assertThat(read).as("some of them are filters").isPositive();
        assertThat(remembered()).as("states of the parser's automata").isLessThan(5_000);
    }

    /** How many states the parser keeps of what it has read, for all filters together. */
    private static int remembered() {
        var parser = new CELParser(new CommonTokenStream(new CELLexer(CharStreams.fromString(""))));
        return Arrays.stream(parser.getInterpreter().decisionToDFA)
                .mapToInt(automaton -> automaton.states.size())
                .sum();
    }

    private static ListFilter read(String text) {
        return CelFilter.read(text, FIELDS);
    }

    private static String refused(String text) {
        var refused = new String[1];
        assertThatExceptionOfType(RefusedFilterException.class)
                .as(text.substring(0, Math.min(80, text.length())))
                .isThrownBy(() -> CelFilter.read(text, FIELDS))
                .satisfies(e -> refused[0] = e.getMessage());
        return refused[0];
    }

    private static ListFilter is(ListField field, Relation relation, ListValue value) {
        return new ListFilter.Compared(field, relation, value);
    }

    private static ListValue.Text text(String text) {
        return new ListValue.Text(text);
    }
}
