package io.animus.kernel.audit;

import io.animus.api.types.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The details of an event as its leaf commits to them, within the size that keeps a whole event under 16 KiB. */
record FittedDetails(SortedMap<String, Json> details, List<DetachedDetail> detached) {
    /** The most bytes of all details together in canonical form; what else an event holds never exceeds 6 KiB. */
    static final int MAX_BYTES = 10 * 1024;

    // Two quotes, a colon and a comma.
    private static final int PUNCTUATION = 4;

    private record Measured(String name, Json value, int size) {}

    /** Detaches the largest details, by name where two are equal, until the rest fits. */
    static FittedDetails of(AuditEvent event) {
        var measured = new ArrayList<Measured>(event.details().members().size());
        var total = 1;
        for (var detail : event.details().members().entrySet()) {
            var size = size(detail.getKey(), detail.getValue());
            measured.add(new Measured(detail.getKey(), detail.getValue(), size));
            total += size;
        }
        if (total <= MAX_BYTES) {
            return new FittedDetails(event.details().members(), List.of());
        }
        measured.sort(Comparator.comparingInt(Measured::size).reversed().thenComparing(Measured::name));
        var details = new TreeMap<>(event.details().members());
        var detached = new ArrayList<DetachedDetail>();
        for (var i = 0; total > MAX_BYTES; i++) {
            var large = measured.get(i);
            var detail = new DetachedDetail("audit-details/" + event.id() + "/" + large.name(), large.value());
            var reference = detail.reference();
            detached.add(detail);
            details.put(large.name(), reference);
            total += size(large.name(), reference) - large.size();
        }
        return new FittedDetails(details, List.copyOf(detached));
    }

    private static int size(String name, Json value) {
        return name.length() + PUNCTUATION + value.canonical().length;
    }
}
