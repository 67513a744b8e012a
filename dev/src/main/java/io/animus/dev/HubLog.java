package io.animus.dev;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What a hub's log says of a bundle that it was given. */
final class HubLog {
    private static final Pattern FAILED =
            Pattern.compile("Error while (?:starting|updating|installing)|Unable to (?:install|update)");
    private static final Pattern PACKAGE = Pattern.compile(
            "osgi\\.wiring\\.package=([\\w.]+)\\)(?:\\(version>=([^)]+)\\))?(?:\\(!\\(version>=([^)]+)\\)\\))?");
    private static final Pattern CAUSE =
            Pattern.compile("((?:[\\w$]+\\.)+[\\w$]*(?:Exception|Error): [^\"\\\\]{1,500})");
    private static final int MOST = 256 * 1024;

    private HubLog() {}

    /**
     * Looks whether a bundle was started.
     *
     * @param from where in the log to begin
     * @param jar name of its file
     * @throws DevException if it can't be, with the reason in words
     */
    static boolean isStarted(Path log, long from, String jar) throws DevException, IOException {
        for (var line : after(log, from).lines().filter(l -> l.contains(jar)).toList()) {
            if (FAILED.matcher(line).find()) {
                throw new DevException(inWords(line));
            }
            if (line.contains("Started bundle: ")) {
                return true;
            }
        }
        return false;
    }

    private static String after(Path log, long from) throws IOException {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            // A log that was rolled over begins anew.
            file.seek(file.length() < from ? 0 : from);
            var text = new byte[(int) Math.min(MOST, file.length() - file.getFilePointer())];
            file.readFully(text);
            return new String(text, UTF_8);
        }
    }

    /** Says what is missing, where it would come from and what to do. */
    static String inWords(String line) {
        var missing = PACKAGE.matcher(line);
        if (missing.find()) {
            var name = missing.group(1);
            var from = missing.group(2) == null ? "" : ", version " + missing.group(2) + " or later";
            var below = missing.group(3) == null ? "" : " but below " + missing.group(3);
            var offer = name.startsWith("io.animus.api.")
                    ? "The hub offers it in another version: the plugin was built for another hub. Build it with the one that runs."
                    : name.startsWith("io.animus.")
                            ? "It is inside the hub or another plugin, which a plugin does not see. Do without it."
                            : "No bundle of the hub offers it. Nest the library that has it: -includeresource in bnd.bnd,"
                                    + " lib/x.jar=x-*.jar;lib:=true. Or import it as optional, if the plugin can do without.";
            return "The bundle is not resolved: it imports the package " + name + from + below + ". " + offer;
        }
        var cause = CAUSE.matcher(line);
        return "The bundle does not start: " + (cause.find() ? cause.group(1) : line.strip());
    }
}
