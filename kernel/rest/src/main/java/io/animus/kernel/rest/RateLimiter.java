package io.animus.kernel.rest;

import io.animus.kernel.domain.access.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A bucket of tokens for each principal: a request takes one, and time puts them back. Knows at most {@link #PRINCIPALS};
 * who was not seen for longest is forgotten and starts with a full bucket. Safe for many threads.
 */
final class RateLimiter {
    private static final int PRINCIPALS = 10_000;
    private static final double SECOND = 1e9;
    private static final Duration BETWEEN_RECORDS = Duration.ofMinutes(1);

    private final double perSecond;
    private final double burst;
    private final LongSupplier nanoTime;
    private final Map<Principal, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Principal, Bucket> eldest) {
            return size() > PRINCIPALS;
        }
    };

    /**
     * What became of a request.
     *
     * @param isFirst whether it is the first one turned away for a minute, and so the one to record
     * @param seconds how long to wait for a token; 0 if it got one
     */
    record Verdict(boolean isFirst, long seconds) {
        static final Verdict PASS = new Verdict(false, 0);

        boolean isPass() {
            return seconds == 0;
        }
    }

    private static final class Bucket {
        private double tokens;
        private long filled;
        private long nextRecord;

        Bucket(double tokens, long now) {
            this.tokens = tokens;
            this.filled = now;
            this.nextRecord = now;
        }
    }

    /**
     * @param perSecond tokens put back each second, more than 0
     * @param burst most tokens in a bucket, from 1
     * @param nanoTime a clock that only goes forwards
     */
    RateLimiter(double perSecond, double burst, LongSupplier nanoTime) {
        if (perSecond <= 0 || burst < 1) {
            throw new IllegalArgumentException("a rate limit lets at least something through");
        }
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanoTime = nanoTime;
    }

    synchronized Verdict take(Principal principal) {
        var now = nanoTime.getAsLong();
        var bucket = buckets.computeIfAbsent(principal, p -> new Bucket(burst, now));
        bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.filled) / SECOND * perSecond);
        bucket.filled = now;
        if (bucket.tokens >= 1) {
            bucket.tokens -= 1;
            return Verdict.PASS;
        }
        var isFirst = now - bucket.nextRecord >= 0;
        if (isFirst) {
            bucket.nextRecord = now + BETWEEN_RECORDS.toNanos();
        }
        return new Verdict(isFirst, (long) Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond)));
    }
}
