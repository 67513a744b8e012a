package io.animus.kernel.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.VerifierKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom the operator trusts for plugins, and what was revoked. A key is revoked as {@code <name>+<key id>}, the start of its
 * vkey; a package or a bundle by its digest.
 *
 * @param publishers keys in {@code trust/*.pub}
 * @param revoked the lines of {@code revoked}
 */
public record TrustStore(List<VerifierKey> publishers, Set<String> revoked) {
    private static final Pattern REVOKED_KEY = Pattern.compile("[^+\\s]+\\+[0-9a-f]{8}");

    public TrustStore {
        publishers = List.copyOf(publishers);
        revoked = Set.copyOf(revoked);
    }

    /**
     * Reads the folder {@code trust} and the file {@code revoked} in it; either may be absent.
     *
     * @throws IOException if something in there can't be read or understood: then nothing can be trusted, for it might have
     *     been revoked
     */
    public static TrustStore read(Path folder) throws IOException {
        var publishers = new ArrayList<VerifierKey>();
        var trusted = folder.resolve("trust");
        if (Files.isDirectory(trusted)) {
            try (var files = Files.newDirectoryStream(trusted, "*.pub")) {
                for (var file : files) {
                    publishers.addAll(keysIn(file));
                }
            }
        }
        var list = folder.resolve("revoked");
        var revoked = new HashSet<String>();
        if (Files.exists(list)) {
            for (var line : lines(list)) {
                if (!REVOKED_KEY.matcher(line).matches() && !Forms.DIGEST.fits(line)) {
                    throw new IOException(list + ": neither <name>+<key id> nor a digest: " + Forms.shown(line));
                }
                revoked.add(line);
            }
        }
        return new TrustStore(publishers, revoked);
    }

    private static List<VerifierKey> keysIn(Path file) throws IOException {
        var keys = new ArrayList<VerifierKey>();
        for (var line : lines(file)) {
            try {
                keys.add(VerifierKey.parse(line));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        return keys;
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, UTF_8).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    /** What is to be thought of a package. */
    public Verdict judge(PluginPackage plugin) {
        var manifest = plugin.manifest();
        var parts = new LinkedHashMap<String, Digest>();
        parts.put("This package", manifest.digest());
        manifest.bundles()
                .forEach(bundle -> parts.put(bundle.symbolicName() + " " + bundle.version(), bundle.digest()));
        return judge(parts, plugin.signature());
    }

    /**
     * What is to be thought of anything that a publisher signs.
     *
     * @param parts what may have been revoked, by the name under which it is reported
     * @param note null if it is not signed
     */
    public Verdict judge(Map<String, Digest> parts, @Nullable Note note) {
        var problems = new ArrayList<String>();
        parts.forEach((name, digest) -> {
            if (revoked.contains(digest.value())) {
                problems.add(name + " was revoked.");
            }
        });
        var isRevoked = !problems.isEmpty();
        if (note == null) {
            problems.add("It is not signed. Sign it (bin/animus plugin sign, bin/animus compose build --key),"
                    + " or ask its publisher for a signed one.");
            return new Verdict(List.of(), isRevoked, problems);
        }
        var signers = new ArrayList<VerifierKey>();
        var strangers = new TreeSet<String>();
        var hasRevokedKey = false;
        for (var line : note.signatures()) {
            var id = line.name() + "+" + HexFormat.of().toHexDigits(line.keyId());
            var key = publishers.stream().filter(line::isOf).findFirst();
            if (revoked.contains(id)) {
                hasRevokedKey = true;
                strangers.add(Forms.shown(id) + ", which was revoked");
            } else if (key.isEmpty()) {
                strangers.add(Forms.shown(id));
            } else if (note.isSignedBy(key.get())) {
                signers.add(key.get());
            } else {
                problems.add("The signature of " + key.get().name()
                        + " is wrong: this is not what that publisher has signed.");
            }
        }
        if (signers.isEmpty() && problems.isEmpty()) {
            problems.add("No publisher of the trust store has signed it, but " + String.join("; ", strangers)
                    + ". Put the publisher's key into etc/animus/trust/ if you trust it.");
        }
        return new Verdict(signers, isRevoked || (signers.isEmpty() && hasRevokedKey), problems);
    }
}
