package io.animus.examples.demo;

import java.net.URI;
import java.util.List;
import java.util.Map;

/** How the hub's plugins are told of what the demo started. See the README of each plugin for its settings. */
final class DemoPlugins {
    private DemoPlugins() {}

    static List<PluginSettings> settings(Folders folders, LocalRegistry registry, ContainerEngine engine, URI hub) {
        var repositories = GitProject.address(folders.repositories()) + "/";
        return List.of(
                new PluginSettings("io.animus.plugin.scm.git-demo", Map.of("url_prefixes", repositories)),
                new PluginSettings(
                        "io.animus.plugin.registry-demo",
                        Map.of("hosts", registry.host(), "insecure_hosts", registry.host())),
                new PluginSettings("io.animus.plugin.storage.filesystem", Map.of("public_url", hub.toString())),
                new PluginSettings(
                        "io.animus.plugin.executor.container-demo",
                        Map.of("socket", engine.socket().toString())));
    }
}
