package io.animus.plugin.storage.filesystem;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.tck.ObjectStoreContract;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilesystemObjectStoreTest implements ObjectStoreContract {
    @TempDir
    Path directory;

    private ServedStore served;

    @BeforeEach
    void open() throws Exception {
        served = new ServedStore(directory, 0);
    }

    @AfterEach
    void close() throws IOException {
        served.close();
    }

    @Override
    public ObjectStore store() {
        return served.store();
    }

    @Test
    void leavesNothingBehindOfWhatItRefuses() throws IOException {
        refusesContentOfAnotherDigest();
        refusesMoreOrFewerBytesThanAnnounced();
        passesOnTheFailureOfItsSource();

        assertThat(served.files()).isEmpty();
    }

    @Test
    void keepsObjectsAndSignaturesOverARestart() throws Exception {
        store().put(KEY, CONTENT.length, new ByteArrayInputStream(CONTENT));
        var expected = directory.resolve("signing.key");
        var key = Files.readAllBytes(expected);
        served.close();
        served = new ServedStore(directory, 0);

        assertThat(store().find(KEY)).isPresent();
        assertThat(Files.readAllBytes(expected)).isEqualTo(key);
    }

    @Test
    void hidesItsKeyAndMakesAnotherWhenItIsDeleted() throws Exception {
        var file = directory.resolve("signing.key");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(fromString("rw-------"));
        var key = Files.readAllBytes(file);
        served.close();
        Files.delete(file);
        served = new ServedStore(directory, 0);

        assertThat(Files.readAllBytes(file)).hasSize(32).isNotEqualTo(key);
    }

    @Test
    void removesWhatAKilledHubLeftButNotWhatIsBeingWritten() throws Exception {
        var stale = Files.writeString(directory.resolve("uploads/stale.part"), "half");
        try (var writer = FileChannel.open(
                directory.resolve("uploads/live.part"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            writer.lock();
            new ObjectDirectory(directory, 0);

            assertThat(stale).doesNotExist();
            assertThat(directory.resolve("uploads/live.part")).exists();
        }
    }

    @Test
    void leavesTheConfiguredSpaceFree() throws Exception {
        try (var full = new ServedStore(directory.resolve("full"), Long.MAX_VALUE / 2)) {
            assertUnavailable(full);

            assertThat(full.files()).isEmpty();
            assertThat(full.store().health().state()).isEqualTo(PluginHealth.State.DEGRADED);
        }
    }

    @Test
    void saysThatTheDiskIsFullAndGivesTheSpaceBack() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to mount a small file system");
        var small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString());
        try (var full = new ServedStore(small, 0)) {
            var tooMuch = new byte[2 * 1024 * 1024];

            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> full.store()
                            .put(
                                    new ObjectKey("a", Digest.of(tooMuch)),
                                    tooMuch.length,
                                    new ByteArrayInputStream(tooMuch)))
                    .matches(e -> e.reason() == Reason.UNAVAILABLE);
            full.store().put(KEY, CONTENT.length, new ByteArrayInputStream(CONTENT));

            assertThat(full.files()).hasSize(1);
        } finally {
            run("umount", small.toString());
        }
    }

    @Test
    void saysThatADiskFilledUpWhileItWrote() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to mount a small file system");
        var small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString());
        try (var full = new ServedStore(small, 0)) {
            var content = new byte[700 * 1024];
            var filler = small.resolve("filler");

            assertThatExceptionOfType(ExternalSystemException.class)
                    .isThrownBy(() -> full.store()
                            .put(
                                    new ObjectKey("a", Digest.of(content)),
                                    content.length,
                                    new FillingStream(content, filler)))
                    .matches(e -> e.reason() == Reason.UNAVAILABLE);

            assertThat(full.files()).containsExactly(filler);
        } finally {
            run("umount", small.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a\\b", "a\nb", "a\u0000"})
    void signsNoNameThatIsNone(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> store().signDownload(KEY, name, VALIDITY));
    }

    @Test
    void signsForSomeTimeAndForSomeSize() {
        assertThatIllegalArgumentException().isThrownBy(() -> store().signDownload(KEY, "a", Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> store().signUpload(KEY, -1, VALIDITY));
    }

    private static void assertUnavailable(ServedStore full) {
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(() -> full.store().put(KEY, CONTENT.length, new ByteArrayInputStream(CONTENT)))
                .matches(e -> e.reason() == Reason.UNAVAILABLE);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** While it is read, somebody else takes all the space that is left. */
    private static final class FillingStream extends ByteArrayInputStream {
        private final Path filler;

        FillingStream(byte[] content, Path filler) {
            super(content);
            this.filler = filler;
        }

        @Override
        public int read(byte[] buffer, int from, int length) {
            try {
                if (pos > 0 && Files.notExists(filler)) {
                    Files.write(filler, new byte[600 * 1024]);
                }
            } catch (IOException e) {
                throw new AssertionError("the small disk was too small for the test", e);
            }
            return super.read(buffer, from, length);
        }
    }
}
