package io.animus.kernel.trust;

import java.util.regex.Pattern;

/** How names in a package may look. What matches holds nothing that a path, a terminal or a log would obey. */
enum Forms {
    NAME("[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}", "1 to 127 letters, digits, _ . -"),
    VERSION("[0-9]{1,9}(\\.[0-9]{1,9}(\\.[0-9]{1,9}(\\.[A-Za-z0-9_-]{1,63})?)?)?", "a version such as 1.2.3"),
    WORD("[a-z0-9][a-z0-9-]{0,62}", "1 to 63 of a-z 0-9 -"),
    RANGE("[\\[(][0-9.]{1,32},[0-9.]{1,32}[\\])]", "a range of versions such as [1.0,2)"),
    BUNDLE("bundles/[A-Za-z0-9_][A-Za-z0-9_.+-]{0,198}\\.jar", "bundles/<name>.jar"),
    CONFIGURATION("configurations/[A-Za-z0-9_][A-Za-z0-9_.~+-]{0,198}\\.json", "configurations/<name>.json"),
    PID("[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}(~[A-Za-z0-9_.-]{1,63})?", "a PID, or <factory PID>~<name>"),
    DIGEST("sha256:[0-9a-f]{64}", "sha256: and 64 lower-case hex digits");

    private final Pattern pattern;
    private final String words;

    Forms(String pattern, String words) {
        this.pattern = Pattern.compile(pattern);
        this.words = words;
    }

    boolean fits(String text) {
        return pattern.matcher(text).matches();
    }

    /** For people. */
    String words() {
        return words;
    }

    /** Any text made fit for a message. */
    static String shown(String text) {
        var plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() <= 100 ? plain : plain.substring(0, 100) + "…";
    }
}
