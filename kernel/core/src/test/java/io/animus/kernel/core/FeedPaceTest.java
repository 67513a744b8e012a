package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FeedPaceTest {
    private static final long WORKED = TimeUnit.MILLISECONDS.toNanos(20);

    private final AtomicLong asked = new AtomicLong(7);
    private final FeedPace pace = new FeedPace(asked::get);

    @Test
    void restsAndTakesLessAtOnceWhileSomebodyAsks() {
        assertThat(pace.entries(1000)).isEqualTo(1000);
        asked.incrementAndGet();
        assertThat(pace.rest(WORKED)).isEqualTo(Duration.ofMillis(10));
        assertThat(pace.entries(1000)).isEqualTo(250);
        assertThat(pace.isShared()).isTrue();
        asked.addAndGet(100);
        assertThat(pace.rest(WORKED)).isEqualTo(Duration.ofMillis(10));
        assertThat(pace.entries(1)).isEqualTo(1);
    }

    @Test
    void goesOnAtOnceWhenNobodyDoes() {
        assertThat(pace.rest(WORKED)).isEqualTo(Duration.ZERO);
        asked.incrementAndGet();
        pace.rest(WORKED);
        assertThat(pace.rest(WORKED)).isEqualTo(Duration.ZERO);
        assertThat(pace.entries(1000)).isEqualTo(1000);
        assertThat(pace.isShared()).isFalse();
    }

    @Test
    void neverRestsLong() {
        asked.incrementAndGet();
        assertThat(pace.rest(TimeUnit.SECONDS.toNanos(30))).isEqualTo(Duration.ofMillis(50));
    }
}
