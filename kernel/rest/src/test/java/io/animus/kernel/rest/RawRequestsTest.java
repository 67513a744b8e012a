package io.animus.kernel.rest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no HTTP client would send. */
class RawRequestsTest {
    private static TestHub hub;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        hub.client().get("/healthz");
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/projects/a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/projects/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/..;/me HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v1/\u00ff HTTP/1.1\r\nHost: x\r\n\r\n",
                "FOO\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nA\u0000: b\r\n\r\n",
                "POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                "POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nA: LONG\r\n\r\n"
            })
    void answersWithAProblemAndNeverWithAPage(String request) throws Exception {
        var answer = send(request.replace("LONG", "a".repeat(70_000)));

        assertThat(answer)
                .startsWith("HTTP/1.1 4")
                .contains("application/problem+json")
                .contains("\"requestId\":");
        assertThat(answer)
                .doesNotContainIgnoringCase("<html")
                .doesNotContain("jetty")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({"X: y, 0123456789, false", "X: y, 01234, true", "X: y, '', true", "Expect: 100-continue, '', true"})
    void refusesWithoutABodyThatIsOnItsWay(String header, String sent, boolean closes) throws Exception {
        var request =
                "POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n" + header + "\r\n\r\n" + sent;

        var answer = send(request);

        assertThat(answer).startsWith("HTTP/1.1 401");
        assertThat(isClosedAfter(answer)).isEqualTo(closes);
    }

    /** The answer, after which the server does with the connection what it said. */
    private static String send(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            var answer = read(socket);
            if (isClosedAfter(answer)) {
                assertThat(read(socket)).isEmpty();
            } else {
                socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
                assertThat(read(socket)).startsWith("HTTP/1.1 200");
            }
            return answer;
        }
    }

    private static boolean isClosedAfter(String answer) {
        return answer.contains("\r\nConnection: close\r\n");
    }

    /** One answer; empty at the end. */
    private static String read(Socket socket) throws IOException {
        var answer = new StringBuilder();
        var buffer = new byte[8192];
        while (!answer.toString().endsWith("}")) {
            var read = readSome(socket, buffer);
            if (read < 0) {
                break;
            }
            answer.append(new String(buffer, 0, read, ISO_8859_1));
        }
        return answer.toString();
    }

    /** A server that closes what it didn't read to its end resets the connection. */
    private static int readSome(Socket socket, byte[] buffer) throws IOException {
        try {
            return socket.getInputStream().read(buffer);
        } catch (SocketException e) {
            return -1;
        }
    }
}
