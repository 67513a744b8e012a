package io.animus.kernel.domain.project;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which instances of plugins serve a project, as {@code technology.instance}; null leaves it to the first that can.
 *
 * @param scm the one that reads its code
 * @param registry the one that confirms its images
 * @param executor the one that its runs go to
 * @param storage the one that keeps what it stores from now on
 */
public record PluginBindings(
        @Nullable String scm, @Nullable String registry, @Nullable String executor, @Nullable String storage) {
    /** Of a project that takes what there is. */
    public static final PluginBindings NONE = new PluginBindings(null, null, null, null);

    /** Technology and instance. */
    public static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}\\.[a-z0-9][a-z0-9-]{0,62}");

    public PluginBindings {
        check(scm);
        check(registry);
        check(executor);
        check(storage);
    }

    private static void check(@Nullable String instance) {
        if (instance != null && !FORM.matcher(instance).matches()) {
            throw new IllegalArgumentException("not technology.instance: " + instance);
        }
    }
}
