package io.animus.kernel.trust;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Json;
import io.animus.kernel.audit.log.Note;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A package whose files are those that its manifest names, each with the digest that stands there. Says nothing of who made it:
 * ask {@link TrustStore}.
 *
 * @param file where it was read from
 * @param signature of the manifest's {@linkplain PluginManifest#signedText text}, not verified; null if there is none
 * @param configurations their values, by PID
 * @param permissions what its main bundle asks for
 */
public record PluginPackage(
        Path file,
        PluginManifest manifest,
        @Nullable Note signature,
        Map<String, Json.Members> configurations,
        Permissions permissions) {
    public PluginPackage {
        configurations = Map.copyOf(configurations);
    }

    /** The same package, in another file. */
    public PluginPackage in(Path other) {
        return new PluginPackage(other, manifest, signature, configurations, permissions);
    }

    /**
     * The content of a bundle.
     *
     * @throws IOException if it can't be read, or the package's file has gone or changed
     */
    public InputStream open(PluginManifest.BundleFile bundle) throws IOException {
        var zip = new ZipFile(file.toFile());
        try {
            var entry = zip.getEntry(bundle.file());
            if (entry == null) {
                throw new IOException(file + " has lost " + bundle.file());
            }
            return new FilterInputStream(zip.getInputStream(entry)) {
                @Override
                public void close() throws IOException {
                    try (zip) {
                        super.close();
                    }
                }
            };
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }
}
