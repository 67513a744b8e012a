package io.animus.plugin.registry;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a registry wants to be shown: a {@code WWW-Authenticate} header of RFC 9110.
 *
 * @param scheme in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final Pattern PARAMETER = Pattern.compile("([A-Za-z]+)=(?:\"([^\"]*)\"|([^\",\\s]+))");
    private static final int MAX_LENGTH = 8192;

    /** The first challenge that this plugin can meet: by a token before by a password. */
    static Optional<Challenge> choose(List<String> headers) {
        var known = headers.stream()
                .filter(header -> header.length() <= MAX_LENGTH)
                .map(Challenge::read)
                .toList();
        return known.stream()
                .filter(challenge -> challenge.scheme().equals("bearer"))
                .findFirst()
                .or(() -> known.stream()
                        .filter(challenge -> challenge.scheme().equals("basic"))
                        .findFirst());
    }

    private static Challenge read(String header) {
        var parameters = new TreeMap<String, String>();
        var matcher = PARAMETER.matcher(header);
        while (matcher.find()) {
            parameters.put(
                    matcher.group(1).toLowerCase(Locale.ROOT),
                    matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
        }
        return new Challenge(header.strip().split("\\s", 2)[0].toLowerCase(Locale.ROOT), parameters);
    }
}
