package io.animus.kernel.domain.run;

import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import java.util.EnumSet;
import java.util.Set;

/**
 * When a failed run is attempted again.
 *
 * @param maxAttempts all attempts together, 1 to {@link #MOST_ATTEMPTS}
 * @param on the classes of failure after which another attempt is made
 */
public record Retry(int maxAttempts, Set<ErrorClass> on) {
    /** The most attempts a run may have. */
    public static final int MOST_ATTEMPTS = 10;

    public Retry {
        if (maxAttempts < 1 || maxAttempts > MOST_ATTEMPTS) {
            throw new IllegalArgumentException("attempts are 1 to " + MOST_ATTEMPTS + ", not " + maxAttempts);
        }
        on = Set.copyOf(on);
    }

    /** Whether a run that failed so in its attempt number {@code attempt} gets another one. */
    public boolean allows(ErrorClass failed, int attempt) {
        return attempt < maxAttempts && on.contains(failed);
    }

    /** Reads what {@link #toJson} wrote. */
    public static Retry of(Json json) {
        var members = new JsonMembers(json);
        var on = EnumSet.noneOf(ErrorClass.class);
        members.texts("on").forEach(word -> on.add(ErrorClass.of(word)));
        return new Retry(members.integer("maxAttempts"), on);
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object()
                .put("maxAttempts", maxAttempts)
                .put("on", Json.texts(on.stream().map(ErrorClass::word).sorted().toList()))
                .build();
    }
}
