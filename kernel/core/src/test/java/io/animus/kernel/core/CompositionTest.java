package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Version;

class CompositionTest {
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicLong modified = new AtomicLong(1);
    private final CountDownLatch readable = new CountDownLatch(1);

    @TempDir
    private Path folder;

    private Bundle bundle;
    private Composition composition;

    @BeforeEach
    void install() throws IOException {
        Files.writeString(folder.resolve("entry"), "first");
        bundle = (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getSymbolicName" -> "plugin";
                    case "getVersion" -> Version.valueOf("1.0.0");
                    case "getBundleId" -> 7L;
                    case "getLastModified" -> modified.get();
                    case "getHeaders" -> new Hashtable<String, String>();
                    case "findEntries" -> entries();
                    case "hashCode" -> 7;
                    case "toString" -> "plugin";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        composition = new Composition(() -> new Bundle[] {bundle});
    }

    private Enumeration<URL> entries() throws InterruptedException {
        readable.await();
        reads.incrementAndGet();
        try {
            return Collections.enumeration(
                    List.of(folder.resolve("entry").toUri().toURL()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void isAwaitedByWhoNeedsIt() {
        var asked = CompletableFuture.supplyAsync(composition::digest);

        assertThat(asked).isNotDone();
        readable.countDown();

        assertThat(asked.join()).isEqualTo(composition.digest());
        assertThat(reads).hasValue(1);
    }

    @Test
    void readsAgainOnlyWhatWasChanged() throws IOException {
        readable.countDown();
        var before = composition.digest();

        composition.bundleChanged(new BundleEvent(BundleEvent.INSTALLED, bundle));
        assertThat(composition.digest()).isEqualTo(before);
        assertThat(reads).hasValue(1);

        Files.writeString(folder.resolve("entry"), "second");
        modified.set(2);
        composition.bundleChanged(new BundleEvent(BundleEvent.UPDATED, bundle));

        assertThat(composition.digest()).isNotEqualTo(before);
        assertThat(reads).hasValue(2);
    }
}
