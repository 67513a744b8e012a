package io.animus.kernel.core;

import io.animus.kernel.core.PluginRuntime.Installed;
import io.animus.kernel.core.PluginRuntime.State;
import io.animus.kernel.domain.ItemFields;
import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** By which fields the list of plugins can be filtered. */
public final class PluginFields {
    public static final List<ListField> ALL = List.of(
            ListField.text("name"),
            ListField.text("version"),
            ListField.text("port"),
            ListField.text("technology"),
            ListField.word(
                    "state", Arrays.stream(State.values()).map(State::word).toList()),
            ListField.text("packageDigest"));

    static final ItemFields<Installed> VALUES = ItemFields.of(
            ALL,
            Map.of(
                    "name", plugin -> text(plugin.name()),
                    "version", plugin -> text(plugin.version()),
                    "port", plugin -> text(plugin.port()),
                    "technology", plugin -> text(plugin.technology()),
                    "state", plugin -> text(plugin.state().word()),
                    "packageDigest", plugin -> text(plugin.packaged())));

    private PluginFields() {}

    private static List<ListValue.Text> text(@Nullable Object value) {
        return value == null ? List.of() : List.of(new ListValue.Text(value.toString()));
    }
}
