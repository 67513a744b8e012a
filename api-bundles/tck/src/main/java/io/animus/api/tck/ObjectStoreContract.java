package io.animus.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link ObjectStore} must do. Implement the one method; inherit the tests. */
public interface ObjectStoreContract {
    /** The content that most tests store. */
    byte[] CONTENT = "0123456789".getBytes(UTF_8);

    /** Where most tests store it. */
    ObjectKey KEY = new ObjectKey("project-a", Digest.of(CONTENT));

    /** How long the signed URLs of the tests live. */
    Duration VALIDITY = Duration.ofMinutes(5);

    /** What not every store can. */
    enum Capability {
        /** Gives a part of an object by signed URL. Switched off, it gives the whole (RFC 9110, section 14.2). */
        RANGES
    }

    /** What this store can't, which the tests then hold it to. By default it can everything. */
    default Set<Capability> lacks() {
        return Set.of();
    }

    /** The store under test: empty, up, and reachable by its signed URLs. */
    ObjectStore store();

    @Test
    default void answersWithWhatWasStored() throws IOException {
        store().put(KEY, CONTENT.length, stream(CONTENT));

        assertThat(store().find(KEY)).contains((long) CONTENT.length);
        assertThat(read(KEY)).isEqualTo(CONTENT);
    }

    @Test
    default void storesAnEmptyObject() throws IOException {
        var key = new ObjectKey("project-a", Digest.of(new byte[0]));

        store().put(key, 0, stream(new byte[0]));

        assertThat(store().find(key)).contains(0L);
        assertThat(read(key)).isEmpty();
    }

    @Test
    default void knowsWhatItDoesNotHave() {
        assertThat(store().find(KEY)).isEmpty();
        assertThat(store().delete(KEY)).isFalse();
        assertRejected(() -> store().open(KEY));
    }

    @Test
    default void refusesContentOfAnotherDigest() {
        assertRejected(() -> put(KEY, CONTENT.length, "012345678X".getBytes(UTF_8)));

        assertThat(store().find(KEY)).isEmpty();
    }

    @Test
    default void refusesMoreOrFewerBytesThanAnnounced() {
        assertRejected(() -> put(KEY, CONTENT.length - 1, CONTENT));
        assertRejected(() -> put(KEY, CONTENT.length + 1, CONTENT));

        assertThat(store().find(KEY)).isEmpty();
    }

    @Test
    default void keepsTheObjectWhenAWrongOneIsSentForIt() throws IOException {
        store().put(KEY, CONTENT.length, stream(CONTENT));

        assertRejected(() -> put(KEY, CONTENT.length, "012345678X".getBytes(UTF_8)));

        assertThat(read(KEY)).isEqualTo(CONTENT);
    }

