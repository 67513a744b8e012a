package io.animus.kernel.domain.run;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Locale;

/**
 * Something that a run left behind. Immutable.
 *
 * @param attempt number of the attempt that left it
 * @param name path in the output folder; unique within the attempt
 */
public record Artifact(
        TypeId id,
        TypeId project,
        TypeId run,
        int attempt,
        String name,
        Kind kind,
        String mediaType,
        Digest digest,
        long size,
        String retentionClass,
        Instant created) {
    /** What ids of artifacts start with. */
    public static final String PREFIX = "art";

    /** What is kept where nobody says otherwise. */
    public static final String DEFAULT_RETENTION = "standard";

    /** What it is for. */
    public enum Kind {
        FILE,
        LOG,
        METRICS,
        MODEL,
        REPORT;

        /** As tables and the API write it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException if no kind has this word */
        public static Kind of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }

        /** What a file is for by its name: {@code model.*}, {@code metrics.*}, {@code report.*}, anything else. */
        public static Kind ofFile(String path) {
            var file = path.substring(path.lastIndexOf('/') + 1);
            var stem = file.contains(".") ? file.substring(0, file.indexOf('.')) : file;
            return switch (stem) {
                case "model" -> MODEL;
                case "metrics" -> METRICS;
                case "report" -> REPORT;
                default -> FILE;
            };
        }
    }
}
