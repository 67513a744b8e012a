package __package__;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.storage.SignedUrl;
import io.animus.api.types.Digest;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** Objects in memory, gone with the plugin; signed URLs lead back to it. Your store takes their place. */
@Component(
        service = {ObjectStore.class, Plugin.class, Servlet.class},
        configurationPid = "__package__",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = __Technology__ObjectStore.Config.class, factory = true)
@HttpWhiteboardServletPattern(__Technology__ObjectStore.PATH + "/*")
public final class __Technology__ObjectStore extends HttpServlet implements ObjectStore, Plugin {
    static final String PATH = "/objects-__technology__";

    private static final long serialVersionUID = 1L;
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,9})-([0-9]{1,9})");

    /** The configuration of one instance. In a key, DS reads two underscores as one and one as a dot. */
    @ObjectClassDefinition(name = "__Technology__", description = "Objects in __technology__")
    public @interface Config {
        @AttributeDefinition(description = "Name of this instance: 1 to 63 of a-z 0-9 -")
        String instance() default "default";

        @AttributeDefinition(description = "Base of signed URLs: the hub as clients and containers reach it")
        String public__url() default "http://127.0.0.1:8181";
    }

    private record Permission(String method, ObjectKey key, long size, String fileName, Instant expires) {}

    private final transient PluginDescriptor descriptor;
    private final URI publicUrl;
    private final transient Map<ObjectKey, byte[]> objects = new ConcurrentHashMap<>();
    private final transient Map<String, Permission> permissions = new ConcurrentHashMap<>();

    @Activate
    public __Technology__ObjectStore(Config config) {
        this(config.instance(), URI.create(config.public__url()));
    }

    /** For tests too. */
    __Technology__ObjectStore(String instance, URI publicUrl) {
        this.descriptor = new PluginDescriptor("storage", "__technology__", instance);
        this.publicUrl = publicUrl;
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        return PluginHealth.OK;
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
        return Optional.ofNullable(objects.get(key)).map(bytes -> (long) bytes.length);
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
        return sign("PUT", key, size, "", validity);
    }

    @Override
    public SignedUrl signDownload(ObjectKey key, String fileName, Duration validity) {
        return sign("GET", key, 0, fileName, validity);
    }

    private SignedUrl sign(String method, ObjectKey key, long size, String fileName, Duration validity) {
        if (validity.compareTo(SignedUrl.MAX_VALIDITY) > 0) {
            throw new IllegalArgumentException("a signed URL lives for up to " + SignedUrl.MAX_VALIDITY);
        }
        var expires = Instant.now().plus(validity);
        var path = "/" + key.namespace() + "/" + UUID.randomUUID();
        permissions.values().removeIf(old -> old.expires().isBefore(Instant.now()));
        permissions.put(path, new Permission(method, key, size, fileName, expires));
        return new SignedUrl(URI.create(publicUrl + PATH + path), expires);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var permission = permissions.get(Optional.ofNullable(request.getPathInfo()).orElse(""));
        if (permission == null
                || !permission.method().equals(request.getMethod())
                || permission.expires().isBefore(Instant.now())) {
            response.setStatus(HttpServletResponse.SC_FORBIDDEN);
        } else if (permission.method().equals("PUT")) {
            take(permission, request.getInputStream(), response);
        } else {
            give(permission, request, response);
        }
    }

    private void take(Permission permission, InputStream content, HttpServletResponse response) throws IOException {
        try {
            put(permission.key(), permission.size(), content);
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } catch (ExternalSystemException e) {
            response.setStatus(422);
        }
    }

    private void give(Permission permission, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var bytes = objects.get(permission.key());
        if (bytes == null) {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType("application/octet-stream");
        response.setHeader(
                "Content-Disposition",
                "attachment; filename=\"" + permission.fileName().replaceAll("[^ !#-\\[\\]-~]", "_") + "\"");
        var range = RANGE.matcher(
                Optional.ofNullable(request.getHeader("Range")).orElse(""));
        var from = 0;
        var to = bytes.length;
        if (range.matches() && Integer.parseInt(range.group(1)) < bytes.length) {
            from = Integer.parseInt(range.group(1));
            to = Math.min(bytes.length, Integer.parseInt(range.group(2)) + 1);
            response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
            response.setHeader("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
        }
        response.setContentLength(to - from);
        response.getOutputStream().write(bytes, from, to - from);
    }
}
