package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FeedPaceTest {
    private static final long WORKED = TimeUnit.MILLISECONDS.toNanos(20);

    private final AtomicLong asked = new AtomicLong(7);
    private final AtomicLong nanos = new AtomicLong(-5);
    private final FeedPace pace = new FeedPace(asked::get, nanos::get);

    @Test
    void restsAndTakesLessAtOnceWhileSomebodyAsks() {
        assertThat(pace.entries(1000)).isEqualTo(1000);
        asked.incrementAndGet();
        assertThat(pace.rest(250, WORKED)).isEqualTo(Duration.ofMillis(5));
        assertThat(pace.entries(1000)).isEqualTo(250);
        assertThat(pace.isShared()).isTrue();
        asked.addAndGet(100);
        assertThat(pace.rest(250, WORKED)).isEqualTo(Duration.ofMillis(5));
        assertThat(pace.entries(1)).isEqualTo(1);
    }

    @Test
    void goesOnAtOnceWhenNobodyDoes() {
        assertThat(pace.rest(250, WORKED)).isEqualTo(Duration.ZERO);
        asked.incrementAndGet();
        pace.rest(250, WORKED);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(pace.rest(250, WORKED)).isEqualTo(Duration.ZERO);
        assertThat(pace.entries(1000)).isEqualTo(1000);
        assertThat(pace.isShared()).isFalse();
    }

    @Test
    void oneWhoAsksEveryHalfSecondIsNeverTakenForNobody() {
        for (var request = 0; request < 10; request++) {
            asked.incrementAndGet();
            for (var piece = 0; piece < 50; piece++) {
                assertThat(pace.rest(250, WORKED)).isPositive();
                nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    @Test
    void whoWorksFasterRestsLonger() {
        asked.incrementAndGet();
        var worked = Duration.ofMillis(5);
        var rest = pace.rest(250, worked.toNanos());
        assertThat(250 / 22_000.0).isCloseTo(worked.plus(rest).toNanos() / 1e9, within(1e-6));
    }

    @Test
    void neverRestsLong() {
        asked.incrementAndGet();
        assertThat(pace.rest(1_000_000, WORKED)).isEqualTo(Duration.ofMillis(50));
        asked.incrementAndGet();
        assertThat(pace.rest(1000, TimeUnit.SECONDS.toNanos(30))).isEqualTo(Duration.ofMillis(50));
    }
}
