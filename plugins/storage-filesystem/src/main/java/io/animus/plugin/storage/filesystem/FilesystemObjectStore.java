package io.animus.plugin.storage.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.Plugin;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.storage.ObjectKey;
import io.animus.api.storage.ObjectStore;
import io.animus.api.storage.SignedUrl;
import io.animus.plugin.storage.filesystem.UrlSigner.Permission;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Keeps objects in a directory; {@link ObjectServlet} serves the URLs that this signs. Of this there is one, {@code default}. */
@Component(
        service = {ObjectStore.class, Plugin.class, FilesystemObjectStore.class},
        configurationPid = "io.animus.plugin.storage.filesystem")
@Designate(ocd = FilesystemObjectStore.Config.class)
public class FilesystemObjectStore implements ObjectStore, Plugin, AutoCloseable {
    /** Where the signed URLs of this store live on the hub. */
    static final String PATH = "/objects";

    /** The instance whose signed URLs don't say which one they are of. */
    static final String DEFAULT = "default";

    private static final long MIB = 1024L * 1024;
    private static final int MAX_FILE_NAME = 255;

    /** Where objects are kept and how they are reached. */
    @ObjectClassDefinition(name = "Filesystem object store")
    public @interface Config {
        @AttributeDefinition(description = "Where objects are kept; empty for objects in Karaf's data directory")
        String directory() default "";

        @AttributeDefinition(description = "Base of signed URLs: the hub as clients and containers reach it")
        String public__url() default "http://127.0.0.1:8181";

        @AttributeDefinition(description = "What uploads leave free in the file system, in MiB", min = "0")
        long free__floor__mib() default 256;
    }

    private final PluginDescriptor descriptor;
    private final ObjectDirectory objects;
    private final UrlSigner signer;
    private final URI publicUrl;
    private final Clock clock;
    private final PluginRoutes routes;

    @Activate
    public FilesystemObjectStore(BundleContext bundle, Config config) throws IOException {
        this(bundle, DEFAULT, directory(bundle, config.directory()), config.free__floor__mib(), config.public__url());
    }

    FilesystemObjectStore(BundleContext bundle, String instance, Path directory, long freeFloorMib, String publicUrl)
            throws IOException {
        this(
                instance,
                directory,
                freeFloorMib * MIB,
                URI.create(publicUrl),
                Clock.systemUTC(),
                routes -> PluginRoutes.start(
                        bundle, new PluginDescriptor("storage", "filesystem", instance).toString(), routes));
    }

    FilesystemObjectStore(
            String instance, Path directory, long freeFloor, URI publicUrl, Clock clock, RoutesStart start)
            throws IOException {
        this.descriptor = new PluginDescriptor("storage", "filesystem", instance);
        this.objects = new ObjectDirectory(directory, freeFloor);
        this.signer = UrlSigner.withKeyIn(directory.resolve("signing.key"));
        this.publicUrl = publicUrl;
        this.clock = clock;
        this.routes = start.start(new ObjectRoutes(objects));
    }

    /** Starts Camel with a framework or without. */
    @FunctionalInterface
    interface RoutesStart {
        PluginRoutes start(ObjectRoutes routes);
    }

    @Deactivate
    @Override
    public void close() {
        routes.close();
    }

    @Override
    public void put(ObjectKey key, long size, InputStream content) throws IOException {
        var source = new Source(content);
        try {
            routes.request(ObjectRoutes.PUT, new ObjectRoutes.Upload(key, size, source), ObjectKey.class);
        } catch (IllegalStateException e) {
            if (source.failure != null) {
                throw source.failure;
            }
            throw e;
        }
    }

    @Override
    public Optional<Long> find(ObjectKey key) {
        return objects.find(key);
    }

    @Override
    public InputStream open(ObjectKey key) {
        return Objects.requireNonNull(routes.request(ObjectRoutes.OPEN, key, InputStream.class));
    }

    @Override
    public boolean delete(ObjectKey key) {
        return Boolean.TRUE.equals(routes.request(ObjectRoutes.DELETE, key, Boolean.class));
    }

    @Override
    public SignedUrl signUpload(ObjectKey key, long size, Duration validity) {
        if (size < 0) {
            throw new IllegalArgumentException("a size is 0 or more, not " + size);
        }
        return sign(new Permission(place(), "PUT", key, size, expiry(validity).getEpochSecond(), ""));
    }

    @Override
    public SignedUrl signDownload(ObjectKey key, String fileName, Duration validity) {
        var isFit = !fileName.isEmpty()
                && fileName.length() <= MAX_FILE_NAME
                && fileName.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
        if (!isFit) {
            throw new IllegalArgumentException(
                    "a file name has 1 to " + MAX_FILE_NAME + " characters, no path separators, no control characters");
        }
        return sign(new Permission(place(), "GET", key, 0, expiry(validity).getEpochSecond(), fileName));
    }

    /** The folder of URLs, below {@link #PATH}, that this store's are in; empty for that one itself. */
    final String place() {
        return descriptor.instance().equals(DEFAULT) ? "" : descriptor.instance();
    }

    /** Whether {@code signature} is this store's for exactly this permission, and the permission hasn't expired. */
    boolean allows(Permission permission, String signature) {
        return permission.place().equals(place())
                && signer.isSigned(permission, signature)
                && clock.instant().getEpochSecond() <= permission.expires();
    }

    /** The object, to be read from any place and closed by the caller; empty if there is none. */
    Optional<FileChannel> channel(ObjectKey key) {
        return objects.channel(key);
    }

    @Override
    public PluginDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public PluginHealth health() {
        try {
            return objects.trouble().map(PluginHealth::degraded).orElse(PluginHealth.OK);
        } catch (IOException e) {
            return PluginHealth.down("the object store's directory can't be examined: " + e.getMessage());
        }
    }

    private SignedUrl sign(Permission permission) {
        var url = publicUrl.toString().replaceAll("/+$", "") + PATH + (place().isEmpty() ? "/" : "/" + place() + "/")
                + permission.key().namespace() + "/" + permission.key().digest().hex() + "?size="
                + permission.size() + "&expires=" + permission.expires() + "&name="
                + URLEncoder.encode(permission.fileName(), UTF_8) + "&signature=" + signer.sign(permission);
        return new SignedUrl(URI.create(url), Instant.ofEpochSecond(permission.expires()));
    }

    private Instant expiry(Duration validity) {
        if (validity.isNegative() || validity.isZero() || validity.compareTo(SignedUrl.MAX_VALIDITY) > 0) {
            throw new IllegalArgumentException("a signed URL lives for more than nothing and up to "
                    + SignedUrl.MAX_VALIDITY + ", not " + validity);
        }
        return clock.instant().plus(validity);
    }

    private static Path directory(BundleContext bundle, String configured) {
        return configured.isEmpty()
                ? Path.of(Objects.requireNonNullElse(bundle.getProperty("karaf.data"), "data"), "objects")
                : Path.of(configured);
    }

    /** Remembers how the caller's stream failed, which must come out as it was, whatever the route makes of it. */
    private static final class Source extends FilterInputStream {
        private @Nullable IOException failure;

        Source(InputStream content) {
            super(content);
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            try {
                return super.read(buffer, from, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
