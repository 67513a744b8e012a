package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Where a list goes on: opaque to clients, and of no use for another list. */
final class PageToken {
    private static final int LIST_DIGITS = 16;

    private PageToken() {}

    /** @param list names the list, its filters and its order */
    static String of(String list, String position) {
        var text = fingerprint(list) + position;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    /** The position, if the token was made by this list; whoever means to could have made it up. */
    static Optional<String> read(String list, String token) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.ISO_8859_1);
            if (text.length() > LIST_DIGITS && text.startsWith(fingerprint(list))) {
                return Optional.of(text.substring(LIST_DIGITS));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String fingerprint(String list) {
        var digest = Digest.of(list.getBytes(UTF_8)).value();
        return digest.substring(digest.length() - LIST_DIGITS);
    }
}
