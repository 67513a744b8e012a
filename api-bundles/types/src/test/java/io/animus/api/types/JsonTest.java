package io.animus.api.types;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    /** RFC 8785, 3.2.2 to 3.2.4, without its {@code numbers}, which are floating point. */
    @Test
    void writesTheExampleOfTheRfcToTheByte() {
        var example = Json.object()
                .put("string", "\u20ac$\u000F\nA'B\"\\\\\"/")
                .put("literals", Json.array(Json.NULL, Json.of(true), Json.of(false)))
                .build();

        assertThat(HexFormat.of().formatHex(example.canonical()))
                .isEqualTo(
                        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac245c7530"
                                + "3030665c6e4127425c225c5c5c5c5c222f227d");
    }

    /** RFC 8785, 3.2.3: by UTF-16 code units, in which the emoji (D83D DE00) comes before U+FB33. */
    @Test
    void ordersMembersByUtf16CodeUnits() {
        var example = Json.object()
                .put("\u20ac", "Euro Sign")
                .put("\r", "Carriage Return")
                .put("1", "One")
                .put("\ud83d\ude00", "Emoji: Grinning Face")
                .put("\u0080", "Control")
                .put("\u00f6", "Latin Small Letter O With Diaeresis")
                .put("\uffee", "Halfwidth White Circle")
                .build();

        assertThat(example.members().values())
                .extracting(value -> ((Json.Text) value).value())
                .containsExactly(
                        "Carriage Return",
                        "One",
                        "Control",
                        "Latin Small Letter O With Diaeresis",
                        "Euro Sign",
                        "Emoji: Grinning Face",
                        "Halfwidth White Circle");
        assertThat(written(example)).startsWith("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":");
    }

    @Test
    void escapesControlCharactersAndNothingElse() {
        assertThat(written(Json.of("\u0000\b\t\n\u000b\f\r\u001f\u007f\u0080/<>&\u2028")))
                .isEqualTo("\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\u007f\u0080/<>&\u2028\"");
    }

    @Test
    void ordersMembersWhateverOrderTheGivenMapHas() {
        SortedMap<String, Json> backwards = new TreeMap<>((a, b) -> b.compareTo(a));
        backwards.put("a", Json.of(1));
        backwards.put("b", Json.of(2));

        assertThat(written(new Json.Members(backwards))).isEqualTo("{\"a\":1,\"b\":2}");
    }

    @Test
    void changesOfTheGivenMapDoNotReachIn() {
        SortedMap<String, Json> given = new TreeMap<>();
        var object = new Json.Members(given);
        given.put("late", Json.NULL);

        assertThat(object.members()).isEmpty();
    }

    @Test
    void leavesOutWhatIsAbsent() {
        var object = Json.object()
                .put("kind", "production")
                .put("priority", 50)
                .put("validateOnly", false)
                .putIfPresent("seed", (Long) null)
                .putIfPresent("reason", (String) null)
                .putIfPresent("limits", (Json) null)
                .putIfPresent("retries", 3L)
                .build();

        assertThat(written(object))
                .isEqualTo("{\"kind\":\"production\",\"priority\":50,\"retries\":3,\"validateOnly\":false}");
    }

    @Test
    void refusesTheSameMemberTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object().put("a", 1).put("a", 1));
    }

    @Test
    void digestIsOfTheCanonicalForm() {
        assertThat(Json.object().put("b", 2).put("a", 1).build().digest())
                .isEqualTo(Digest.of("{\"a\":1,\"b\":2}".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(longs = {Json.MAX_WHOLE + 1, -Json.MAX_WHOLE - 1, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesNumbersThatSomeReadersRound(long number) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(number));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\ud83d", "\ude00a", "\ude00\ud83d", "\ufdd0", "\uffff", "\ud83f\udffe", "e\u0301", "\u212b"})
    void refusesTextThatHasAnotherSpelling(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.of(text));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.object().put(text, 1).build());
    }

    @Test
    void cleansWhatStrangersSend() {
        assertThat(Json.clean("e\u0301\ud83d!\uffff\ud83d\ude00").value()).isEqualTo("\u00e9\ufffd!\ufffd\ud83d\ude00");
    }

    @Test
    void refusesEndlessNesting() {
        Json deep = Json.of(1);
        for (var i = 0; i < 10_000; i++) {
            deep = Json.array(deep);
        }
        var tooDeep = deep;

        assertThat(tooDeep.isDeeperThan(8)).isTrue();
        assertThatIllegalArgumentException().isThrownBy(tooDeep::canonical);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.read("[".repeat(10_000).getBytes(UTF_8)));
    }

    @Test
    void countsDepth() {
        assertThat(Json.of(1).isDeeperThan(0)).isFalse();
        assertThat(Json.array().isDeeperThan(0)).isTrue();
        assertThat(Json.array(Json.object().build()).isDeeperThan(2)).isFalse();
        assertThat(Json.array(Json.object().build()).isDeeperThan(1)).isTrue();
    }

    @Test
    void readsBackWhatItWrote() {
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++) {
            var value = any(random, 4);

            assertThat(Json.read(value.canonical())).isEqualTo(value);
        }
    }

    @Test
    void readsNothingThatItWouldWriteInAnotherWay() {
        var random = new Random(2);
        var accepted = 0;
        for (var i = 0; i < 50_000; i++) {
            var bytes = changed(any(random, 3).canonical(), random);
            try {
                assertThat(Json.read(bytes).canonical()).isEqualTo(bytes);
                accepted++;
            } catch (IllegalArgumentException e) {
                // Most changes make it something else than canonical JSON.
            }
        }
        assertThat(accepted).isPositive();
    }

    private static byte[] changed(byte[] bytes, Random random) {
        var marks = "\"\\{}[],:-0u ntf".getBytes(UTF_8);
        for (var changes = 1 + random.nextInt(2); changes > 0; changes--) {
            bytes[random.nextInt(bytes.length)] =
                    random.nextBoolean() ? marks[random.nextInt(marks.length)] : (byte) random.nextInt();
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "01",
                "-0",
                "1.0",
                "1e1",
                "-",
                "--1",
                "1-1",
                "9007199254740992",
                "99999999999999999999",
                "tru",
                "nul",
                "{\"b\":1,\"a\":1}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,}",
                "{,}",
                "[1,]",
                "[,1]",
                "[1",
                "{\"a\"}",
                "\"",
                "\"a",
                "\"\\",
                "\"\\u00",
                "\"\\u000g\"",
                "\"\\u0041\"",
                "\"\\u001F\"",
                "\"\\/\"",
                "\"\t\"",
                "1,2",
                "{}x"
            })
    void refusesToReadAnotherSpelling(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Json.read(text.getBytes(UTF_8)));
    }

    @Test
    void refusesToReadBrokenUtf8() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.read(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}));
    }

    private static Json any(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Json.of(random.nextLong() % (Json.MAX_WHOLE + 1));
            case 1 -> Json.of(random.nextBoolean());
            case 2 -> Json.NULL;
            case 3 -> anyText(random);
            case 4 -> Json.array(List.of(any(random, depth - 1), any(random, depth - 1)));
            default -> {
                SortedMap<String, Json> members = new TreeMap<>();
                members.put(anyText(random).value(), any(random, depth - 1));
                members.put(anyText(random).value(), any(random, depth - 1));
                yield new Json.Members(members);
            }
        };
    }

    private static Json.Text anyText(Random random) {
        var text = new StringBuilder();
        for (var length = random.nextInt(12); length > 0; length--) {
            text.appendCodePoint(random.nextBoolean() ? random.nextInt(0x100) : random.nextInt(0x110000));
        }
        return Json.clean(text.toString());
    }

    private static String written(Json value) {
        return new String(value.canonical(), UTF_8);
    }

    @Test
    void namesThatLookAlikeToAHashStayApart() {
        // Each pair has one hash code; the long ones have one, too, and are longer than what is kept.
        var names = List.of("Aa", "BB", "Ab", "BC", "x".repeat(40) + "Aa", "x".repeat(40) + "BB", "\u00e4", "a\"b", "");
        for (var round = 0; round < 3; round++) {
            for (var name : names) {
                var object = Json.object().put(name, round).build();
                assertThat(Json.read(object.canonical())).isEqualTo(object);
            }
        }
    }
}
