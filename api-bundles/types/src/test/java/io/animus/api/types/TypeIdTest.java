package io.animus.api.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An id is its prefix and its number, either way. */
class TypeIdTest {
    // The first three are of the TypeID specification's valid.yml.
    @ParameterizedTest
    @CsvSource({
        "prefix_00000000000000000000000000, 00000000-0000-0000-0000-000000000000",
        "prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz, ffffffff-ffff-ffff-ffff-ffffffffffff",
        "prefix_0123456789abcdefghjkmnpqrs, 0110c853-1d09-52d8-d73e-1194e95b5f19",
        "aud_01jd8m3v6qfz0s8t3p1k5n7r9w, 01935141-ecd7-7fc1-9468-760ccb53e13c"
    })
    void spellsItsNumber(String id, UUID number) {
        assertThat(new TypeId(id).number()).isEqualTo(number);
        assertThat(TypeId.of(new TypeId(id).prefix(), number)).hasToString(id);
    }
}
