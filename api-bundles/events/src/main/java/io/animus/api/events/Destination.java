package io.animus.api.events;

import io.animus.api.types.TypeId;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscriber wants its events.
 *
 * @param subscription id of the subscription
 * @param url as the subscriber gave it, http or https; not yet checked against what the operator allows
 * @param secret name of the secret to sign with, which the plugin knows by configuration, never the secret itself; null to
 *     sign in a way for which the receiver holds no secret
 */
public record Destination(TypeId subscription, URI url, @Nullable String secret) {}
