package io.animus.kernel.guard;

import io.animus.api.plugin.permission.Permissions;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleRevision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which bundles are held to what: those that say that they are plugins, each read once, and no others. A plugin whose permissions can't
 * be read sees and provides nothing. Safe for many threads.
 */
final class HeldPlugins implements SynchronousBundleListener {
    private static final String CAPABILITY = "animus.plugin";
    private static final Logger LOG = LoggerFactory.getLogger(HeldPlugins.class);

    private final Map<Long, Known> known = new ConcurrentHashMap<>();

    /** A bundle as it is since {@code modified}, in the framework's ms since 1970; null: it is no plugin. */
    private record Known(long modified, @Nullable HeldPlugin plugin) {}

    /** Empty for a bundle that may see and provide what it likes. */
    Optional<HeldPlugin> find(@Nullable Bundle bundle) {
        if (bundle == null || bundle.getBundleId() == 0) {
            return Optional.empty();
        }
        var modified = bundle.getLastModified();
        var found = known.get(bundle.getBundleId());
        if (found == null || found.modified() != modified) {
            var fresh = read(bundle, modified);
            if (fresh == null) {
                return Optional.ofNullable(found).map(Known::plugin);
            }
            // Not read under the map's lock: the framework may come back here meanwhile.
            found = known.merge(bundle.getBundleId(), fresh, (one, other) -> one.modified() == modified ? one : other);
        }
        return Optional.ofNullable(found.plugin());
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.UNINSTALLED) {
            known.remove(event.getBundle().getBundleId());
        }
    }

    /** Null if it was uninstalled meanwhile. */
    private static @Nullable Known read(Bundle bundle, long modified) {
        var revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return null;
        }
        if (revision.getDeclaredCapabilities(CAPABILITY).isEmpty()) {
            return new Known(modified, null);
        }
        var version = bundle.getVersion().toString();
        return new Known(modified, new HeldPlugin(bundle.getSymbolicName(), version, permissions(bundle)));
    }

    private static Permissions permissions(Bundle bundle) {
        try {
            var resource = bundle.getEntry(Permissions.RESOURCE);
            if (resource == null) {
                LOG.warn("{} sees no services and provides none: it has no {}", bundle, Permissions.RESOURCE);
                return Permissions.NONE;
            }
            try (var in = resource.openStream()) {
                return Permissions.read(in.readNBytes(Permissions.MAX_BYTES + 1));
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            LOG.warn(
                    "{} sees no services and provides none: its {} can't be read: {}",
                    bundle,
                    Permissions.RESOURCE,
                    e.getMessage());
            return Permissions.NONE;
        }
    }
}
