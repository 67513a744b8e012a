package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a jar says of itself.
 *
 * @param permissions of a plugin, on one line; null if there are none
 */
record JarParts(Manifest manifest, @Nullable String permissions) {
    private static final int LARGEST_PART = 1 << 20;

    /** Reads a jar, and leaves the stream open. */
    static JarParts read(InputStream jar) throws IOException {
        var manifest = new Manifest();
        String permissions = null;
        // Closing a reader of the jar would close the archive.
        var kept = new FilterInputStream(jar) {
            @Override
            public void close() {}
        };
        try (var zip = new ZipInputStream(kept)) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals("META-INF/MANIFEST.MF")) {
                    manifest.read(new ByteArrayInputStream(zip.readNBytes(LARGEST_PART)));
                } else if (entry.getName().equals(Permissions.RESOURCE)) {
                    permissions = new String(zip.readNBytes(LARGEST_PART), UTF_8)
                            .strip()
                            .replaceAll("\\s+", " ");
                }
            }
        }
        return new JarParts(manifest, permissions);
    }

    @Nullable String header(String name) {
        return manifest.getMainAttributes().getValue(name);
    }
}
