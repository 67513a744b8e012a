package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.util.Map;
import java.util.Optional;

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

    private record InMemoryImageRegistry(Map<ImageReference, ImageManifest> byTag) implements ImageRegistry {
        @Override
        public boolean serves(ImageReference reference) {
            return reference.registry().equals("memory:1");
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return byTag.entrySet().stream()
                    .filter(image -> isNamedBy(reference, image))
                    .map(Map.Entry::getValue)
                    .findFirst();
        }

        private static boolean isNamedBy(ImageReference reference, Map.Entry<ImageReference, ImageManifest> image) {
            return reference
                    .pinned()
                    .map(digest -> digest.equals(image.getValue().digest())
                            && reference.repository().equals(image.getKey().repository()))
                    .orElseGet(() -> reference.equals(image.getKey()));
        }
    }
}
