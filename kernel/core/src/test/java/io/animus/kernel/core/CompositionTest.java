package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.animus.api.types.Digest;
import io.animus.kernel.core.CompositionContents.Configured;
import io.animus.kernel.core.CompositionContents.TrustPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;

class CompositionTest {
    /** An event needs a bundle, which nobody asks anything. */
    private static final Bundle NOBODY = (Bundle) Proxy.newProxyInstance(
            Bundle.class.getClassLoader(), new Class<?>[] {Bundle.class}, (proxy, method, arguments) -> null);

    private static final TrustPolicy POLICY = new TrustPolicy("enforce", List.of(), null);

    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void isAwaitedByWhoNeedsIt() {
        var readable = new CountDownLatch(1);
        var composition = new Composition(() -> {
            try {
                readable.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return numbered(reads.incrementAndGet());
        });
        var asked = CompletableFuture.supplyAsync(composition::digest);

        assertThat(asked).isNotDone();
        readable.countDown();

        assertThat(asked.join()).isEqualTo(composition.digest());
        assertThat(reads).hasValue(1);
    }

    @Test
    void isReadAgainAfterAChangeAndNoSooner() {
        var composition = new Composition(() -> numbered(reads.incrementAndGet()));
        var before = composition.contents();

        assertThat(composition.contents()).isEqualTo(before);
        assertThat(composition.isStill(before)).isTrue();

        composition.bundleChanged(event(BundleEvent.STARTED));
        assertThat(composition.contents()).isEqualTo(before);

        composition.bundleChanged(event(BundleEvent.UPDATED));
        assertThat(composition.isStill(before)).isFalse();
        assertThat(composition.contents()).isEqualTo(numbered(2));
    }

    @Test
    void isReadAgainIfABundleGoesMeanwhile() {
        var self = new AtomicReference<Composition>();
        var composition = new Composition(() -> {
            if (reads.incrementAndGet() == 1) {
                self.get().bundleChanged(event(BundleEvent.UNINSTALLED));
                throw new UncheckedIOException(new IOException("its jar has gone"));
            }
            return numbered(2);
        });

        self.set(composition);

        assertThat(composition.contents()).isEqualTo(numbered(2));
    }

    @Test
    void saysThatItCantBeToldAndTriesAgainForTheNext() {
        var composition = new Composition(() -> {
            if (reads.incrementAndGet() == 1) {
                throw new UncheckedIOException(new IOException("the disk is broken"));
            }
            return numbered(2);
        });

        assertThatIllegalStateException().isThrownBy(composition::contents).havingCause();
        assertThat(composition.contents()).isEqualTo(numbered(2));
    }

    static CompositionContents numbered(int number) {
        var digest = Digest.of(new byte[] {(byte) number});
        return CompositionContents.of(List.of(), List.of(new Configured("io.animus.test", digest)), POLICY);
    }

    static BundleEvent event(int type) {
        return new BundleEvent(type, NOBODY);
    }
}
