package io.animus.api.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What {@link Json.Members#members()} answers, beside a tree with the same members. */
class SortedMembersTest {
    private static final SortedMap<String, Json> TREE = new TreeMap<>(
            Map.of("b", Json.of(1), "", Json.NULL, "a", Json.of(true), "\u00e9", Json.of("x"), "ba", Json.array()));

    private final SortedMap<String, Json> members = new Json.Members(TREE).members();

    @Test
    void isEqualToATreeWithTheSameMembers() {
        assertThat(members).isEqualTo(TREE).hasSameHashCodeAs(TREE).hasToString(TREE.toString());
        assertThat(TREE).isEqualTo(members);
        assertThat(members.entrySet()).containsExactlyElementsOf(TREE.entrySet());
        assertThat(members.keySet()).containsExactly("", "a", "b", "ba", "\u00e9");
        assertThat(members.values()).containsExactlyElementsOf(TREE.values());
    }

    @Test
    void findsWhatIsThereAndNothingElse() {
        for (var name : TREE.keySet()) {
            assertThat(members.get(name)).isEqualTo(TREE.get(name));
            assertThat(members).containsKey(name);
        }
        assertThat(members.get("c")).isNull();
        assertThat(members).doesNotContainKey("bb");
        assertThat(new Json.Members(new TreeMap<>()).members()).isEmpty();
    }

    @Test
    void hasTheRangesOfATree() {
        for (var from : new String[] {"", "a", "aa", "b", "z", "\u00ff"}) {
            assertThat(members.headMap(from)).isEqualTo(TREE.headMap(from));
            assertThat(members.tailMap(from)).isEqualTo(TREE.tailMap(from));
            assertThat(members.subMap("a", "a" + from)).isEqualTo(TREE.subMap("a", "a" + from));
        }
        assertThat(members.firstKey()).isEmpty();
        assertThat(members.lastKey()).isEqualTo("\u00e9");
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> members.headMap("").firstKey());
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> members.subMap("b", "a"));
    }

    @Test
    void canNotBeChanged() {
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> members.put("a", Json.NULL));
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> members.remove("a"));
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(members::clear);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> members.entrySet().iterator().next().setValue(Json.NULL));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> members.keySet().iterator().remove());
    }
}
