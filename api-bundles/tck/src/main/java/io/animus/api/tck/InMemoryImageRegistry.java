package io.animus.api.tck;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ImageReference;
import java.util.Map;
import java.util.Optional;

/**
 * The smallest registry that keeps the contract: it shows that the contract can be kept. Immutable, so safe for many threads.
 *
 * @param byTag what it has, by references with a tag; it serves the registry {@code memory:1}
 */
public record InMemoryImageRegistry(Map<ImageReference, ImageManifest> byTag) implements ImageRegistry {
    public InMemoryImageRegistry {
        byTag = Map.copyOf(byTag);
    }

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
