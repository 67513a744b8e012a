package io.animus.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The shared libraries of the operating system that a Java runtime can't do without. */
final class CLibrary {
    private static final Pattern RESOLVED = Pattern.compile("(?m)^\\s+(?:\\S+ => )?(/.+) \\(0x[0-9a-f]+\\)$");

    private static final Pattern BINARY = Pattern.compile("[.]so$|/bin/[^/]+$");

    // Anything else is a surprise, and what goes into an image must be none.
    private static final Pattern EXPECTED =
            Pattern.compile("(ld-linux.*|libc|libm|libdl|libpthread|librt|libgcc_s|libstdc\\+\\+|libz)\\.so\\.[0-9]+");

    private CLibrary() {}

    /**
     * Finds them.
     *
     * @return real file by the path under which the runtime asks for it; the loader's search path is compiled in, so
     *     that is the path in the image too
     */
    static SortedMap<Path, Path> neededBy(Path runtime) throws IOException, InterruptedException {
        var libraries = new TreeMap<Path, Path>();
        for (var binary : binaries(runtime)) {
            var listing = Command.of("ldd", binary.toString())
                    .with(JavaRuntime.withoutLoaderVariables())
                    .run();
            var found = RESOLVED.matcher(listing);
            while (found.find()) {
                var library = Path.of(found.group(1)).normalize();
                if (library.startsWith(runtime.toAbsolutePath())) {
                    continue;
                }
                if (!EXPECTED.matcher(library.getFileName().toString()).matches()) {
                    throw DemoException.failed(
                            "%s needs %s, which is not expected in an image".formatted(binary, library),
                            "use the OpenJDK 17 of the distribution, or Temurin");
                }
                libraries.put(library, library.toRealPath());
            }
        }
        return libraries;
    }

    private static List<Path> binaries(Path runtime) throws IOException {
        try (var files = Files.walk(runtime)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> BINARY.matcher(file.toString()).find())
                    .sorted()
                    .toList();
        }
    }
}
