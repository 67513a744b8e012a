package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a hub is made of, so that of two hubs with the same digest the same code has decided. What plugins may do is in their
 * jars, and who is trusted for them in a configuration.
 *
 * @param digest of the canonical form (RFC 8785) of {@link #json}
 * @param bundles all that are installed but the framework, by symbolic name and version
 * @param configurations of the hub and its plugins, by PID
 */
public record CompositionContents(Digest digest, List<Installed> bundles, List<Configured> configurations) {
    /**
     * An installed bundle.
     *
     * @param digest of its jar
     * @param port of a plugin, else null
     * @param technology of a plugin, else null
     * @param wires whose classes it sees; empty if it isn't resolved
     */
    public record Installed(
            String symbolicName,
            String version,
            Digest digest,
            @Nullable String port,
            @Nullable String technology,
            List<Wire> wires) {
        public Installed {
            wires = List.copyOf(wires);
        }

        private Json json() {
            return Json.object()
                    .put("symbolicName", symbolicName)
                    .put("version", version)
                    .put("digest", digest.value())
                    .put("port", text(port))
                    .put("technology", text(technology))
                    .put("wires", Json.array(wires.stream().map(Wire::json).toList()))
                    .build();
        }
    }

    /**
     * What a bundle has from another one.
     *
     * @param provider {@code <symbolic name>/<version>}
     * @param packages sorted; empty where it is all of the bundle
     */
    public record Wire(String provider, List<String> packages) {
        public Wire {
            packages = List.copyOf(packages);
        }

        private Json json() {
            return Json.object()
                    .put("provider", provider)
                    .put("packages", Json.texts(packages))
                    .build();
        }
    }

    /**
     * A configuration.
     *
     * @param digest of the canonical form of its values, without what only says where this hub stands
     */
    public record Configured(String pid, Digest digest) {
        private Json json() {
            return Json.object().put("pid", pid).put("digest", digest.value()).build();
        }
    }

    public CompositionContents {
        bundles = List.copyOf(bundles);
        configurations = List.copyOf(configurations);
    }

    static CompositionContents of(List<Installed> bundles, List<Configured> configurations) {
        return new CompositionContents(json(bundles, configurations).digest(), bundles, configurations);
    }

    /** {@code {bundles, configurations}}. */
    public Json.Members json() {
        return json(bundles, configurations);
    }

    private static Json.Members json(List<Installed> bundles, List<Configured> configurations) {
        return Json.object()
                .put("bundles", Json.array(bundles.stream().map(Installed::json).toList()))
                .put(
                        "configurations",
                        Json.array(configurations.stream().map(Configured::json).toList()))
                .build();
    }

    private static Json text(@Nullable String text) {
        return text == null ? Json.NULL : Json.of(text);
    }
}
