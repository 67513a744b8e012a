package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeedPaceTest {
    private static final int PIECE = 250;

    private final AtomicLong asked = new AtomicLong(7);
    private final AtomicLong nanos = new AtomicLong(-5);
    private long answeredAt = Long.MIN_VALUE;
    private LongConsumer sleep = nanos::addAndGet;
    private final FeedPace pace = new FeedPace(
            new FeedPace.Others(asked::get, () -> nanos.get() < answeredAt), nanos::get, time -> sleep.accept(time));

    @Test
    void takesLessAtOnceWhileSomebodyAsks() {
        assertThat(pace.entries(1000)).isEqualTo(1000);
        asked.incrementAndGet();
        pace.rest(1000);
        assertThat(pace.entries(1000)).isEqualTo(250);
        assertThat(pace.entries(1)).isEqualTo(1);
        assertThat(pace.isShared()).isTrue();
    }

    @Test
    void goesOnAtOnceWhenNobodyDoes() {
        assertThat(pace.rest(1000)).isEqualTo(Duration.ZERO);
        asked.incrementAndGet();
        pace.rest(PIECE);
        work(Duration.ofSeconds(1));
        assertThat(pace.rest(PIECE)).isEqualTo(Duration.ZERO);
        assertThat(pace.entries(1000)).isEqualTo(1000);
        assertThat(pace.isShared()).isFalse();
    }

    @Test
    void oneWhoAsksEveryHalfSecondIsNeverTakenForNobody() {
        for (var request = 0; request < 10; request++) {
            asked.incrementAndGet();
            for (var piece = 0; piece < 50; piece++) {
                work(Duration.ofMillis(10));
                pace.rest(PIECE);
                assertThat(pace.isShared()).isTrue();
            }
        }
    }

    @Test
    void whoWorksFasterRestsLonger() {
        var entries = drain(400, Duration.ofMillis(4));

        assertThat(entries / seconds()).isCloseTo(20_500, within(100.0));
    }

    @Test
    void whoCanNotKeepTheRateRestsAnEighthAllTheSame() {
        asked.incrementAndGet();
        work(Duration.ofMillis(16));
        assertThat(pace.rest(PIECE)).isEqualTo(Duration.ofMillis(2));
        work(Duration.ofMillis(2 + 24));
        assertThat(pace.rest(PIECE)).isEqualTo(Duration.ofMillis(3));
    }

    @Test
    void whatPassedWhileNothingWasToBeSentIsNoWork() {
        asked.incrementAndGet();
        work(Duration.ofSeconds(10));
        pace.restart();
        work(Duration.ofMillis(16));
        assertThat(pace.rest(PIECE)).isEqualTo(Duration.ofMillis(2));
    }

    @Test
    void neverRestsLong() {
        asked.incrementAndGet();
        assertThat(pace.rest(1_000_000)).isEqualTo(Duration.ofMillis(50));
        work(Duration.ofSeconds(30));
        asked.incrementAndGet();
        assertThat(pace.rest(PIECE)).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void standsAsideUntilTheAnswerIsGiven() {
        drain(10, Duration.ofMillis(4));
        answeredIn(Duration.ofMillis(5));

        pace.giveWay();

        assertThat(nanos.get() - answeredAt).isBetween(0L, TimeUnit.MICROSECONDS.toNanos(200));
    }

    @Test
    void doesSoWithinAPiece() {
        drain(10, Duration.ofMillis(4));
        var entries = IntStream.range(0, PIECE).boxed().toList();
        answeredIn(Duration.ofMillis(5));

        var read = pace.givingWay(entries).iterator();

        assertThat(read.next()).isZero();
        assertThat(nanos.get()).isGreaterThanOrEqualTo(answeredAt);
        answeredIn(Duration.ofMillis(5));
        for (var i = 1; i <= 16; i++) {
            assertThat(read.next()).isEqualTo(i);
        }
        assertThat(nanos.get()).isGreaterThanOrEqualTo(answeredAt);
    }

    @Test
    void whatIsSpentOnThatIsNotRestedAgain() {
        asked.incrementAndGet();
        pace.rest(0);
        var entries = 0;
        for (var i = 0; i < 400; i++) {
            asked.incrementAndGet();
            answeredIn(Duration.ofMillis(3));
            pace.giveWay();
            work(Duration.ofMillis(7));
            entries += PIECE;
            nanos.addAndGet(pace.rest(PIECE).toNanos());
        }

        assertThat(entries / seconds()).isCloseTo(20_500, within(200.0));
    }

    @Test
    void keepsItsRateBesideThoseWhoAreNeverAnswered() {
        answeredAt = Long.MAX_VALUE;
        var entries = drain(400, Duration.ofMillis(9));

        assertThat(entries / seconds()).isCloseTo(20_500, within(200.0));
    }

    @Test
    void givesNoWayWhenNobodyAsks() {
        answeredAt = Long.MAX_VALUE;
        sleep = time -> {
            throw new AssertionError("waits");
        };
        pace.giveWay();
        var entries = List.of(1, 2);
        assertThat(pace.givingWay(entries)).isSameAs(entries);
    }

    @Test
    void isNotHeldWhenItIsToEnd() {
        drain(10, Duration.ofMillis(4));
        answeredAt = Long.MAX_VALUE;
        sleep = time -> {
            throw new AssertionError("waits");
        };
        Thread.currentThread().interrupt();
        pace.giveWay();
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Returns how many entries went out. */
    private int drain(int pieces, Duration work) {
        for (var i = 0; i < pieces; i++) {
            asked.incrementAndGet();
            pace.giveWay();
            work(work);
            nanos.addAndGet(pace.rest(PIECE).toNanos());
        }
        return pieces * PIECE;
    }

    private void work(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    private void answeredIn(Duration time) {
        answeredAt = nanos.get() + time.toNanos();
    }

    private double seconds() {
        return (nanos.get() + 5) / 1e9;
    }
}
