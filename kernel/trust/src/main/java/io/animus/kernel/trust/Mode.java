package io.animus.kernel.trust;

import java.util.Locale;

/** How strict the hub is about who made a plugin. */
public enum Mode {
    /** Only what a publisher of the trust store signed, and nobody revoked, is let in. */
    ENFORCE,
    /** The rest is let in too, with a warning on record; what was revoked is not. */
    WARN,
    /** Nobody looks at signatures. For the machines of those who write plugins. */
    OFF;

    /** As the configuration writes it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no mode is written so */
    public static Mode of(String word) {
        for (var mode : values()) {
            if (mode.word().equals(word)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("the mode of trust is enforce, warn or off, not " + word);
    }
}
