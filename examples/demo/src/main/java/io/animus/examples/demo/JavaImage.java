package io.animus.examples.demo;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * An OCI image with a Java runtime, the C library and nothing else: no shell, no package manager. It runs
 * {@code /opt/java/bin/java} as a user without rights. The same runtime gives the same digest.
 *
 * @param work folder with the linked runtime and Jib's caches
 */
record JavaImage(Path work) {
    private static final String USER = "10001:10001";
    private static final String ROOT = "0:0";
    private static final FilePermissions EXECUTABLE = FilePermissions.fromOctalString("755");
    private static final FilePermissions PLAIN = FilePermissions.fromOctalString("644");
    // A mount gets the mode of the folder in the image. Jib knows no sticky bit; inside there is one user only.
    private static final FilePermissions OPEN = FilePermissions.fromOctalString("777");

    /** Links the runtime and finds its libraries, unless that was done before. */
    static JavaImage prepare(JavaRuntime java, Path work) throws IOException, InterruptedException {
        var image = new JavaImage(work.toAbsolutePath());
        if (!Files.exists(image.runtime())) {
            var unfinished = work.resolve("unfinished");
            FileTree.delete(unfinished);
            Files.createDirectories(work);
            java.link(unfinished);
            Files.move(unfinished, image.runtime());
        }
        return image;
    }

    /** Writes the image as an OCI archive and answers the digest of its manifest. */
    String writeTo(Path archive, String name) throws IOException, InterruptedException {
        try {
            return containerize(
                    Containerizer.to(TarImage.at(archive).named(name)).setOfflineMode(true));
        } catch (InvalidImageReferenceException e) {
            throw new IllegalArgumentException("not an image name: " + name, e);
        }
    }

    /** Pushes the image to a registry on loopback and answers the digest of its manifest. */
    String push(String name) throws IOException, InterruptedException {
        try {
            return containerize(Containerizer.to(RegistryImage.named(name)).setAllowInsecureRegistries(true));
        } catch (InvalidImageReferenceException e) {
            throw new IllegalArgumentException("not an image name: " + name, e);
        }
    }

    private String containerize(Containerizer target) throws IOException, InterruptedException {
        target.setToolName("animus-demo")
                .setBaseImageLayersCache(work.resolve("cache-base"))
                .setApplicationLayersCache(work.resolve("cache-layers"));
        try {
            return builder().containerize(target).getDigest().toString();
        } catch (RegistryException | CacheDirectoryCreationException | ExecutionException e) {
            throw DemoException.failed(
                    "the image can't be built or pushed: " + e.getMessage(), "delete " + work + " and try again", e);
        }
    }

    private JibContainerBuilder builder() throws IOException, InterruptedException {
        var architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        return Jib.fromScratch()
                .setFormat(ImageFormat.OCI)
                .setPlatforms(Set.of(new Platform(architecture, "linux")))
                .setCreationTime(Instant.EPOCH)
                .setFileEntriesLayers(systemLayer(), javaLayer())
                .setUser(USER)
                .setWorkingDirectory(AbsoluteUnixPath.get("/work"))
                .addEnvironmentVariable("PATH", "/opt/java/bin")
                .addEnvironmentVariable("JAVA_HOME", "/opt/java")
                .setEntrypoint("/opt/java/bin/java");
    }

    private FileEntriesLayer systemLayer() throws IOException, InterruptedException {
        var layer = FileEntriesLayer.builder().setName("system");
        for (var library : CLibrary.neededBy(runtime()).entrySet()) {
            add(layer, library.getValue(), library.getKey().toString(), EXECUTABLE, ROOT);
        }
        var users = work.resolve("passwd");
        Files.writeString(users, "root:x:0:0:root:/:/none\nrun:x:10001:10001::/work:/none\n");
        add(layer, users, "/etc/passwd", PLAIN, ROOT);
        var empty = Files.createDirectories(work.resolve("empty"));
        add(layer, empty, "/in", EXECUTABLE, ROOT);
        add(layer, empty, "/tmp", OPEN, ROOT);
        add(layer, empty, "/out", EXECUTABLE, USER);
        add(layer, empty, "/work", EXECUTABLE, USER);
        return layer.build();
    }

    private FileEntriesLayer javaLayer() throws IOException {
        var layer = FileEntriesLayer.builder().setName("java");
        try (var files = Files.walk(runtime())) {
            for (var file : files.sorted().toList()) {
                var path =
                        Path.of("/opt/java").resolve(runtime().relativize(file)).normalize();
                var executable = Files.isDirectory(file) || Files.isExecutable(file);
                add(layer, file, path.toString(), executable ? EXECUTABLE : PLAIN, ROOT);
            }
        }
        return layer.build();
    }

    private static void add(
            FileEntriesLayer.Builder layer, Path file, String path, FilePermissions permissions, String owner) {
        layer.addEntry(file, AbsoluteUnixPath.get(path), permissions, Instant.EPOCH, owner);
    }

    private Path runtime() {
        return work.resolve("runtime");
    }
}
