package io.animus.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What a benchmark found out.
 *
 * @param peer null where there is none
 * @param result what the goal is about: a ratio, a difference or the value itself
 * @param goal null for what is only told
 */
record Finding(
        String benchmark, Side ours, @Nullable Side peer, Spread result, String resultUnit, @Nullable Goal goal) {

    /** How fast ours is, as a part of the peer's rate. */
    static Finding rate(String benchmark, String ours, String peer, Series<Load> series, @Nullable Goal goal) {
        return new Finding(
                benchmark,
                Side.rateOfOurs(ours, series),
                Side.rateOfPeers(peer, series),
                series.compared((a, b) -> a.perSecond() / b.perSecond()),
                Goal.RATIO,
                goal);
    }

    /** What an operation of ours costs, as a multiple of the peer's. */
    static Finding cost(String benchmark, String ours, String peer, Series<Load> series, @Nullable Goal goal) {
        return new Finding(
                benchmark,
                Side.costOfOurs(ours, series),
                Side.costOfPeers(peer, series),
                series.compared((a, b) -> a.wallMicros() / b.wallMicros()),
                Goal.RATIO,
                goal);
    }

    /** A value that is judged as it is. */
    static Finding value(String benchmark, String what, Spread value, String unit, @Nullable Goal goal) {
        return new Finding(benchmark, Side.plain(what, value, unit), null, value, unit, goal);
    }

    boolean isMissed() {
        return goal != null && !goal.isMetBy(result);
    }
}
