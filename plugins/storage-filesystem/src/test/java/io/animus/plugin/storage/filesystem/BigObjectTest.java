package io.animus.plugin.storage.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BigObjectTest {
    private static final int MIB = 1024 * 1024;
    private static final int SIZE = 200 * MIB;

    @TempDir
    Path directory;

    @Test
    void carriesTwoHundredMebibytesInAHeapOfSixtyFour() throws Exception {
        var child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=16m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BigObjectTest.class.getName(),
                        directory.toString()))
                .inheritIO()
                .start();

        assertThat(child.waitFor()).isZero();
    }

    /** The child: puts by stream, puts and gets by URL, and fails if a digest differs. */
    public static void main(String[] arguments) throws Exception {
        var digest = digestOf(new Pattern());
        try (var served = new ServedStore(Path.of(arguments[0]), 0)) {
            var streamed = new ObjectKey("streamed", digest);
            served.store().put(streamed, SIZE, new Pattern());
            var uploaded = new ObjectKey("uploaded", digest);
            upload(served.store()
                    .signUpload(uploaded, SIZE, Duration.ofHours(1))
                    .url());
            var url = served.store()
                    .signDownload(uploaded, "big", Duration.ofHours(1))
                    .url();
            try (var content = url.toURL().openStream()) {
                check(digestOf(content).equals(digest), "downloaded something else");
            }
            try (var content = served.store().open(streamed)) {
                check(digestOf(content).equals(digest), "read something else");
            }
        }
    }

    private static void upload(URI url) throws IOException {
        var connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestMethod("PUT");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(SIZE);
        try (var out = connection.getOutputStream()) {
            new Pattern().transferTo(out);
        }
        check(connection.getResponseCode() == 204, "not taken: " + connection.getResponseCode());
    }

    private static Digest digestOf(InputStream content) throws IOException {
        var hash = Digest.sha256();
        new DigestInputStream(content, hash).transferTo(OutputStream.nullOutputStream());
        return Digest.finish(hash);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** As many bytes as the big object has, none of them kept. */
    private static final class Pattern extends InputStream {
        private int position;

        @Override
        public int read() {
            return position < SIZE ? (position++ * 31 >>> 8) & 0xff : -1;
        }
    }
}
