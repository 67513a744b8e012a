package io.animus.benchmarks;

import java.util.Locale;

/**
 * What a median is to come to.
 *
 * @param unit of the bound; {@code ×} for a ratio to the peer
 */
record Goal(boolean isFloor, double bound, String unit) {
    static final String RATIO = "×";

    static Goal atLeast(double bound, String unit) {
        return new Goal(true, bound, unit);
    }

    static Goal atMost(double bound, String unit) {
        return new Goal(false, bound, unit);
    }

    boolean isMetBy(Spread measured) {
        return isFloor ? measured.median() >= bound : measured.median() <= bound;
    }

    @Override
    public String toString() {
        return (isFloor ? "≥ " : "≤ ")
                + String.format(Locale.ROOT, "%.4g", bound).replaceAll("\\.?0+$", "") + " " + unit;
    }
}
