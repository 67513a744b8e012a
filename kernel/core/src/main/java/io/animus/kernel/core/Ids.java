package io.animus.kernel.core;

import io.animus.api.types.TypeId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/**
 * Makes ids: UUIDv7 (RFC 9562, section 5.7) with a 12-bit counter in {@code rand_a}, so that the ids of one hub ascend
 * strictly, even within a millisecond and when the clock steps back. Safe for many threads.
 */
public final class Ids {
    private static final int COUNTER_BITS = 12;

    private final Clock clock;
    private final SecureRandom random;
    /** Milliseconds since the epoch, shifted left by the counter's bits, plus the counter. */
    private long last;

    public Ids(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new id with this prefix, greater than every one made before. */
    public TypeId next(String prefix) {
        var position = nextPosition();
        var milliseconds = position >>> COUNTER_BITS;
        var counter = position & ((1 << COUNTER_BITS) - 1);
        var high = (milliseconds << 16) | 0x7000L | counter;
        var low = (random.nextLong() >>> 2) | 0x8000000000000000L;
        return TypeId.of(prefix, new UUID(high, low));
    }

    /** Not greater than any id that was made at this moment or later. */
    static TypeId first(String prefix, Instant at) {
        return TypeId.of(prefix, new UUID((at.toEpochMilli() << 16) | 0x7000L, 0x8000000000000000L));
    }

    private synchronized long nextPosition() {
        last = Math.max(last + 1, clock.millis() << COUNTER_BITS);
        return last;
    }
}
