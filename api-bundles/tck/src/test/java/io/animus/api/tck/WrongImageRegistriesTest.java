package io.animus.api.tck;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.ImageReference;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** Registries that are wrong, each in one way. */
class WrongImageRegistriesTest implements WrongOnes {

    /** Gets everything right but what {@code wrong} makes of a search. */
    private record Registry(
            ImageRegistry right, BiFunction<ImageRegistry, ImageReference, Optional<ImageManifest>> wrong)
            implements ImageRegistry {
        @Override
        public boolean serves(ImageReference reference) {
            return right.serves(reference);
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return wrong.apply(right, reference);
        }
    }

    /** The registry that proves the contract, spoiled. */
    abstract static class Spoiled extends InMemoryImageRegistryTest {
        private final ImageRegistry registry = new Registry(super.registry(), this::find);

        abstract Optional<ImageManifest> find(ImageRegistry right, ImageReference reference);

        @Override
        public ImageRegistry registry() {
            return registry;
        }
    }

    @CaughtBy("servesOnlyWhatItIsConfiguredFor")
    static class ServesNothing extends InMemoryImageRegistryTest {
        @Override
        public ImageRegistry registry() {
            var right = super.registry();
            return new ImageRegistry() {
                @Override
                public boolean serves(ImageReference reference) {
                    return false;
                }

                @Override
                public Optional<ImageManifest> find(ImageReference reference) {
                    return right.find(reference);
                }
            };
        }
    }

    @CaughtBy("findsNothingUnderAnUnknownTagDigestOrRepository")
    static class ThrowsOnAbsence extends Spoiled {
        @Override
        Optional<ImageManifest> find(ImageRegistry right, ImageReference reference) {
            return Optional.of(right.find(reference)
                    .orElseThrow(() -> new ExternalSystemException(Reason.REJECTED, "no such image")));
        }
    }

    @CaughtBy("doesNotLookAtTheTagOfAPinnedReference")
    static class LooksAtTheTagOfAPinnedReference extends Spoiled {
        @Override
        Optional<ImageManifest> find(ImageRegistry right, ImageReference reference) {
            return right.find(reference).filter(found -> !"no-such-tag".equals(reference.tag()));
        }
    }

    @CaughtBy("findsAnImageByItsDigest")
    static class LosesTheConfigurationOfAPinnedImage extends Spoiled {
        @Override
        Optional<ImageManifest> find(ImageRegistry right, ImageReference reference) {
            var isPinned = reference.tag() == null;
            return right.find(reference)
                    .map(found -> isPinned
                            ? new ImageManifest(found.digest(), found.mediaType(), found.size(), null)
                            : found);
        }
    }

    @CaughtBy("findsAnIndexWhichHasNoConfiguration")
    static class InventsAConfigurationForAnIndex extends Spoiled {
        @Override
        Optional<ImageManifest> find(ImageRegistry right, ImageReference reference) {
            return right.find(reference)
                    .map(found -> found.config() == null
                            ? new ImageManifest(found.digest(), found.mediaType(), found.size(), found.digest())
                            : found);
        }
    }

    @CaughtBy("answersManyCallersAtOnce")
    static class AnswersItsFirstCallerOnly extends Spoiled {
        private final OneCaller caller = new OneCaller();

        @Override
        Optional<ImageManifest> find(ImageRegistry right, ImageReference reference) {
            caller.check();
            return right.find(reference);
        }
    }

    @CaughtBy("lacksWhatItSwitchedOff")
    static class HasTheIndexesThatItSwitchedOff extends InMemoryImageRegistryTest {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.INDEXES);
        }
    }

    @CaughtBy("findsAnIndexWhichHasNoConfiguration")
    static class LacksIndexesAndDoesNotSaySo extends Spoiled {
        @Override
        Optional<ImageManifest> find(ImageRegistry right, ImageReference reference) {
            var found = right.find(reference);
            if (found.filter(manifest -> manifest.config() == null).isPresent()) {
                throw new ExternalSystemException(Reason.REJECTED, "an index");
            }
            return found;
        }
    }

    /** Not wrong: says what it lacks. */
    @CaughtBy({})
    static class SaysThatItLacksIndexes extends LacksIndexesAndDoesNotSaySo {
        @Override
        public Set<Capability> lacks() {
            return Set.of(Capability.INDEXES);
        }
    }
}
