package io.animus.api.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowingMembersTest {
    private static List<String> names(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "name-%05d".formatted(i))
                .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 8, 9, 32, 33, 34, 500, 20_000})
    void comesOutInOrderWhateverOrderItWasAddedIn(int size) {
        var inOrder = names(size);
        var reversed = names(size);
        Collections.reverse(reversed);
        var shuffled = names(size);
        Collections.shuffle(shuffled, new Random(size));
        for (var order : List.of(inOrder, reversed, shuffled)) {
            var expected = new TreeMap<String, Json>();
            var object = Json.object();
            for (var name : order) {
                object.put(name, name + "'s");
                expected.put(name, Json.of(name + "'s"));
            }
            assertThat(object.build().members().entrySet()).containsExactlyElementsOf(expected.entrySet());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 32, 33, 500})
    void refusesANameThatIsThereAlreadyAndStaysAsItWas(int size) {
        var shuffled = names(size);
        Collections.shuffle(shuffled, new Random(size));
        var object = Json.object();
        shuffled.forEach(name -> object.put(name, 1));
        for (var name : shuffled) {
            assertThatThrownBy(() -> object.put(name, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
        assertThat(object.build().members().values()).hasSize(size).containsOnly(Json.of(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32, 100})
    void whatWasBuiltStaysWhenMoreIsAdded(int size) {
        var reversed = names(size);
        Collections.reverse(reversed);
        var object = Json.object();
        reversed.forEach(name -> object.put(name, 1));
        var built = object.build();
        object.put("another", 2).put("name-00000a", 3);
        assertThat(built.members()).hasSize(size).containsOnlyKeys(names(size));
        assertThat(object.build().members()).hasSize(size + 2);
    }
}
