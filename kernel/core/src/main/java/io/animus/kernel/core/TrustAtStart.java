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

    /** What keeps a package that was let in once from being started today; none if nothing does. */
    List<String> problems(PluginPackage plugin) {
        try {
            var verdict = TrustStore.read(trust.store()).judge(plugin);
            return verdict.isLetIn(trust.mode()) ? List.of() : verdict.problems();
        } catch (IOException e) {
            return List.of("Nobody can tell whom to trust: " + e.getMessage());
        }
    }

    /** What is wrong with the jar of a bundle that came in a package, or is a plugin of the archive. */
    Optional<String> problem(Bundle bundle) {
        try {
            var packaged = PluginBundles.digest(bundle);
            if (packaged.isEmpty() && trust.mode() == Mode.OFF) {
                return Optional.empty();
            }
            var right = packaged.isPresent() ? packaged.map(Set::of).get() : ofArchive();
            var jar = CachedJar.of(cache, bundle.getBundleId());
            var digest = jar.digest();
            if (!right.contains(digest)) {
                var came = packaged.isPresent() ? "package" : "archive";
                return Optional.of("Its jar in the cache is not the one of the %s: the digest is %s.%s"
                        .formatted(came, digest.value(), REMEDY));
            }
            return jar.findChanged()
                    .map(file -> file + ", which the framework unpacked from its jar, was changed." + REMEDY);
        } catch (IOException e) {
            return Optional.of("Nobody can tell whether it is what was let in: " + e.getMessage());
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
