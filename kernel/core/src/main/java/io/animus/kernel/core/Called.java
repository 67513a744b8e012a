package io.animus.kernel.core;

import io.animus.api.plugin.PluginDescriptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of a plugin where it is called. Safe for many threads. */
final class Called {
    private final Moment answers = new Moment();
    private volatile Name name;
    private volatile @Nullable String ban;

    /** What a plugin is called: by its class, until it has said what it is. */
    record Name(String text, @Nullable PluginDescriptor said) {}

    Called(Object plugin) {
        name = new Name(plugin.getClass().getSimpleName(), null);
    }

    /** In which it has answered so far, if it is quick. */
    Moment answers() {
        return answers;
    }

    /** Both at the same time. */
    Name known() {
        return name;
    }

    String name() {
        return name.text();
    }

    /** What it has said it is; null before it has. */
    @Nullable PluginDescriptor said() {
        return name.said();
    }

    void says(PluginDescriptor what) {
        name = new Name(what.toString(), what);
    }

    /** From here on it is not called any more; null lets it be called again. */
    void ban(@Nullable String reason) {
        ban = reason;
    }

    /** Why it is not called any more, for people; empty if it is. */
    Optional<String> ban() {
        return Optional.ofNullable(ban)
                .map(why -> name() + " gets no more calls: it " + why
                        + " while memory was short. Update it, or disable and enable it.");
    }
}
