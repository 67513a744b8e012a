package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * What is installed: every bundle with its version and a digest over its entries. Reading them all takes a starting hub
 * about a second, so it begins with the hub, on a thread of its own; who needs the result waits for it, at most a minute. A
 * bundle is read again only when it was changed. Safe for many threads.
 */
@Component(service = Composition.class, immediate = true)
public final class Composition implements SynchronousBundleListener {
    private static final String CAPABILITY = "animus.plugin";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Supplier<Bundle[]> installed;
    private final Map<Long, Read> read = new ConcurrentHashMap<>();
    private @Nullable FutureTask<State> look;

    /**
     * An installed bundle.
     *
     * @param port of a plugin, else null
     * @param technology of a plugin, else null
     */
    public record Installed(
            String symbolicName, String version, Digest digest, @Nullable String port, @Nullable String technology) {}

    /** The digest of a bundle as it was since {@code modified}, in the framework's ms since 1970. */
    private record Read(long modified, Digest digest) {}

    private record State(List<Installed> bundles, Digest digest) {}

    @Activate
    public Composition(BundleContext framework) {
        this(framework::getBundles);
        framework.addBundleListener(this);
        look();
    }

    /** For tests, which have no framework. */
    Composition(Supplier<Bundle[]> installed) {
        this.installed = installed;
    }

    @Deactivate
    void close(BundleContext framework) {
        framework.removeBundleListener(this);
        forget();
    }

    /** Names what is installed now; the same on two machines with the same bundles. */
    public Digest digest() {
        return current().digest();
    }

    /** What is installed now, by symbolic name and version. */
    public List<Installed> bundles() {
        return current().bundles();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        var changes = BundleEvent.INSTALLED | BundleEvent.UPDATED | BundleEvent.UNINSTALLED;
        if ((event.getType() & changes) != 0) {
            forget();
        }
    }

    /** What was read before a change is told to those who asked before it, and to nobody else. */
    private synchronized void forget() {
        look = null;
    }

    private synchronized FutureTask<State> look() {
        var begun = look;
        if (begun == null) {
            begun = new FutureTask<>(this::read);
            look = begun;
            var thread = new Thread(begun, "animus-composition");
            thread.setDaemon(true);
            thread.start();
        }
        return begun;
    }

    private State current() {
        try {
            return look().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            forget();
            throw new IllegalStateException("can't tell what is installed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the installed bundles are read", e);
        }
    }

    private State read() {
        var all = installed.get();
        read.keySet().retainAll(Arrays.stream(all).map(Bundle::getBundleId).toList());
        var bundles = Arrays.stream(all)
                .filter(bundle -> bundle.getSymbolicName() != null && bundle.getBundleId() != 0)
                .map(this::describe)
                .sorted(Comparator.comparing(Installed::symbolicName).thenComparing(Installed::version))
                .toList();
        var digest = Json.array(bundles.stream()
                        .map(bundle -> Json.object()
                                .put("symbolicName", bundle.symbolicName())
                                .put("version", bundle.version())
                                .put("digest", bundle.digest().value())
                                .put("port", text(bundle.port()))
                                .put("technology", text(bundle.technology()))
                                .build())
                        .toList())
                .digest();
        return new State(bundles, digest);
    }

    private static Json text(@Nullable String text) {
        return text == null ? Json.NULL : Json.of(text);
    }

    private Installed describe(Bundle bundle) {
        var plugin = bundle.getHeaders("").get("Provide-Capability");
        var isPlugin = plugin != null && plugin.contains(CAPABILITY);
        return new Installed(
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                read.compute(
                                bundle.getBundleId(),
                                (id, known) -> known != null && known.modified() == bundle.getLastModified()
                                        ? known
                                        : new Read(bundle.getLastModified(), digestOf(bundle)))
                        .digest(),
                isPlugin ? attribute(plugin, "port") : null,
                isPlugin ? attribute(plugin, "technology") : null);
    }

    private static @Nullable String attribute(@Nullable String header, String name) {
        if (header == null) {
            return null;
        }
        for (var clause : header.split(",")) {
            if (clause.contains(CAPABILITY)) {
                for (var part : clause.split(";")) {
                    var pair = part.strip().split(":?=", 2);
                    if (pair.length == 2
                            && pair[0].strip().replaceAll(":.*", "").equals(name)) {
                        return pair[1].strip().replace("\"", "");
                    }
                }
            }
        }
        return null;
    }

    /** Over the name and content of every entry, in order of names: the framework doesn't hand out the archive itself. */
    private static Digest digestOf(Bundle bundle) {
        var hash = Digest.sha256();
        var entries = bundle.findEntries("/", "*", true);
        if (entries != null) {
            Collections.list(entries).stream()
                    .filter(entry -> !entry.getPath().endsWith("/"))
                    .sorted(Comparator.comparing(URL::getPath))
                    .forEach(entry -> add(hash, entry));
        }
        return Digest.finish(hash);
    }

    private static void add(MessageDigest hash, URL entry) {
        hash.update(entry.getPath().getBytes(UTF_8));
        hash.update((byte) 0);
        try (var content = new DigestInputStream(entry.openStream(), hash)) {
            content.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + entry, e);
        }
    }
}
