package io.animus.api.tck;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The smallest object store that keeps the contract: it shows that the contract can be kept. Safe for many threads. */
public final class InMemoryObjectStore implements ObjectStore, AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");

    private final Map<ObjectKey, byte[]> objects = new ConcurrentHashMap<>();
    private final Map<String, Permission> permissions = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final Set<ObjectStoreContract.Capability> lacks;

    private record Permission(String method, ObjectKey key, long size, String fileName) {}

    /** An empty store that can everything. */
    public InMemoryObjectStore() throws IOException {
        this(Set.of());
    }

    /**
     * An empty store.
     *
     * @param lacks what it can't
     */
    public InMemoryObjectStore(Set<ObjectStoreContract.Capability> lacks) throws IOException {
        this.lacks = Set.copyOf(lacks);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    @Override
    public void put(ObjectKey key, long size, InputStream content) throws IOException {
        var bytes = content.readAllBytes();
        if (bytes.length != size || !Digest.of(bytes).equals(key.digest())) {
            throw new ExternalSystemException(Reason.REJECTED, "other content than announced");
        }
        objects.put(key, bytes);
    }

    @Override
    public Optional<Long> find(ObjectKey key) {
        return Optional.ofNullable(objects.get(key)).map(b -> (long) b.length);
    }

    @Override
    public InputStream open(ObjectKey key) {
        var bytes = objects.get(key);
        if (bytes == null) {
            throw new ExternalSystemException(Reason.REJECTED, "no such object");
        }
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public boolean delete(ObjectKey key) {
        return objects.remove(key) != null;
    }

    @Override
    public SignedUrl signUpload(ObjectKey key, long size, Duration validity) {
        return sign(new Permission("PUT", key, size, ""), validity);
    }

    @Override
    public SignedUrl signDownload(ObjectKey key, String fileName, Duration validity) {
        return sign(new Permission("GET", key, 0, fileName), validity);
    }

    private SignedUrl sign(Permission permission, Duration validity) {
        if (validity.compareTo(SignedUrl.MAX_VALIDITY) > 0) {
            throw new IllegalArgumentException("too long");
        }
        var path = "/" + permission.key().namespace() + "/" + UUID.randomUUID();
        permissions.put(path, permission);
        return new SignedUrl(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path),
                Instant.now().plus(validity));
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var permission = permissions.get(exchange.getRequestURI().getPath());
            if (permission == null || !permission.method().equals(exchange.getRequestMethod())) {
                exchange.sendResponseHeaders(403, -1);
            } else if (permission.method().equals("PUT")) {
                exchange.sendResponseHeaders(take(permission, exchange.getRequestBody()), -1);
            } else {
                give(permission, exchange);
            }
        }
    }

    private int take(Permission permission, InputStream content) throws IOException {
        try {
            put(permission.key(), permission.size(), content);
            return 201;
        } catch (ExternalSystemException e) {
            return 422;
        }
    }

    private void give(Permission permission, HttpExchange exchange) throws IOException {
        var bytes = open(permission.key()).readAllBytes();
        exchange.getResponseHeaders()
                .set("Content-Disposition", "attachment; filename=\"" + permission.fileName() + "\"");
        var range =
                RANGE.matcher(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                        .orElse(""));
        if (!range.matches() || lacks.contains(ObjectStoreContract.Capability.RANGES)) {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            return;
        }
        var from = Integer.parseInt(range.group(1));
        var to = Integer.parseInt(range.group(2));
        exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length);
        exchange.sendResponseHeaders(206, to - from + 1L);
        exchange.getResponseBody().write(bytes, from, to - from + 1);
    }
}
