package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import io.animus.api.types.Json;
import java.util.regex.Pattern;

/** Words that come from elsewhere, as a terminal may have them: with nothing in them that it obeys, or that turns what stands there around. */
public final class Shown {
    /** ESC and the C1 controls, such as U+009B, begin what a terminal obeys; marks of direction and what isn't seen are of Cf. */
    private static final Pattern OBEYED = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private Shown() {}

    /** On one line; question marks stand in place of what may not be there. */
    public static String text(String text) {
        return OBEYED.matcher(text).replaceAll("?");
    }

    /** JSON of this value, in which such characters are escaped. */
    public static String json(Json value) {
        return OBEYED.matcher(new String(value.canonical(), UTF_8))
                .replaceAll(found ->
                        found.group().chars().mapToObj("\\\\u%04x"::formatted).collect(joining()));
    }
}
