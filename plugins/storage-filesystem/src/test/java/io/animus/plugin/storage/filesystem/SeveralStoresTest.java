package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores of one hub, each in a directory of its own: a signed URL is of one of them and none of the others. */
class SeveralStoresTest {
    private static final byte[] CONTENT = "0123456789".getBytes(UTF_8);
    private static final ObjectKey KEY = new ObjectKey("project-a", Digest.of(CONTENT));
    private static final Duration VALIDITY = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    private ServedStore served;
    private FilesystemObjectStore north;
    private FilesystemObjectStore south;

    @BeforeEach
    void open() throws Exception {
        served = new ServedStore(directory.resolve("default"), 0);
        north = served.beside("north", directory.resolve("north"));
        south = served.beside("south", directory.resolve("south"));
    }

    @AfterEach
    void close() throws IOException {
        served.close();
    }

    @Test
    void whatIsPutToTheUrlOfAStoreIsInItsDirectoryAlone() throws Exception {
        assertThat(put(upload(north)).statusCode()).isEqualTo(204);

        assertThat(north.find(KEY)).contains((long) CONTENT.length);
        assertThat(holds("north")).isTrue();
        assertThat(holds("south")).isFalse();
        assertThat(holds("default")).isFalse();
        assertThat(get(download(north)).body()).isEqualTo("0123456789");
        assertThat(get(download(south)).statusCode()).isEqualTo(404);
        assertThat(get(download(served.store())).statusCode()).isEqualTo(404);
    }

    @Test
    void theDefaultStoreKeepsTheUrlsThatItHad() {
        assertThat(download(served.store()).getPath())
                .isEqualTo("/objects/project-a/" + KEY.digest().hex());
        assertThat(download(north).getPath())
                .isEqualTo("/objects/north/project-a/" + KEY.digest().hex());
    }

    @Test
    void aUrlOfOneStoreOpensNoOther() throws Exception {
        put(upload(north));
        put(upload(south));
        put(upload(served.store()));

        for (var target : new String[] {"/objects/south/", "/objects/", "/objects/default/", "/objects/east/"}) {
            var moved = URI.create(download(north).toString().replace("/objects/north/", target));
            assertThat(get(moved).statusCode()).as(target).isEqualTo(403);
        }
        var moved = URI.create(download(served.store()).toString().replace("/objects/", "/objects/default/"));
        assertThat(get(moved).statusCode()).isEqualTo(403);
    }

    @Test
    void aUrlOfOneStoreOpensNoOtherThatHasACopyOfItsKey() throws Exception {
        put(upload(north));
        var copy = Files.createDirectories(directory.resolve("copy"));
        Files.copy(directory.resolve("north/signing.key"), copy.resolve("signing.key"));
        served.beside("copied", copy);

        var moved = URI.create(upload(north).toString().replace("/objects/north/", "/objects/copied/"));
        assertThat(put(moved).statusCode()).isEqualTo(403);
        served.withdraw(north);
        assertThat(put(upload(north)).statusCode()).isEqualTo(403);
        assertThat(holds("copy")).isFalse();
    }

    @Test
    void theUrlsOfAStoreThatWentAreNotServedAndOthersAre() throws Exception {
        put(upload(north));
        put(upload(south));
        served.withdraw(north);

        assertThat(get(download(north)).statusCode()).isEqualTo(403);
        assertThat(get(download(south)).body()).isEqualTo("0123456789");
    }

    private boolean holds(String folder) throws IOException {
        try (var files = Files.walk(directory.resolve(folder))) {
            return files.anyMatch(file -> file.endsWith(KEY.digest().hex()));
        }
    }

    private static URI upload(FilesystemObjectStore store) {
        return store.signUpload(KEY, CONTENT.length, VALIDITY).url();
    }

    private static URI download(FilesystemObjectStore store) {
        return store.signDownload(KEY, "a", VALIDITY).url();
    }

    private static HttpResponse<String> put(URI url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(url).PUT(BodyPublishers.ofByteArray(CONTENT)));
    }

    private static HttpResponse<String> get(URI url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(url));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
