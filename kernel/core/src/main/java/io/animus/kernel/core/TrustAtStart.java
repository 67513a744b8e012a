package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PluginPackage;
import io.animus.kernel.trust.TrustStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;

/** Whether what lies in the framework's cache is still what was let in. Safe for many threads. */
final class TrustAtStart {
    private static final Pattern HASH = Pattern.compile("\"content\"\\s*:\\s*\"([0-9a-f]{64})\"");
    private static final String REMEDY = " Remove what was changed, and install it again.";

    private final TrustMode trust;
    private final Path cache;
    private final Path bill;
    private volatile Set<Digest> archived = Set.of();

    /**
     * @param cache of the framework
     * @param bill the archive's bill of materials, which holds the digest of every jar that it brings; read once
     */
    TrustAtStart(TrustMode trust, Path cache, Path bill) {
        this.trust = trust;
        this.cache = cache;
        this.bill = bill;
    }

    TrustMode trust() {
        return trust;
    }

    /**
     * What is thought of something that should start.
     *
     * @param digest null if it can't be read
     * @param problems what the strictest mode has against it
     * @param letInBy the mode in which it starts all the same; null if it doesn't
     */
    record Opinion(@Nullable Digest digest, List<String> problems, @Nullable Mode letInBy) {
        /** What keeps it from starting; none if nothing does. */
        List<String> obstacles() {
            return letInBy == null ? problems : List.of();
        }

        /** Empty if the strictest mode has nothing against it. */
        Optional<Finding> of(String plugin, String version) {
            return problems.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Finding(plugin, version, digest, problems, letInBy));
        }
    }

    /** Whether a package that was let in once is to be started today. */
    Opinion judge(PluginPackage plugin) {
        var digest = plugin.manifest().digest();
        var mode = trust.mode();
        try {
            var verdict = TrustStore.read(trust.store()).judge(plugin);
            return new Opinion(digest, verdict.problems(), verdict.isLetIn(mode) ? mode : null);
        } catch (IOException e) {
            return new Opinion(digest, List.of("Nobody can tell whom to trust: " + e.getMessage()), null);
        }
    }

    /** Whether the jar of a bundle is the one that came in its package, or with the archive. */
    Opinion judge(Bundle bundle) {
        var packaged = PluginBundles.digest(bundle);
        var letInBy = packaged.isEmpty() && trust.mode() == Mode.OFF ? Mode.OFF : null;
        Digest digest = null;
        try {
            var jar = CachedJar.of(cache, bundle.getBundleId());
            digest = jar.digest();
            var right = packaged.isPresent() ? packaged.map(Set::of).get() : ofArchive();
            if (!right.contains(digest)) {
                var came = packaged.isPresent() ? "package" : "archive";
                var problem = "Its jar in the cache is not the one of the %s: the digest is %s.%s"
                        .formatted(came, digest.value(), REMEDY);
                return new Opinion(digest, List.of(problem), letInBy);
            }
            var changed = jar.findChanged()
                    .map(file -> file + ", which the framework unpacked from its jar, was changed." + REMEDY);
            return new Opinion(digest, changed.stream().toList(), letInBy);
        } catch (IOException e) {
            var problem = "Nobody can tell whether it is what was let in: " + e.getMessage();
            return new Opinion(digest, List.of(problem), letInBy);
        }
    }

    private Set<Digest> ofArchive() throws IOException {
        if (archived.isEmpty()) {
            archived = readBill();
        }
        return archived;
    }

    private Set<Digest> readBill() throws IOException {
        var digests = new HashSet<Digest>();
        HASH.matcher(Files.readString(bill, UTF_8))
                .results()
                .forEach(found -> digests.add(new Digest("sha256:" + found.group(1))));
        return digests;
    }
}
