package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.NodeNumbers.Account;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction.End;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every number that was given is in the log or declared void, and never both. */
class NodeNumbersTest {
    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    private final NodeNumbers numbers = new NodeNumbers();

    @Test
    void accountsForEveryNumberOnce() throws InterruptedException {
        var random = new Random(11);
        var inTheLog = new HashSet<Long>();
        var declared = new ArrayList<Long>();
        var doubts = new ArrayList<TypeId>();
        var committed = new HashSet<TypeId>();
        var open = new ArrayList<Runnable>();
        for (var i = 0; i < 2000; i++) {
            var event = ids.next("aud");
            var account = random.nextInt(20) == 0 ? numbers.account(event) : null;
            long number = account == null ? numbers.next(event) : account.number();
            var isCommitted = random.nextInt(3) > 0;
            var end = random.nextInt(5) == 0 ? End.UNKNOWN : isCommitted ? End.COMMITTED : End.ROLLED_BACK;
            if (isCommitted) {
                inTheLog.add(number);
                committed.add(event);
                declared.addAll(account == null ? List.of() : account.voided());
            }
            open.add(random.nextInt(open.size() + 1), () -> numbers.over(number, end));
            while (open.size() > random.nextInt(8)) {
                open.remove(0).run();
            }
            if (random.nextInt(50) == 0) {
                doubts.addAll(numbers.doubtful());
                numbers.settle(doubts, committed);
            }
        }
        open.forEach(Runnable::run);
        numbers.settle(numbers.doubtful(), committed);
        assertThat(numbers.close(Duration.ofSeconds(1))).isTrue();

        Account last = numbers.account(ids.next("aud"));
        declared.addAll(last.voided());
        assertThat(last.settled()).isEqualTo(last.number() - 1);
        assertThat(declared).doesNotHaveDuplicates().doesNotContainAnyElementsOf(inTheLog);
        Set<Long> all = new HashSet<>(declared);
        all.addAll(inTheLog);
        assertThat(all).hasSize((int) last.number() - 1);
    }

    @Test
    void declaresNothingAboveANumberThatIsOpen() {
        var first = numbers.next(ids.next("aud"));
        var second = numbers.next(ids.next("aud"));
        numbers.over(second, End.ROLLED_BACK);

        var account = numbers.account(ids.next("aud"));
        assertThat(account.voided()).isEmpty();
        assertThat(account.settled()).isZero();

        numbers.over(first, End.COMMITTED);
        numbers.over(account.number(), End.COMMITTED);
        assertThat(numbers.account(ids.next("aud")).voided()).containsExactly(second);
    }

    @Test
    void givesNoNumbersWhenTheOthersMayThinkItLost() {
        numbers.stayFresh(System.nanoTime() - 1, Duration.ZERO);
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> numbers.next(ids.next("aud")));

        numbers.stayFresh(System.nanoTime(), Duration.ofMinutes(1));
        assertThat(numbers.next(ids.next("aud"))).isEqualTo(1);
    }

    @Test
    void givesNoNumbersAfterTheEnd() throws InterruptedException {
        var open = numbers.next(ids.next("aud"));
        assertThat(numbers.close(Duration.ofMillis(1))).isFalse();
        assertThatExceptionOfType(DatabaseUnavailableException.class).isThrownBy(() -> numbers.next(ids.next("aud")));
        numbers.over(open, End.COMMITTED);
        assertThat(numbers.close(Duration.ofSeconds(1))).isTrue();
    }
}
