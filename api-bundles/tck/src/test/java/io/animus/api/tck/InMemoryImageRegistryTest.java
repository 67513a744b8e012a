package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.util.Map;

/** Proves the contract with the smallest registry there can be. */
class InMemoryImageRegistryTest implements ImageRegistryContract {
    private static final ImageReference IMAGE = ImageReference.parse("memory:1/hub/sample:1");
    private static final ImageReference INDEX = ImageReference.parse("memory:1/hub/sample:all");
    private static final ImageManifest MANIFEST = new ImageManifest(
            Digest.of("image".getBytes(UTF_8)),
            "application/vnd.oci.image.manifest.v1+json",
            5,
            Digest.of("config".getBytes(UTF_8)));
    private static final ImageManifest LIST =
            new ImageManifest(Digest.of("index".getBytes(UTF_8)), "application/vnd.oci.image.index.v1+json", 5, null);

    private final ImageRegistry registry = new InMemoryImageRegistry(Map.of(IMAGE, MANIFEST, INDEX, LIST));

    @Override
    public ImageRegistry registry() {
        return registry;
    }

    @Override
    public Sample sample() {
        return new Sample(IMAGE, MANIFEST, INDEX, LIST, ImageReference.parse("elsewhere:1/hub/sample:1"));
    }
}
