package io.animus.benchmarks;

import java.util.Collection;

/** What the rounds of a measurement came to. */
record Spread(double median, double min, double max) {
    static Spread of(Collection<Double> rounds) {
        var sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        var middle = sorted.length / 2;
        var median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
