package io.animus.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One of those that are compared.
 *
 * @param what it is, in a few words
 * @param cpuMicros of the serving process per operation; null where that isn't the question
 * @param databaseCpuMicros of PostgreSQL per operation; null where that isn't the question
 */
record Side(String what, Spread value, String unit, @Nullable Spread cpuMicros, @Nullable Spread databaseCpuMicros) {

    static Side plain(String what, Spread value, String unit) {
        return new Side(what, value, unit, null, null);
    }

    /** By operations per second. */
    static Side rateOfOurs(String what, Series<Load> series) {
        return new Side(
                what, series.ofOurs(Load::perSecond), "/s", series.ofOurs(Load::cpu), series.ofOurs(Load::databaseCpu));
    }

    /** By operations per second. */
    static Side rateOfPeers(String what, Series<Load> series) {
        return new Side(
                what,
                series.ofPeers(Load::perSecond),
                "/s",
                series.ofPeers(Load::cpu),
                series.ofPeers(Load::databaseCpu));
    }

    /** By µs per operation. */
    static Side costOfOurs(String what, Series<Load> series) {
        return new Side(
                what,
                series.ofOurs(Load::wallMicros),
                "µs",
                series.ofOurs(Load::cpu),
                series.ofOurs(Load::databaseCpu));
    }

    /** By µs per operation. */
    static Side costOfPeers(String what, Series<Load> series) {
        return new Side(
                what,
                series.ofPeers(Load::wallMicros),
                "µs",
                series.ofPeers(Load::cpu),
                series.ofPeers(Load::databaseCpu));
    }
}
