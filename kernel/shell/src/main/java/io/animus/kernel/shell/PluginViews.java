package io.animus.kernel.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.PluginHealth;
import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Json;
import io.animus.kernel.core.ConfigurationAttribute;
import io.animus.kernel.core.Configurations.Shown;
import io.animus.kernel.core.PluginConfigurations.Configured;
import io.animus.kernel.core.PluginRuntime.Installed;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.karaf.shell.support.table.ShellTable;

/** Plugins and their configurations, for people as tables and for programs as the JSON that REST answers. */
final class PluginViews {
    private PluginViews() {}

    static void list(Desk desk, List<Installed> plugins, boolean isJson) {
        if (isJson) {
            var items = plugins.stream().map(PluginViews::json).toList();
            print(desk.out(), Json.object().put("items", Json.array(items)).build());
            return;
        }
        var table = table("Name", "Version", "Port", "Technology", "State", "Health");
        for (var plugin : plugins) {
            table.addRow()
                    .addContent(
                            Desk.shown(plugin.name()),
                            Desk.shown(plugin.version()),
                            Desk.shown(plugin.port()),
                            Desk.shown(plugin.technology()),
                            word(plugin.state()),
                            health(plugin));
        }
        table.print(desk.out());
    }

    static void one(Desk desk, Installed plugin, boolean isJson) {
        if (isJson) {
            print(desk.out(), json(plugin));
            return;
        }
        var packaged = plugin.packaged();
        var table = table("Of the plugin", "Value");
        row(table, "Name", plugin.name());
        row(table, "Version", plugin.version());
        row(table, "Port", plugin.port());
        row(table, "Technology", plugin.technology());
        row(table, "State", word(plugin.state()));
        row(table, "Package", packaged == null ? "of the archive" : packaged.value());
        row(table, "Permissions", plugin.permissions().digest().value());
        table.print(desk.out());
        if (!plugin.instances().isEmpty()) {
            var instances = table("Instance", "Status", "Reason");
            plugin.instances().forEach(instance -> instances
                    .addRow()
                    .addContent(
                            Desk.shown(instance.name()),
                            instance.health().state().name(),
                            Desk.shown(instance.health().reason())));
            instances.print(desk.out());
        }
        plugin.permissions().beyond(Permissions.NONE).forEach(one -> desk.out().println("It may: " + Desk.shown(one)));
    }

    static void configurations(Desk desk, Shown shown, boolean isJson) {
        if (isJson) {
            var types = shown.types().stream()
                    .map(type -> Json.object()
                            .put("pid", type.pid())
                            .put("factory", type.isFactory())
                            .put("schema", type.schema())
                            .build())
                    .toList();
            var items = shown.items().stream().map(PluginViews::json).toList();
            print(
                    desk.out(),
                    Json.object()
                            .put("types", Json.array(types))
                            .put("items", Json.array(items))
                            .build());
            return;
        }
        var types = table("Can be configured", "Key", "Kind", "Required", "Meaning");
        for (var type : shown.types()) {
            for (var attribute : type.attributes()) {
                types.addRow()
                        .addContent(
                                Desk.shown(type.form()),
                                Desk.shown(attribute.id()),
                                kind(attribute),
                                attribute.isRequired() ? "yes" : "no",
                                Desk.shown(attribute.description()));
            }
        }
        types.print(desk.out());
        var items = table("Configured", "Source", "Values");
        shown.items().forEach(item -> items.addRow()
                .addContent(Desk.shown(item.pid()), word(item.source()), text(item.values())));
        items.print(desk.out());
    }

    static void configuration(Desk desk, Configured configured, boolean isJson) {
        if (isJson) {
            print(desk.out(), json(configured));
            return;
        }
        var table = table("Key", "Value");
        configured.values().members().forEach((key, value) -> row(table, key, text(value)));
        table.print(desk.out());
        desk.out()
                .println(Desk.shown(configured.pid()) + ", from " + word(configured.source()) + ", "
                        + configured.values().digest());
    }

    private static Json json(Installed plugin) {
        var packaged = plugin.packaged();
        var instances = plugin.instances().stream()
                .map(instance -> Json.object()
                        .put("name", Json.clean(instance.name()))
                        .put("status", instance.health().state().name())
                        .put("reason", Json.clean(instance.health().reason()))
                        .build())
                .toList();
        return Json.object()
                .put("name", plugin.name())
                .put("version", plugin.version())
                .put("port", plugin.port())
                .put("technology", plugin.technology())
                .put("state", word(plugin.state()))
                .put("packageDigest", packaged == null ? Json.NULL : Json.of(packaged.value()))
                .put("permissions", plugin.permissions().json())
                .put("permissionsDigest", plugin.permissions().digest().value())
                .put("instances", Json.array(instances))
                .build();
    }

    private static Json json(Configured configured) {
        return Json.object()
                .put("pid", configured.pid())
                .put("source", word(configured.source()))
                .put("values", configured.values())
                .put("digest", configured.values().digest().value())
                .build();
    }

    /** The worst of the instances, and which one it is. */
    private static String health(Installed plugin) {
        return plugin.instances().stream()
                .filter(instance -> instance.health().state() != PluginHealth.State.OK)
                .max((one, other) ->
                        one.health().state().compareTo(other.health().state()))
                .map(worst -> Desk.shown(worst.health().state() + " " + worst.name() + ": "
                        + worst.health().reason()))
                .orElse(plugin.instances().isEmpty() ? "-" : PluginHealth.State.OK.name());
    }

    private static String kind(ConfigurationAttribute attribute) {
        var kind = attribute.kind() == ConfigurationAttribute.Kind.PASSWORD
                ? "file:/path of a secret"
                : attribute.kind().name().toLowerCase(Locale.ROOT);
        return attribute.items() == 0 ? kind : kind + ",...";
    }

    private static String text(Json value) {
        return Desk.shown(
                value instanceof Json.Members members
                        ? members(members.members())
                        : new String(value.canonical(), UTF_8));
    }

    private static String members(Map<String, Json> members) {
        return Desk.shown(members.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + new String(entry.getValue().canonical(), UTF_8))
                .toList());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static ShellTable table(String... columns) {
        var table = new ShellTable().emptyTableText("None.");
        for (var column : columns) {
            table.column(column);
        }
        return table;
    }

    private static void row(ShellTable table, String name, String value) {
        table.addRow().addContent(Desk.shown(name), Desk.shown(value));
    }

    private static void print(PrintStream out, Json value) {
        out.println(Desk.shown(value));
    }
}
