package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.animus.kernel.domain.delivery.EntryFilter;
import io.animus.kernel.store.postgres.FeedRepository.Piece;
import io.animus.kernel.store.postgres.FeedRepository.Row;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log comes in pieces that end by entries or by bytes, and none is skipped. */
class FeedRepositoryTest {
    private static final long LEAVES = 1_000;
    private static final long LEAF_BYTES = 100;
    private static final long LARGE_BYTES = 15_000;

    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) throws SQLException {
        postgres = new TestDatabase(folder);
        try (var hub = postgres.asHub();
                var sql = hub.createStatement()) {
            var id = "('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";
            var all = " from generate_series(0, " + (2 * LEAVES - 1) + ") n";
            sql.execute("insert into audit_event (id, leaf, at, action, outcome) select " + id
                    + ", convert_to(repeat('x', case when n < 1000 then 100 else 15000 end), 'UTF8'), now(), case n % 10 when 0 then 'tenth' else 'other' end, 'y'"
                    + all);
            sql.execute("insert into audit_leaf select n, " + id + ", decode(repeat('00', 32), 'hex')" + all);
        }
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void aPieceEndsAtItsLastEntry() {
        assertIs(read(5, 904, Set.of(), Long.MAX_VALUE), 5, 904);
    }

    @Test
    void aPieceEndsWhenThereAreEnoughBytes() {
        assertIs(read(5, 904, Set.of(), 10 * LEAF_BYTES), 5, 14);
        assertIs(read(5, 904, Set.of(), 300 * LEAF_BYTES - 1), 5, 304);
        assertIs(read(5, 904, Set.of(), 1), 5, 5);
    }

    @Test
    void whatTheFilterLeavesOutIsLookedAtOnce() {
        var first = read(5, 904, Set.of("tenth"), 2 * LEAF_BYTES);
        assertThat(first.rows()).extracting(Row::index).containsExactly(10L, 20L);
        assertThat(first.end()).isEqualTo(20);

        var rest = read(21, 904, Set.of("tenth"), Long.MAX_VALUE);
        assertThat(rest.rows()).hasSize(88);
        assertThat(rest.end()).isEqualTo(904);
    }

    /** One large entry must not bring a thousand of them into memory, of each feed. */
    @Test
    void takesNoMoreOfTheLogThanItIsAboutToGive() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        read(LEAVES, LEAVES, Set.of(), 1);
        var before = threads.getCurrentThreadAllocatedBytes();

        assertIs(read(LEAVES, 2 * LEAVES - 1, Set.of(), 1), LEAVES, LEAVES);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(LEAVES * LARGE_BYTES / 2);
    }

    private static void assertIs(Piece piece, long from, long to) {
        assertThat(piece.rows())
                .extracting(Row::index)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(from, to).boxed().toList());
        assertThat(piece.end()).isEqualTo(to);
    }

    private static Piece read(long from, long to, Set<String> actions, long bytes) {
        return postgres.database().read(tx -> tx.feed().read(from, to, new EntryFilter(Set.of(), actions), bytes));
    }
}
