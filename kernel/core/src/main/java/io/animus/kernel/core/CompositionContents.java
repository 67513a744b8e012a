package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a hub is made of, so that of two hubs with the same digest the same code has decided. What plugins may do is in their
 * jars.
 *
 * @param digest of the canonical form (RFC 8785) of {@link #json}
 * @param bundles all that are installed but the framework, by symbolic name and version
 * @param configurations of the hub and its plugins, by PID
 * @param trust the policy by which plugins are let in; there are no others yet
 */
public record CompositionContents(
        Digest digest, List<Installed> bundles, List<Configured> configurations, TrustPolicy trust) {
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

    /**
     * What decides which plugins are let in.
     *
     * @param mode {@code enforce}, {@code warn} or {@code off}, as it holds on the node
     * @param publishers vkeys of those who are trusted, sorted
     * @param revoked digest of the sorted list of what was revoked; null if the trust store can't be read, so that nobody is
     *     trusted
     */
    public record TrustPolicy(String mode, List<String> publishers, @Nullable Digest revoked) {
        public TrustPolicy {
            publishers = List.copyOf(publishers);
        }

        private Json json() {
            return Json.object()
                    .put("mode", mode)
                    .put("publishers", Json.texts(publishers))
                    .put("revoked", text(revoked == null ? null : revoked.value()))
                    .build();
        }
    }

    public CompositionContents {
        bundles = List.copyOf(bundles);
        configurations = List.copyOf(configurations);
    }

    static CompositionContents of(List<Installed> bundles, List<Configured> configurations, TrustPolicy trust) {
        return new CompositionContents(json(bundles, configurations, trust).digest(), bundles, configurations, trust);
    }

    /** {@code {bundles, configurations, policies}}. */
    public Json.Members json() {
        return json(bundles, configurations, trust);
    }

    private static Json.Members json(List<Installed> bundles, List<Configured> configurations, TrustPolicy trust) {
        return Json.object()
                .put("bundles", Json.array(bundles.stream().map(Installed::json).toList()))
                .put(
                        "configurations",
                        Json.array(configurations.stream().map(Configured::json).toList()))
                .put("policies", Json.object().put("trust", trust.json()).build())
                .build();
    }

    private static Json text(@Nullable String text) {
        return text == null ? Json.NULL : Json.of(text);
    }
}
