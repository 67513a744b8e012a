package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.animus.api.types.Digest;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a smaller archive out of one. The same source, features and signature make the same bytes. */
final class Composer {
    private static final Pattern BOOT_FEATURES = Pattern.compile("(?m)^featuresBoot *=(?:.*\\\\\\R)*.*$");
    private static final String FILE = "animus:file";

    private final Source source;
    private final CarriedPackages packages;
    private final Source.Selection selection;
    private final String top;
    private final Map<String, byte[]> changed = new HashMap<>();

    /**
     * @param name of the folder in the new archive; null for the source's
     * @param packages that the new archive carries; those of the source are left out
     */
    Composer(Source source, List<String> features, @Nullable String name, CarriedPackages packages)
            throws IOException, BrokenArchiveException {
        this.source = source;
        this.packages = packages;
        this.selection = source.select(features);
        this.top = name == null ? source.top() : name;
        changed.put(Source.BOOT, boot());
        changed.put(Source.BILL, bill());
        var digests = source.texts().get(Source.BUNDLES);
        if (digests != null) {
            changed.put(Source.BUNDLES, bundles(digests));
        }
    }

    /** What the archive will hold. */
    Lock lock() throws IOException, BrokenArchiveException {
        var files = new ArrayList<Lock.File>();
        each((entry, content) -> {
            var hash = Digest.sha256();
            new DigestInputStream(content, hash).transferTo(OutputStream.nullOutputStream());
            files.add(new Lock.File(entry.path(), entry.isExecutable(), entry.size(), Digest.finish(hash)));
        });
        return new Lock(source.digest(), top, selection.features(), files);
    }

    /**
     * Writes the archive; nothing is left of it if that fails.
     *
     * @param signature over the lock's text; null for none
     */
    void write(Path archive, Lock lock, @Nullable Note signature) throws IOException, BrokenArchiveException {
        var isWhole = false;
        try (var out = new ArchiveWriter(archive, top)) {
            out.add(Lock.PATH, false, lock.bytes());
            if (signature != null) {
                out.add(Lock.SIGNATURE, false, signature.format().getBytes(UTF_8));
            }
            each(out::add);
            isWhole = true;
        } finally {
            if (!isWhole) {
                Files.deleteIfExists(archive);
            }
        }
    }

    /** All files but the lock and its signature, of which an archive that was itself composed has old ones. */
    private void each(ArchiveReader.Visitor visitor) throws IOException, BrokenArchiveException {
        ArchiveReader.read(source.archive(), (entry, content) -> {
            var path = entry.path();
            if (isDropped(path) || path.equals(Lock.PATH) || path.equals(Lock.SIGNATURE)) {
                return;
            }
            var bytes = changed.get(path);
            if (bytes == null) {
                visitor.visit(entry, content);
            } else {
                visit(visitor, new ArchiveReader.Entry(path, entry.isExecutable(), bytes.length), bytes);
            }
        });
        packages.each(visitor);
    }

    private boolean isDropped(String path) {
        return selection.dropped().contains(path) || path.startsWith(CarriedPackages.FOLDER);
    }

    private static void visit(ArchiveReader.Visitor visitor, ArchiveReader.Entry entry, byte[] bytes)
            throws IOException, BrokenArchiveException {
        try (InputStream content = new ByteArrayInputStream(bytes)) {
            visitor.visit(entry, content);
        }
    }

    private byte[] boot() throws BrokenArchiveException {
        var line = "featuresBoot = \\\n    " + String.join(", \\\n    ", selection.boot());
        var text = text(Source.BOOT);
        var found = BOOT_FEATURES.matcher(text);
        if (!found.find()) {
            throw new BrokenArchiveException(Source.BOOT + " of the archive names no featuresBoot");
        }
        return found.replaceFirst(Matcher.quoteReplacement(line)).getBytes(UTF_8);
    }

    /** The bill of materials without what was dropped, and what was nested in it, and with the bundles of packages. */
    private byte[] bill() throws IOException {
        var mapper = JsonMapper.builder().build();
        var bill = (ObjectNode) mapper.readTree(text(Source.BILL));
        var components = bill.withArray("components");
        for (var left = components.iterator(); left.hasNext(); ) {
            if (isDropped(left.next())) {
                left.remove();
            }
        }
        for (var one : packages.all().entrySet()) {
            for (var bundle : one.getValue().manifest().bundles()) {
                try (var jar = one.getValue().open(bundle)) {
                    var licence = JarParts.read(jar).header("Bundle-License");
                    describe(components.addObject(), one.getKey(), bundle, licence);
                }
            }
        }
        return (mapper.writerWithDefaultPrettyPrinter().writeValueAsString(bill) + "\n").getBytes(UTF_8);
    }

    private static void describe(ObjectNode component, String path, BundleFile bundle, @Nullable String licence) {
        component.put("type", "library").put("name", bundle.symbolicName()).put("version", bundle.version());
        component
                .putArray("hashes")
                .addObject()
                .put("alg", "SHA-256")
                .put("content", bundle.digest().hex());
        if (licence != null) {
            component.putArray("licenses").addObject().putObject("license").put("name", licence);
        }
        component.putArray("properties").addObject().put("name", FILE).put("value", path + "!" + bundle.file());
    }

    private boolean isDropped(JsonNode component) {
        if (component.get("properties") instanceof ArrayNode properties) {
            for (var property : properties) {
                if (FILE.equals(property.path("name").asText())) {
                    var file = property.path("value").asText();
                    return isDropped(file.replaceAll("!.*", ""));
                }
            }
        }
        return false;
    }

    /** Lines of {@code sha256sum} without those of bundles that were dropped and that no kept file equals. */
    private byte[] bundles(byte[] digests) throws IOException, BrokenArchiveException {
        var kept = new HashSet<String>();
        var gone = new HashSet<String>();
        ArchiveReader.read(source.archive(), (entry, content) -> {
            if (entry.path().endsWith(".jar")) {
                var hash = Digest.sha256();
                new DigestInputStream(content, hash).transferTo(OutputStream.nullOutputStream());
                var digest = Digest.finish(hash).value().substring("sha256:".length());
                (selection.dropped().contains(entry.path()) ? gone : kept).add(digest);
            }
        });
        gone.removeAll(kept);
        return new String(digests, UTF_8)
                .lines()
                .filter(line -> !gone.contains(line.split(" ", 2)[0]))
                .map(line -> line + "\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8);
    }

    private String text(String path) {
        return new String(source.texts().getOrDefault(path, new byte[0]), UTF_8);
    }
}
