package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.storage.ObjectKey;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.plugin.storage.filesystem.UrlSigner.Permission;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * {@code /objects/{namespace}/{digest}} of the default store and {@code /objects/{instance}/{namespace}/{digest}} of the others:
 * uploads and downloads by signed URL. The signature is all the authentication there is; who has none learns nothing about
 * what is stored, or in how many stores.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern(FilesystemObjectStore.PATH + "/*")
public final class ObjectServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Pattern PATH =
            Pattern.compile("/(?:([a-z0-9][a-z0-9-]{0,62})/)?([a-z0-9][a-z0-9_-]{0,62})/([0-9a-f]{64})");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final int BUFFER = 64 * 1024;

    private final transient List<FilesystemObjectStore> stores = new CopyOnWriteArrayList<>();

    /** What a request may do, and with which store. */
    private record Allowed(FilesystemObjectStore store, Permission permission) {}

    @Reference(name = "store", cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    void add(FilesystemObjectStore store) {
        stores.add(store);
    }

    void remove(FilesystemObjectStore store) {
        stores.remove(store);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "private, no-store");
        var method = request.getMethod();
        if (!method.equals("GET") && !method.equals("HEAD") && !method.equals("PUT")) {
            response.setHeader("Allow", "GET, HEAD, PUT");
            Problem.METHOD_NOT_ALLOWED.send(request, response, "an object can be got or put");
            return;
        }
        var allowed = allowed(request);
        if (allowed.isEmpty()) {
            Problem.NOT_ALLOWED.send(
                    request, response, "the URL is not signed for this, was changed or has expired: ask for a new one");
            return;
        }
        try {
            if (method.equals("PUT")) {
                take(allowed.get(), request, response);
            } else {
                give(allowed.get(), request, response);
            }
        } catch (ExternalSystemException e) {
            // What is left of a body is not worth reading.
            response.setHeader("Connection", "close");
            (e.reason().isRetryable() ? Problem.UNAVAILABLE : Problem.WRONG_CONTENT)
                    .send(request, response, String.valueOf(e.getMessage()));
        }
    }

    private Optional<Allowed> allowed(HttpServletRequest request) {
        var path = PATH.matcher(Optional.ofNullable(request.getPathInfo()).orElse(""));
        var size = parameter(request, "size");
        var expires = parameter(request, "expires");
        if (!path.matches()
                || !NUMBER.matcher(size).matches()
                || !NUMBER.matcher(expires).matches()) {
            return Optional.empty();
        }
        var permission = new Permission(
                Optional.ofNullable(path.group(1)).orElse(""),
                request.getMethod().equals("PUT") ? "PUT" : "GET",
                new ObjectKey(path.group(2), new Digest("sha256:" + path.group(3))),
                Long.parseLong(size),
                Long.parseLong(expires),
                parameter(request, "name"));
        var signature = parameter(request, "signature");
        return stores.stream()
                .filter(store -> store.allows(permission, signature))
                .findFirst()
                .map(store -> new Allowed(store, permission));
    }

    private static void take(Allowed allowed, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var permission = allowed.permission();
        var announced = request.getContentLengthLong();
        if (announced >= 0 && announced != permission.size()) {
            response.setHeader("Connection", "close");
            Problem.WRONG_CONTENT.send(
                    request, response, "the body has " + announced + " bytes, the URL is for " + permission.size());
            return;
        }
        allowed.store().put(permission.key(), permission.size(), request.getInputStream());
        response.setHeader("ETag", etag(permission.key()));
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private static void give(Allowed allowed, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var permission = allowed.permission();
        var found = allowed.store().channel(permission.key());
        if (found.isEmpty()) {
            Problem.NOT_FOUND.send(
                    request, response, "there is no object " + permission.key().digest());
            return;
        }
        try (var object = found.get()) {
            var size = object.size();
            var etag = etag(permission.key());
            response.setHeader("ETag", etag);
            response.setHeader("Accept-Ranges", "bytes");
            if (etag.equals(request.getHeader("If-None-Match"))) {
                response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
                return;
            }
            var header = request.getHeader("Range");
            var condition = request.getHeader("If-Range");
            var isPart = header != null
                    && request.getMethod().equals("GET")
                    && (condition == null || condition.equals(etag));
            var range = isPart ? ByteRange.of(header, size) : Optional.of(ByteRange.whole(size));
            if (range.isEmpty()) {
                response.setHeader("Content-Range", "bytes */" + size);
                Problem.NO_SUCH_RANGE.send(request, response, "the object has " + size + " bytes");
                return;
            }
            describe(range.get(), size, permission.fileName(), response);
            if (request.getMethod().equals("GET")) {
                send(object, range.get(), response);
            }
        }
    }

    private static void describe(ByteRange range, long size, String fileName, HttpServletResponse response) {
        if (!range.equals(ByteRange.whole(size))) {
            response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
            response.setHeader("Content-Range", range.inObjectOf(size));
        }
        response.setContentType("application/octet-stream");
        response.setContentLengthLong(range.length());
        // RFC 6266: a plain name for everybody, the true one for who reads RFC 8187.
        response.setHeader(
                "Content-Disposition",
                "attachment; filename=\"" + fileName.replaceAll("[^ !#-\\[\\]-~]", "_") + "\"; filename*=UTF-8''"
                        + URLEncoder.encode(fileName, UTF_8).replace("+", "%20").replace("*", "%2A"));
    }

    // FileChannel.transferTo gains nothing here: a servlet's stream is no socket, and it would copy 8 KiB at a time.
    private static void send(FileChannel object, ByteRange range, HttpServletResponse response) throws IOException {
        var out = response.getOutputStream();
        var buffer = new byte[BUFFER];
        object.position(range.from());
        for (var left = range.length(); left > 0; ) {
            var read = object.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(left, BUFFER)));
            if (read < 0) {
                throw new IOException("an object was cut while it was sent");
            }
            out.write(buffer, 0, read);
            left -= read;
        }
    }

    private static String etag(ObjectKey key) {
        return "\"" + key.digest() + "\"";
    }

    // Not the container's parameters: to find them it may read a body that calls itself a form, which here is an
    // object.
    private static String parameter(HttpServletRequest request, String name) {
        for (var part : Optional.ofNullable(request.getQueryString()).orElse("").split("&")) {
            if (part.startsWith(name + "=")) {
                try {
                    return URLDecoder.decode(part.substring(name.length() + 1), UTF_8);
                } catch (IllegalArgumentException e) {
                    return "";
                }
            }
        }
        return "";
    }
}
