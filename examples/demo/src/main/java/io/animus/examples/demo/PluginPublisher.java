package io.animus.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Makes newer versions of a plugin, as its publisher would: the plugin of the archive with another number, packed and signed.
 *
 * @param name of the plugin
 * @param hub whose operator trusts this publisher
 * @param folder for the key and the packages
 */
record PluginPublisher(String name, HubInstallation hub, Path folder) {
    private static final String PUBLISHER = "demo.animus.invalid";

    /** Makes the publisher's key and has the operator trust it. */
    void introduce() throws IOException, InterruptedException {
        Folders.makePrivate(folder);
        hub.plugin("keygen", "--name", PUBLISHER, "--out", folder.toString()).run();
        var trust = Files.createDirectories(hub.trust());
        try (var files = Files.newDirectoryStream(trust, PUBLISHER + "*.pub")) {
            for (var earlier : files) {
                Files.delete(earlier);
            }
        }
        Files.copy(folder.resolve(PUBLISHER + ".pub"), trust.resolve(PUBLISHER + ".pub"));
    }

    /** The signed package of a version. */
    Path publish(String version) throws IOException, InterruptedException {
        var jar = numbered(hub.pluginJar(name), version);
        hub.plugin("pack", "--bundle", jar.toString(), "--out", folder.toString())
                .run();
        var packed = folder.resolve(name + "-" + version + ".animus");
        hub.plugin("sign", "--key", folder.resolve(PUBLISHER + ".key").toString(), packed.toString())
                .run();
        return packed;
    }

    private Path numbered(Path jar, String version) throws IOException {
        var target = folder.resolve(name + "-" + version + ".jar");
        try (var source = new JarFile(jar.toFile())) {
            var manifest = source.getManifest();
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (var out = new JarOutputStream(Files.newOutputStream(target), manifest)) {
                for (var entries = source.entries(); entries.hasMoreElements(); ) {
                    var entry = entries.nextElement();
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        try (var content = source.getInputStream(entry)) {
                            content.transferTo(out);
                        }
                        out.closeEntry();
                    }
                }
            }
        }
        return target;
    }
}
