package io.animus.benchmarks;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
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
                + new DecimalFormat("#,##0.####", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(bound) + " "
                + unit;
    }
}
