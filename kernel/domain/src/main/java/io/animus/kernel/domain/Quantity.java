package io.animus.kernel.domain;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * An amount of processor or memory as Kubernetes writes it, kept as it was written.
 *
 * @param text {@code 500m}, {@code 2}, {@code 512Mi}, {@code 2G} …
 * @param amount in thousandths of a processor, or in bytes; from 1
 */
public record Quantity(String text, long amount) implements Comparable<Quantity> {
    private static final Pattern CPU = Pattern.compile("[1-9][0-9]{0,8}m?");
    private static final Pattern BYTES = Pattern.compile("([1-9][0-9]{0,14})(k|M|G|T|Ki|Mi|Gi|Ti)?");
    private static final Map<String, Long> UNITS = Map.of(
            "k",
            1_000L,
            "M",
            1_000_000L,
            "G",
            1_000_000_000L,
            "T",
            1_000_000_000_000L,
            "Ki",
            1L << 10,
            "Mi",
            1L << 20,
            "Gi",
            1L << 30,
            "Ti",
            1L << 40);

    /**
     * Processors: {@code 2} or {@code 500m}.
     *
     * @throws IllegalArgumentException if it is written otherwise
     */
    public static Quantity cpu(String text) {
        if (!CPU.matcher(text).matches()) {
            throw new IllegalArgumentException("processors are written like 2 or 500m, not " + text);
        }
        return text.endsWith("m")
                ? new Quantity(text, Long.parseLong(text.substring(0, text.length() - 1)))
                : new Quantity(text, Long.parseLong(text) * 1000);
    }

    /**
     * Bytes: {@code 512Mi}, {@code 2G} or a plain number.
     *
     * @throws IllegalArgumentException if it is written otherwise, or is more than 2^53 bytes
     */
    public static Quantity bytes(String text) {
        var form = BYTES.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("bytes are written like 512Mi or 2G, not " + text);
        }
        var number = Long.parseLong(form.group(1));
        var unit = form.group(2) == null ? 1L : UNITS.getOrDefault(form.group(2), 1L);
        if (number > (1L << 53) / unit) {
            throw new IllegalArgumentException("more than 2^53 bytes: " + text);
        }
        return new Quantity(text, number * unit);
    }

    @Override
    public int compareTo(Quantity other) {
        return Long.compare(amount, other.amount);
    }

    @Override
    public String toString() {
        return text;
    }
}
