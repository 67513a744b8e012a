package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectServletTest {
    private static final byte[] CONTENT = "0123456789".getBytes(UTF_8);
    private static final ObjectKey KEY = new ObjectKey("project-a", Digest.of(CONTENT));
    private static final Duration VALIDITY = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    private ServedStore served;

    @BeforeEach
    void open() throws Exception {
        served = new ServedStore(directory, 0);
        served.store().put(KEY, CONTENT.length, new ByteArrayInputStream(CONTENT));
    }

    @AfterEach
    void close() throws IOException {
        served.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    bytes=0-0     | 206 | bytes 0-0/10 | 0
                    bytes=0-      | 206 | bytes 0-9/10 | 0123456789
                    bytes=7-      | 206 | bytes 7-9/10 | 789
                    bytes=7-999   | 206 | bytes 7-9/10 | 789
                    bytes=-3      | 206 | bytes 7-9/10 | 789
                    bytes=-999    | 200 |              | 0123456789
                    bytes=9-9     | 206 | bytes 9-9/10 | 9
                    bytes=10-     | 416 | bytes */10   |
                    bytes=-0      | 416 | bytes */10   |
                    bytes=5-4     | 200 |              | 0123456789
                    bytes=-       | 200 |              | 0123456789
                    bytes=a-b     | 200 |              | 0123456789
                    bytes=0-1,3-4 | 200 |              | 0123456789
                    lines=0-1     | 200 |              | 0123456789
                    bytes=99999999999999999999- | 200 | | 0123456789
                    """)
    void answersRanges(String range, int status, String contentRange, String body) throws Exception {
        var answer = get(download(), "Range", range);

        if (range.equals("bytes=0-") || range.equals("bytes=-999")) {
            // A range that is the whole may be answered either way.
            assertThat(answer.statusCode()).isIn(200, 206);
        } else {
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.headers().firstValue("Content-Range").orElse(null))
                    .isEqualTo(contentRange);
        }
        if (body != null) {
            assertThat(answer.body()).isEqualTo(body);
        }
    }

    @Test
    void answersARangeOnlyOfTheObjectThatIsMeant() throws Exception {
        var same = send(HttpRequest.newBuilder(download())
                .header("Range", "bytes=0-0")
                .header("If-Range", "\"" + KEY.digest() + "\""));
        var other = send(
                HttpRequest.newBuilder(download()).header("Range", "bytes=0-0").header("If-Range", "\"sha256:0\""));

        assertThat(same.statusCode()).isEqualTo(206);
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(get(download(), "If-None-Match", "\"" + KEY.digest() + "\"").statusCode())
                .isEqualTo(304);
    }

    @Test
    void describesTheObjectToHead() throws Exception {
        var answer = send(HttpRequest.newBuilder(download()).method("HEAD", BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(10);
        assertThat(answer.headers().firstValue("ETag")).contains("\"" + KEY.digest() + "\"");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void namesTheFileForEveryBrowserAndOpensItInNone() throws Exception {
        var url = served.store().signDownload(KEY, "mo\"dèle; 1.txt", VALIDITY).url();

        assertThat(get(url, "Accept", "*/*").headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"mo_d_le; 1.txt\"; filename*=UTF-8''mo%22d%C3%A8le%3B%201.txt");
    }

    @ParameterizedTest
    @CsvSource({
        "project-a, project-b",
        "size=0, size=1",
        "expires=, expires=9",
        "name=a, name=b",
        "signature=, signature=A",
        "signature=, x=",
        "size=0, size=-1",
        "expires=, e="
    })
    void refusesAChangedUrl(String from, String to) throws Exception {
        var changed = URI.create(download().toString().replace(from, to));

        assertRefused(get(changed, "Accept", "*/*"));
    }

    @Test
    void refusesAnExpiredUrl() throws Exception {
        var url = download();
        served.forward(VALIDITY.plusSeconds(1));

        assertRefused(get(url, "Accept", "*/*"));
    }

    @Test
    void refusesAnUploadUrlForADownloadAndTheOtherWayRound() throws Exception {
        var upload = served.store().signUpload(KEY, CONTENT.length, VALIDITY).url();

        assertRefused(get(upload, "Accept", "*/*"));
        assertRefused(send(HttpRequest.newBuilder(download()).PUT(BodyPublishers.ofByteArray(CONTENT))));
    }

    @Test
    void refusesOtherMethods() throws Exception {
        var answer = send(HttpRequest.newBuilder(download()).DELETE());

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD, PUT");
        assertThat(served.store().find(KEY)).isPresent();
    }

    @Test
    void saysThatASignedObjectIsNotThere() throws Exception {
        served.store().delete(KEY);

        var answer = get(download(), "Accept", "*/*");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void saysThatTheDiskFailsAndThatItMayWorkLater() throws Exception {
        served.store().delete(KEY);
        var folder = directory.resolve("objects/project-a/" + KEY.digest().hex().substring(0, 2));
        Files.delete(folder.resolve(KEY.digest().hex().substring(2, 4)));
        Files.delete(folder);
        Files.writeString(folder, "a file where the folder of the object was");

        var answer = get(download(), "Accept", "*/*");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().firstValueAsLong("Retry-After")).isPresent();
        assertThat(answer.body()).contains("\"retryable\":true").doesNotContain(directory.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/objects/../signing.key",
                "/objects/project-a/../../signing.key",
                "/objects/%2e%2e/signing.key",
                "/objects/..%2f..%2fsigning.key",
                "/objects/project-a/..%5c..%5csigning.key",
                "/objects/project-a;x=/../signing.key",
                "/objects//signing.key",
                "/objects/",
                "/objects"
            })
    void neverLeavesItsObjects(String path) throws Exception {
        var answer = raw("GET " + path + "?size=0&expires=99999999999&name=a&signature=AAAA HTTP/1.1\r\n"
                + "Host: 127.0.0.1\r\nConnection: close\r\n\r\n");

        assertThat(answer).matches("(?s)HTTP/1.1 40[034] .*");
    }

    @Test
    void takesAnObjectThatCallsItselfAForm() throws Exception {
        served.store().delete(KEY);
        var url = served.store().signUpload(KEY, CONTENT.length, VALIDITY).url();

        var answer = send(HttpRequest.newBuilder(url)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .PUT(BodyPublishers.ofByteArray(CONTENT)));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(served.store().find(KEY)).isPresent();
    }

    @Test
    void takesAnUploadOfUnknownLengthAndNoneThatIsTooLong() throws Exception {
        served.store().delete(KEY);
        var url = served.store().signUpload(KEY, CONTENT.length, VALIDITY).url();

        assertThat(chunked(url, "01234567890").statusCode()).isEqualTo(422);
        assertThat(served.files()).isEmpty();
        assertThat(chunked(url, "0123456789").statusCode()).isEqualTo(204);
    }

    @Test
    void forgetsAnUploadWhoseClientWentAway() throws Exception {
        served.store().delete(KEY);
        var url = served.store().signUpload(KEY, CONTENT.length, VALIDITY).url();
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write(("PUT " + url.getRawPath() + "?" + url.getRawQuery()
                                    + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234")
                            .getBytes(US_ASCII));
            awaitFiles(1);
            socket.setSoLinger(true, 0);
        }

        awaitFiles(0);
        assertThat(served.store().find(KEY)).isEmpty();
    }

    private void awaitFiles(int count) throws Exception {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (served.files().size() != count) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body())
                .contains("\"status\":403", "\"instance\":\"" + answer.uri().getRawPath() + "\"")
                .contains("\"requestId\":\""
                        + answer.headers().firstValue("X-Request-Id").orElseThrow() + "\"")
                .doesNotContain("signature")
                .doesNotContain("0123456789");
    }

    private URI download() {
        return served.store().signDownload(KEY, "a", VALIDITY).url();
    }

    private static HttpResponse<String> get(URI url, String header, String value) throws Exception {
        return send(HttpRequest.newBuilder(url).header(header, value));
    }

    private static HttpResponse<String> chunked(URI url, String content) throws Exception {
        return send(HttpRequest.newBuilder(url)
                .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content.getBytes(UTF_8)))));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private String raw(String request) throws IOException {
        var url = download();
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
