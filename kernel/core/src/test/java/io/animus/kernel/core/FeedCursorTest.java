package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.delivery.EntryFilter;
import io.animus.kernel.domain.delivery.SinkFeed;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Where a feed starts again after a failure. */
class FeedCursorTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final FeedCursor.Window WINDOW = new FeedCursor.Window(Duration.ofSeconds(10), 1000);

    @Test
    void startsAgainAfterTheLastEntryThatASinkHasAcknowledged() {
        var cursor = new FeedCursor(stored(99, 50), true, WINDOW);
        cursor.settle(149, 50, START);

        cursor.startAgain();

        assertThat(cursor.next()).isEqualTo(150);
        assertThat(cursor.rewind()).isEqualTo(149);
    }

    @Test
    void repeatsTheLastTenSecondsOfASinkThatDoesNotAcknowledge() {
        var cursor = new FeedCursor(stored(-1, -1), false, WINDOW);
        for (var second = 0; second < 30; second++) {
            cursor.settle(10L * second + 9, 10, START.plusSeconds(second));
        }

        cursor.startAgain();

        // Settled at second 19, ten seconds before the last success: up to leaf 199.
        assertThat(cursor.next()).isEqualTo(200);
    }

    @Test
    void repeatsNoMoreThanTheMostEntries() {
        var cursor = new FeedCursor(stored(-1, -1), false, WINDOW);
        for (var batch = 0; batch < 100; batch++) {
            cursor.settle(100L * batch + 99, 100, START.plusMillis(batch));
        }

        cursor.startAgain();

        assertThat(cursor.next()).isEqualTo(9000);
    }

    @Test
    void countsEntriesThatWereSentAndNotThoseThatTheFilterLeftOut() {
        var cursor = new FeedCursor(stored(-1, -1), false, WINDOW);
        for (var batch = 0; batch < 100; batch++) {
            cursor.settle(1000L * batch + 999, 5, START.plusMillis(batch));
        }

        cursor.startAgain();

        assertThat(cursor.next()).isZero();
    }

    @Test
    void repeatsTheSameAgainIfItFailsDuringTheRepeat() {
        var cursor = new FeedCursor(stored(-1, -1), false, WINDOW);
        for (var second = 0; second < 30; second++) {
            cursor.settle(10L * second + 9, 10, START.plusSeconds(second));
        }
        cursor.startAgain();
        cursor.settle(250, 51, START.plusSeconds(31));

        cursor.startAgain();

        assertThat(cursor.next()).isEqualTo(200);
    }

    @Test
    void goesOnAfterARestartWhereARewindWouldHaveStarted() {
        assertThat(new FeedCursor(stored(299, 199), false, WINDOW).next()).isEqualTo(200);
        assertThat(new FeedCursor(stored(299, 199), true, WINDOW).next()).isEqualTo(300);
    }

    private static SinkFeed stored(long cursor, long rewind) {
        return new SinkFeed(
                new TypeId("snk_00000000000000000000000001"),
                "syslog.default",
                EntryFilter.NONE,
                cursor,
                rewind,
                SinkFeed.State.RUNNING,
                null,
                START,
                null,
                1);
    }
}
