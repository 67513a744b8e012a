package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import io.animus.api.types.ImageReference;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What every {@link ImageRegistry} must do. Implement the two methods; inherit the tests. */
public interface ImageRegistryContract {

    /** What not every registry can. */
    enum Capability {
        /** Keeps indexes over the images of several platforms. Switched off, it rejects the index of the sample. */
        INDEXES
    }

    /** What this registry can't, which the tests then hold it to. By default it can everything. */
    default Set<Capability> lacks() {
        return Set.of();
    }

    /** The registry under test. Called often; the same one during a test. */
    ImageRegistry registry();

    /** What {@link #registry} has to offer. */
    Sample sample();

    /**
     * An image, an index over it, and what is not there.
     *
     * @param image by tag
     * @param manifest of {@code image}; has a configuration
     * @param index by tag
     * @param indexManifest of {@code index}; has no configuration
     * @param elsewhere an image that the registry does not serve
     */
    record Sample(
            ImageReference image,
            ImageManifest manifest,
            ImageReference index,
            ImageManifest indexManifest,
            ImageReference elsewhere) {}

    @Test
    default void servesOnlyWhatItIsConfiguredFor() {
        assertThat(registry().serves(sample().image())).isTrue();
        assertThat(registry().serves(sample().elsewhere())).isFalse();
    }

    @Test
    default void findsAnImageByItsTag() {
        assertThat(sample().manifest().config()).isNotNull();
        assertThat(registry().find(sample().image())).contains(sample().manifest());
    }

    @Test
    default void findsAnImageByItsDigest() {
        var pinned = sample().image().at(sample().manifest().digest());
        assertThat(registry().find(pinned)).contains(sample().manifest());
    }

    @Test
    default void findsAnIndexWhichHasNoConfiguration() {
        assumeFalse(lacks().contains(Capability.INDEXES));
        assertThat(sample().indexManifest().config()).isNull();
        assertThat(registry().find(sample().index())).contains(sample().indexManifest());
    }

    @Test
    default void lacksWhatItSwitchedOff() {
        if (lacks().contains(Capability.INDEXES)) {
            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> registry().find(sample().index()))
                    .matches(e -> e.reason() == Reason.REJECTED, "is REJECTED");
        }
    }

    @Test
    default void doesNotLookAtTheTagOfAPinnedReference() {
        var image = sample().image();
        var pinned = new ImageReference(
                image.registry(),
                image.repository(),
                "no-such-tag",
                sample().manifest().digest());
        assertThat(registry().find(pinned)).contains(sample().manifest());
    }

    @Test
    default void findsNothingUnderAnUnknownTagDigestOrRepository() {
        var image = sample().image();
        var unknown = Digest.of(new byte[] {1, 2, 3});
        assertThat(registry().find(image.at(unknown))).isEmpty();
        assertThat(registry().find(new ImageReference(image.registry(), image.repository(), "no-such-tag", null)))
                .isEmpty();
        assertThat(registry().find(new ImageReference(image.registry(), "no/such/repository", "1", null)))
                .isEmpty();
    }

    @Test
    default void answersManyCallersAtOnce() throws Exception {
        var callers = Executors.newFixedThreadPool(8);
        try {
            var calls = new ArrayList<Callable<Optional<ImageManifest>>>();
            for (var i = 0; i < 40; i++) {
                calls.add(() -> registry().find(sample().image()));
            }
            for (var answer : callers.invokeAll(calls, 30, SECONDS)) {
                assertThat(answer.get()).contains(sample().manifest());
            }
        } finally {
            callers.shutdownNow();
        }
    }
}
