package io.animus.verifier;

import java.util.Optional;

/** What is known of one instance of a hub process while the log is read (docs/audit/format.md, 7). */
final class Instance {
    private static final long DEFAULT_SECONDS = 60;
    private static final long MICROS = 1_000_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final String name;
    private final Numbers numbers = new Numbers();
    private boolean isStarted;
    private long heartbeatSeconds = DEFAULT_SECONDS;
    private long lastSign = NEVER;
    private long closedAt = Long.MAX_VALUE;
    private long named;
    private long voided;
    // lastSeq of the last three heartbeats, the newest first.
    private long newest;
    private long second;
    private long third;

    Instance(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    Numbers numbers() {
        return numbers;
    }

    long voided() {
        return voided;
    }

    boolean isClosed() {
        return closedAt != Long.MAX_VALUE;
    }

    /** Opens it; false if it was open before. */
    boolean start(long seconds) {
        if (seconds > 0) {
            heartbeatSeconds = seconds;
        }
        var isFirst = !isStarted;
        isStarted = true;
        return isFirst;
    }

    /** Notes a sign of life; returns the silence before it in microseconds, if that was too long. */
    Optional<Long> live(long time) {
        var silence = lastSign == NEVER ? 0 : time - lastSign;
        lastSign = Math.max(lastSign, time);
        return silence > patience() ? Optional.of(silence) : Optional.empty();
    }

    private long patience() {
        return 2 * heartbeatSeconds * MICROS;
    }

    /** Notes what an event says was the highest number so far. */
    void count(NodeAccount account) {
        named = Math.max(named, account.lastSeq());
        if (account.kind() == NodeAccount.Kind.HEARTBEAT) {
            third = second;
            second = newest;
            newest = account.lastSeq();
        } else if (account.kind() != NodeAccount.Kind.STARTED) {
            closedAt = Math.min(closedAt, account.lastSeq());
        }
    }

    /** Declares numbers void; false if one of them was there already. */
    boolean renounce(NodeAccount.Range range) {
        voided += range.last() - range.first() + 1;
        return numbers.add(range.first(), range.last());
    }

    /** The most that may still come: numbers missing above those that are due. */
    long pending() {
        return numbers.missing(Math.max(named, numbers.highest())) - numbers.missing(due());
    }

    private long due() {
        return isClosed() ? Math.max(named, numbers.highest()) : third;
    }

    /** What is wrong with it at the end of the log, whose latest event is of {@code latest}. */
    Optional<Finding> atEnd(long latest) {
        if (!isStarted) {
            return finding(
                    Fault.NODE_NOT_STARTED, "was never opened by an event node.started: its first events are missing.");
        }
        if (!isClosed() && (lastSign == NEVER || latest - lastSign > patience())) {
            return finding(
                    Fault.NODE_LEFT_OPEN,
                    "gave its last sign of life at %s, but the log goes on to %s, and nobody closed it: what it did after that is missing."
                            .formatted(
                                    lastSign == NEVER ? "no time" : Timestamp.text(lastSign), Timestamp.text(latest)));
        }
        if (isClosed() && numbers.highest() > closedAt) {
            return finding(
                    Fault.NUMBER_ABOVE_LAST,
                    "has an event with number %d, but was closed with %d as the last: it went on unseen."
                            .formatted(numbers.highest(), closedAt));
        }
        var missing = numbers.missing(due());
        if (missing > 0) {
            return finding(
                    Fault.NUMBER_MISSING,
                    "gave number %d to an event that is neither in the log nor void (%s in all): events are missing."
                            .formatted(numbers.firstMissing(), numbers.isOverfull() ? "too many to count" : missing));
        }
        return Optional.empty();
    }

    private Optional<Finding> finding(Fault fault, String sentence) {
        return Optional.of(Finding.of(fault, "The node " + name + " " + sentence));
    }
}
