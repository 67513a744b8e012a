package io.animus.api.registry;

import io.animus.api.types.Digest;
import org.jspecify.annotations.Nullable;

/**
 * What a registry says of an image.
 *
 * @param digest over the bytes of the manifest, recomputed here, not taken from a header
 * @param mediaType of the manifest: OCI or Docker, image or index
 * @param size of the manifest in bytes, at most 4 MiB
 * @param config digest of the image's configuration, which is what a container engine calls image id; null for an index
 */
public record ImageManifest(Digest digest, String mediaType, long size, @Nullable Digest config) {}
