package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MomentTest {
    private final Moment moment = new Moment();
    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void seesWhatIsThereAndWhatComesSoon() {
        assertThat(moment.sees(() -> true)).isTrue();
        assertThat(seesAtTheSecondLook()).isTrue();
    }

    @Test
    void looksOnceOnlyWhereItHasWaitedInVain() {
        assertThat(waited()).isTrue();
        assertThat(IntStream.range(0, 1000).filter(time -> waited()).count()).isLessThan(16);

        assertThat(moment.sees(() -> true))
                .as("what is there is seen without a wait")
                .isTrue();
    }

    @Test
    void waitsAgainOnceItWasWorthIt() {
        for (var time = 0; time < 1000; time++) {
            waited();
        }
        assertThat(IntStream.range(0, 256).filter(time -> seesAtTheSecondLook()).findFirst())
                .isPresent();
        assertThat(seesAtTheSecondLook()).isTrue();
    }

    private boolean seesAtTheSecondLook() {
        looks.set(0);
        return moment.sees(() -> looks.incrementAndGet() > 1);
    }

    /** Whether it looked more than once for what doesn't come. */
    private boolean waited() {
        looks.set(0);
        assertThat(moment.sees(() -> {
                    looks.incrementAndGet();
                    return false;
                }))
                .isFalse();
        return looks.get() > 1;
    }
}
