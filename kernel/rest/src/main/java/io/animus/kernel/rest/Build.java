package io.animus.kernel.rest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is running.
 *
 * @param commit from which it was built; null where the build did not know
 */
record Build(String version, @Nullable String commit) {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    /** As Maven wrote it down. */
    static Build ofThisBundle() {
        var properties = new Properties();
        try (var content = Build.class.getResourceAsStream("build.properties")) {
            if (content == null) {
                throw new IllegalStateException("the bundle lacks build.properties");
            }
            properties.load(content);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read build.properties", e);
        }
        var commit = properties.getProperty("commit", "");
        return new Build(
                properties.getProperty("version", "unknown"),
                COMMIT.matcher(commit).matches() ? commit : null);
    }
}
