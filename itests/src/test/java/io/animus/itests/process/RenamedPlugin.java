package io.animus.itests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;

/** Plugins of the archive under another name or version, as packages that nobody has signed. */
final class RenamedPlugin {
    private RenamedPlugin() {}

    static Path packed(UnpackedHub hub, Path folder, String plugin, String name, String version) throws Exception {
        var jar = folder.resolve(name + ".jar");
        try (var in = new JarInputStream(Files.newInputStream(archived(hub, plugin)))) {
            var manifest = in.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
            try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
                for (var entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
            }
        }
        run(hub, "pack", "--bundle", jar.toString(), "--out", folder.toString());
        return folder.resolve(name + "-" + version + ".animus");
    }

    /** The digest of what a package asks for. */
    static String permissions(UnpackedHub hub, Path file) throws Exception {
        return run(hub, "show", file.toString())
                .lines()
                .filter(line -> line.startsWith("asks for "))
                .map(line -> line.substring("asks for ".length()))
                .findFirst()
                .orElseThrow();
    }

    private static Path archived(UnpackedHub hub, String plugin) throws IOException {
        try (var files = Files.walk(hub.home().resolve("system"))) {
            return files.filter(file -> file.getFileName().toString().matches(plugin + "-.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String run(UnpackedHub hub, String command, String... arguments) throws Exception {
        var all = new String[arguments.length + 2];
        all[0] = "plugin";
        all[1] = command;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        var ended = hub.animus(all);
        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
        return ended.out();
    }
}
