package io.animus.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** The JDK's compiler, warm. Compiles all sources each time: a plugin is small, and what is left of old classes misleads. */
final class Compiler {
    private Compiler() {}

    /**
     * Compiles into an empty folder.
     *
     * @throws DevException with what the compiler said, each with its line
     */
    static void compile(PluginFolder plugin, List<Path> classPath, Path classes) throws DevException, IOException {
        clear(classes);
        var found = new DiagnosticCollector<JavaFileObject>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(javax.tools.StandardLocation.CLASS_PATH, classPath);
            files.setLocationFromPaths(javax.tools.StandardLocation.CLASS_OUTPUT, List.of(classes));
            var options = List.of("--release", "17", "-parameters", "-proc:none", "-g", "-Xlint:-options");
            var sources = files.getJavaFileObjectsFromPaths(plugin.javaFiles());
            if (!compiler.getTask(null, files, found, options, null, sources).call()) {
                throw new DevException(said(plugin, found.getDiagnostics()));
            }
        }
    }

    private static String said(PluginFolder plugin, List<Diagnostic<? extends JavaFileObject>> diagnostics)
            throws IOException {
        var errors = new ArrayList<String>();
        for (var diagnostic : diagnostics) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                errors.add(said(plugin, diagnostic));
            }
        }
        return String.join("\n", errors);
    }

    private static String said(PluginFolder plugin, Diagnostic<? extends JavaFileObject> error) throws IOException {
        var message = error.getMessage(Locale.ROOT);
        var source = error.getSource();
        if (source == null) {
            return message;
        }
        var file = Path.of(source.toUri());
        var lines = Files.readAllLines(file);
        var number = (int) error.getLineNumber();
        var text = new StringBuilder()
                .append(plugin.home().relativize(file.toAbsolutePath()))
                .append(":%d: %s".formatted(number, message.replace("\n", "\n    ")));
        if (number >= 1 && number <= lines.size()) {
            var line = lines.get(number - 1);
            var column = (int) Math.max(0, Math.min(line.length(), error.getColumnNumber() - 1));
            text.append("\n    ")
                    .append(line)
                    .append("\n    ")
                    .append(" ".repeat(column))
                    .append('^');
        }
        return text.toString();
    }

    static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(folder);
    }
}
