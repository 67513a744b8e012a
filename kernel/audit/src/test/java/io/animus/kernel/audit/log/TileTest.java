package io.animus.kernel.audit.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths and bundles as C2SP tlog-tiles writes them. */
class TileTest {
    @Test
    void namesTilesAsTheSpecificationDoes() {
        assertThat(new Tile(0, 1_234_067, Tile.FULL).path()).isEqualTo("tile/0/x001/x234/067");
        assertThat(new Tile(1, 0, 17).path()).isEqualTo("tile/1/000.p/17");
        assertThat(new Tile(0, 273, 112).entriesPath()).isEqualTo("tile/entries/273.p/112");
        assertThat(new Tile(2, 1000, Tile.FULL).path()).isEqualTo("tile/2/x001/000");
    }

    @Test
    void findsWhatItNamed() {
        for (var index : new long[] {0, 1, 999, 1000, 1_234_067, 999_999_999_999L}) {
            for (var width : new int[] {1, 255, Tile.FULL}) {
                var tile = new Tile(3, index, width);
                var number = tile.path().substring("tile/3/".length());
                assertThat(Tile.find(3, number)).contains(tile);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "00",
                "0000",
                "x000/001",
                "x001",
                "001/002",
                "001.p/0",
                "001.p/256",
                "001.p/01",
                "001.p/",
                "x1/002",
                "../001",
                "001/",
                "x001/x002/",
                "-01",
                "001.p/999",
                "٠٠١"
            })
    void findsNothingByAnyOtherName(String number) {
        assertThat(Tile.find(0, number)).isEmpty();
        assertThat(Tile.find(8, "001")).isEmpty();
    }

    @Test
    void aTreeHasTheTilesOfTheSpecificationsExample() {
        assertThat(new Tile(0, 273, 112).isWithin(70_000)).isTrue();
        assertThat(new Tile(0, 273, 113).isWithin(70_000)).isFalse();
        assertThat(new Tile(1, 1, 17).isWithin(70_000)).isTrue();
        assertThat(new Tile(1, 1, 18).isWithin(70_000)).isFalse();
        assertThat(new Tile(2, 0, 1).isWithin(70_000)).isTrue();
    }

    @Test
    void bundlesHoldEntriesWithTheirLengths() {
        var large = new byte[EntryBundle.MAX_ENTRY];
        var bundle = EntryBundle.encode(List.of("ab".getBytes(US_ASCII), new byte[0], large));

        assertThat(bundle).startsWith(0, 2, 'a', 'b', 0, 0, 0xff, 0xff).hasSize(4 + 2 + 2 + large.length);
        assertThat(EntryBundle.decode(bundle)).containsExactly("ab".getBytes(US_ASCII), new byte[0], large);
        assertThatIllegalArgumentException().isThrownBy(() -> EntryBundle.decode(new byte[] {0, 2, 1}));
        assertThatIllegalArgumentException().isThrownBy(() -> EntryBundle.decode(new byte[] {0}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EntryBundle.encode(List.of(new byte[EntryBundle.MAX_ENTRY + 1])));
    }
}
