package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Requests as an SDK would send them, the same to hub and floor.
 *
 * @param runs path of the project's runs
 * @param body of a request that creates a run
 */
record Requests(String runs, String secret, byte[] body) {
    private static final int COUNTER_DIGITS = 16;

    static Requests of(Seed seed) {
        return new Requests("/api/v1/projects/" + seed.project() + "/runs", seed.secret(), seed.body());
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Requests[runs=" + runs + "]";
    }

    /** Creates runs, each under a key of its own. */
    Clients.Script creating() {
        var head = "POST " + runs + " HTTP/1.1\r\n" + headers()
                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\nIdempotency-Key: "
                + UUID.randomUUID() + "-";
        var request = new ByteArrayOutputStream();
        request.writeBytes((head + "0".repeat(COUNTER_DIGITS) + "\r\n\r\n").getBytes(US_ASCII));
        request.writeBytes(body);
        return new Counting(request.toByteArray(), head.length());
    }

    /** Reads the runs with these ids, one after the other and then again. */
    Clients.Script reading(List<String> ids, int first) {
        var requests = ids.stream()
                .map(id -> ("GET " + runs + "/" + id + " HTTP/1.1\r\n" + headers() + "\r\n").getBytes(US_ASCII))
                .toList();
        return new Turning(requests, first);
    }

    /** Asks for the same again and again. */
    Clients.Script asking(String path) {
        var request = ("GET " + path + " HTTP/1.1\r\n" + headers() + "\r\n").getBytes(US_ASCII);
        return () -> request;
    }

    private String headers() {
        return "Host: 127.0.0.1\r\nUser-Agent: animus-bench\r\nAccept: application/json\r\nAuthorization: Bearer "
                + secret + "\r\n";
    }

    private static final class Counting implements Clients.Script {
        private final byte[] request;
        private final int position;
        private long count;

        Counting(byte[] request, int position) {
            this.request = request;
            this.position = position;
        }

        @Override
        public byte[] next() {
            var digits = String.format(Locale.ROOT, "%016d", ++count).getBytes(US_ASCII);
            System.arraycopy(digits, 0, request, position, COUNTER_DIGITS);
            return request;
        }
    }

    private static final class Turning implements Clients.Script {
        private final List<byte[]> requests;
        private int turn;

        Turning(List<byte[]> requests, int first) {
            this.requests = requests;
            this.turn = first;
        }

        @Override
        public byte[] next() {
            return requests.get(Math.floorMod(turn++, requests.size()));
        }
    }
}
