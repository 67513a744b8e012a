package io.animus.plugin.storage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import io.animus.plugin.storage.filesystem.UrlSigner.Permission;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

class UrlSignerTest {
    private static final int HUBS = 8;
    private static final Permission PERMISSION =
            new Permission("", "GET", new ObjectKey("a", Digest.of(new byte[0])), 0, 1, "a");

    @TempDir
    Path directory;

    @RepeatedTest(10)
    void usesOneKeyInHubsThatStartAtOnce() throws Exception {
        var together = new CyclicBarrier(HUBS);
        Callable<String> hub = () -> {
            together.await();
            return UrlSigner.withKeyIn(directory.resolve("signing.key")).sign(PERMISSION);
        };
        var threads = Executors.newFixedThreadPool(HUBS);
        try {
            var signatures = threads.invokeAll(Collections.nCopies(HUBS, hub));

            for (var signature : signatures) {
                assertThat(signature.get()).isEqualTo(signatures.get(0).get());
            }
        } finally {
            threads.shutdownNow();
        }
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("signing.key"));
        }
    }
}
