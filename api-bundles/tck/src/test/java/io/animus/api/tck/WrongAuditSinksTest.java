package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.audit.AuditEntry;
import io.animus.api.audit.AuditSink;
import io.animus.api.audit.Receipt;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Sinks that are wrong, each in one way. */
class WrongAuditSinksTest implements WrongOnes {

    /** Gets everything right but what {@code wrong} makes of a batch. */
    private record Sink(AuditSink right, BiFunction<AuditSink, List<AuditEntry>, Receipt> wrong, boolean acknowledges)
            implements AuditSink {
        @Override
        public Receipt deliver(List<AuditEntry> batch) {
            return wrong.apply(right, batch);
        }
    }

    /** The sink that proves the contract, spoiled. */
    abstract static class Spoiled extends InMemoryAuditSinkTest {
        private final AuditSink sink = new Sink(super.sink(), this::deliver, isAcknowledging());

        abstract Receipt deliver(AuditSink right, List<AuditEntry> batch);

        boolean isAcknowledging() {
            return true;
        }

        @Override
        public AuditSink sink() {
            return sink;
        }
    }

    @CaughtBy({"deliversABatchInOrder", "deliversTheLargestBatchWhole", "keepsOneEntryOneMessageWhateverItHolds"})
    static class TurnsTheOrderRound extends Spoiled {
        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            var turned = new ArrayList<>(batch);
            Collections.reverse(turned);
            return right.deliver(turned);
        }
    }

    @CaughtBy({"deliversABatchInOrder", "deliversTheLargestBatchWhole", "keepsOneEntryOneMessageWhateverItHolds"})
    static class LosesTheLastEntryOfABatch extends Spoiled {
        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            right.deliver(batch.subList(0, Math.max(1, batch.size() - 1)));
            return Receipt.all(batch);
        }
    }

    @CaughtBy("sendsARepeatedBatchAgain")
    static class DropsRepeats extends Spoiled {
        private final Set<Long> seen = new HashSet<>();

        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            var fresh = batch.stream().filter(entry -> seen.add(entry.index())).toList();
            right.deliver(fresh);
            return Receipt.all(batch);
        }
    }

    @CaughtBy("keepsOneEntryOneMessageWhateverItHolds")
    static class MakesTwoMessagesOfTwoLines extends Spoiled {
        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            for (var entry : batch) {
                right.deliver(List.of(entry));
                if (new String(entry.event().canonical(), UTF_8).contains("\\n")) {
                    right.deliver(List.of(entry));
                }
            }
            return Receipt.all(batch);
        }
    }

    @CaughtBy("saysSoonThatTheReceiverIsAwayAndWorksAgainWhenItIsBack")
    static class GivesUpWhenTheReceiverIsAway extends Spoiled {
        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            try {
                return right.deliver(batch);
            } catch (ExternalSystemException e) {
                throw new ExternalSystemException(Reason.DENIED, "the receiver is away", e);
            }
        }
    }

    @CaughtBy("settlesNothingThatDidNotArrive")
    static class SettlesWhatWasLost extends Spoiled {
        private boolean isWarned;

        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            try {
                return right.deliver(batch);
            } catch (ExternalSystemException e) {
                if (isWarned) {
                    throw e;
                }
                isWarned = true;
                return Receipt.all(batch);
            }
        }
    }

    @CaughtBy("lacksWhatItSwitchedOff")
    static class AcknowledgesAndSaysItDoesNot extends InMemoryAuditSinkTest {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.ACKNOWLEDGES);
        }
    }

    @CaughtBy("settlesNothingThatDidNotArrive")
    static class LacksAcknowledgementsAndDoesNotSaySo extends Spoiled {
        @Override
        Receipt deliver(AuditSink right, List<AuditEntry> batch) {
            return right.deliver(batch);
        }

        @Override
        boolean isAcknowledging() {
            return false;
        }
    }

    /** Not wrong: says what it lacks. */
    @CaughtBy({})
    static class SaysThatItLacksAcknowledgements extends LacksAcknowledgementsAndDoesNotSaySo {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.ACKNOWLEDGES);
        }
    }
}