    @Test
    default void passesOnTheFailureOfItsSource() {
        var broken = new SequenceInputStream(stream("01234".getBytes(UTF_8)), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the source broke");
            }
        });

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store().put(KEY, CONTENT.length, broken))
                .withMessage("the source broke");
        assertThat(store().find(KEY)).isEmpty();
    }

    @Test
    default void storesTheSameContentAgain() throws IOException {
        store().put(KEY, CONTENT.length, stream(CONTENT));
        store().put(KEY, CONTENT.length, stream(CONTENT));

        assertThat(read(KEY)).isEqualTo(CONTENT);
        assertThat(store().delete(KEY)).isTrue();
        assertThat(store().find(KEY)).isEmpty();
    }

    @Test
    default void keepsNamespacesApart() throws IOException {
        var other = new ObjectKey("project-b", KEY.digest());
        store().put(KEY, CONTENT.length, stream(CONTENT));

        assertThat(store().find(other)).isEmpty();
        assertThat(store().delete(other)).isFalse();
        assertThat(store().find(KEY)).isPresent();
    }

    @Test
    default void takesTheSameObjectFromManyAtOnce() throws Exception {
        var start = new CountDownLatch(1);
        var threads = Executors.newFixedThreadPool(8);
        try {
            var puts = IntStream.range(0, 32)
                    .<Future<?>>mapToObj(i -> threads.submit((Callable<Void>) () -> {
                        start.await();
                        put(KEY, CONTENT.length, CONTENT);
                        return null;
                    }))
                    .toList();
            start.countDown();
            for (var put : puts) {
                put.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(read(KEY)).isEqualTo(CONTENT);
    }

    @Test
    default void takesAnUploadBySignedUrl() throws Exception {
        var url = store().signUpload(KEY, CONTENT.length, VALIDITY);

        assertThat(upload(url.url(), CONTENT)).isBetween(200, 299);

        assertThat(read(KEY)).isEqualTo(CONTENT);
    }

    @Test
    default void refusesAnUploadOfAnythingElse() throws Exception {
        var url = store().signUpload(KEY, CONTENT.length, VALIDITY);

        assertThat(upload(url.url(), "012345678X".getBytes(UTF_8))).isBetween(400, 499);
        assertThat(upload(url.url(), "01234567890".getBytes(UTF_8))).isBetween(400, 499);

        assertThat(store().find(KEY)).isEmpty();
    }

    @Test
    default void givesADownloadBySignedUrl() throws Exception {
        store().put(KEY, CONTENT.length, stream(CONTENT));

        var answer = download(store().signDownload(KEY, "ten digits.txt", VALIDITY), "Accept", "*/*");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(CONTENT);
        assertThat(answer.headers().firstValue("Content-Disposition"))
                .hasValueSatisfying(v -> assertThat(v).contains("ten digits.txt"));
    }

    @Test
    default void givesAPartOfADownload() throws Exception {
        assumeFalse(lacks().contains(Capability.RANGES));
        store().put(KEY, CONTENT.length, stream(CONTENT));

        var answer = download(store().signDownload(KEY, "digits", VALIDITY), "Range", "bytes=2-4");

        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.headers().firstValue("Content-Range")).contains("bytes 2-4/10");
        assertThat(answer.body()).asString(UTF_8).isEqualTo("234");
    }

    @Test
    default void lacksWhatItSwitchedOff() throws Exception {
        if (lacks().contains(Capability.RANGES)) {
            store().put(KEY, CONTENT.length, stream(CONTENT));

            var answer = download(store().signDownload(KEY, "digits", VALIDITY), "Range", "bytes=2-4");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Range")).isEmpty();
            assertThat(answer.body()).isEqualTo(CONTENT);
        }
    }

    @Test
    default void refusesASignedUrlThatWasChanged() throws Exception {
        store().put(KEY, CONTENT.length, stream(CONTENT));
        var other = new ObjectKey("project-b", KEY.digest());
        store().put(other, CONTENT.length, stream(CONTENT));
        var signed = store().signDownload(KEY, "digits", VALIDITY);
        var changed = URI.create(signed.url().toString().replace("project-a", "project-b"));

        assertThat(download(new SignedUrl(changed, signed.expires()), "Accept", "*/*")
                        .statusCode())
                .isEqualTo(403);
        assertThat(upload(signed.url(), CONTENT)).isBetween(400, 499);
    }

    @Test
    default void signsForNoLongerThanAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store().signUpload(KEY, 1, SignedUrl.MAX_VALIDITY.plusSeconds(1)));
    }

    private byte[] read(ObjectKey key) throws IOException {
        try (var content = store().open(key)) {
            return content.readAllBytes();
        }
    }

    private void put(ObjectKey key, long size, byte[] content) throws IOException {
        store().put(key, size, stream(content));
    }

    private static InputStream stream(byte[] content) {
        return new ByteArrayInputStream(content);
    }

    private static int upload(URI url, byte[] content) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url)
                .PUT(BodyPublishers.ofByteArray(content))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpResponse<byte[]> download(SignedUrl signed, String header, String value)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(signed.url()).header(header, value).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
    }

    private static void assertRejected(ThrowingCallable call) {
        assertThatExceptionOfType(ExternalSystemException.class)
                .isThrownBy(call)
                .matches(e -> e.reason() == Reason.REJECTED, "is REJECTED");
    }
}
