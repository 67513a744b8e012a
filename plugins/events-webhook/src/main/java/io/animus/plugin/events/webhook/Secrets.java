package io.animus.plugin.events.webhook;

import io.animus.api.plugin.egress.SecretFile;
import io.animus.api.plugin.egress.WebhookKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What messages may be signed with.
 *
 * @param directory with a file for each secret, named as subscriptions name it; null for none
 * @param signingKey for subscriptions without a secret; null for none
 */
record Secrets(@Nullable Path directory, @Nullable Path signingKey) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** As configured, where empty means none. */
    static Secrets of(String directory, String signingKey) {
        return new Secrets(
                directory.isEmpty() ? null : Path.of(directory), signingKey.isEmpty() ? null : Path.of(signingKey));
    }

    Optional<WebhookKey> find(String name) {
        // The name comes from a subscriber, and must not lead out of the directory.
        if (directory == null || !NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        var file = directory.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(WebhookKey.shared(new SecretFile(file))) : Optional.empty();
    }

    Optional<WebhookKey> own() {
        return Optional.ofNullable(signingKey).map(SecretFile::new).map(WebhookKey::own);
    }

    boolean isEmpty() {
        return directory == null && signingKey == null;
    }
}
