package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.core.swap.ConfiguredRegistry;
import io.animus.kernel.trust.PackageReader;
import io.animus.kernel.trust.PluginManifest;
import io.animus.kernel.trust.PluginManifest.BundleFile;
import io.animus.kernel.trust.PluginManifest.ConfigurationFile;
import io.animus.kernel.trust.PluginPackage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A plugin that can be configured, in packages with configurations. */
final class ConfiguredBundle {
    static final String NAME = "animus-configured";
    static final String PID = "io.animus.plugin.configured";
    static final String METATYPE =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
              <OCD id="c" name="Configured" description="A registry with a mood">
                <AD id="instance" type="String" name="Instance" default="default"/>
                <AD id="mood" type="String" name="Mood" description="How it is">
                  <Option label="Well" value="well"/>
                  <Option label="Fine" value="fine"/>
                  <Option label="Sick" value="sick"/>
                  <Option label="Absent" value="absent"/>
                </AD>
                <AD id="hosts" type="String" cardinality="2147483647" name="Hosts" default="a.example,b.example"/>
                <AD id="connect_timeout_ms" type="Integer" name="Timeout" min="1" max="60000" default="1000"/>
                <AD id="careful" type="Boolean" name="Careful" required="false"/>
                <AD id="password" type="Password" name="Password" required="false"/>
                <AD id="ratio" type="Double" name="Ratio" required="false"/>
              </OCD>
              <Designate factoryPid="io.animus.plugin.configured"><Object ocdref="c"/></Designate>
              <Designate pid="io.animus.plugins.trust"><Object ocdref="c"/></Designate>
            </metatype:MetaData>
            """;

    private ConfiguredBundle() {}

    static PluginPackage in(Path folder, String version, Map<String, Json.Members> configurations) throws Exception {
        var jar = jar(version);
        var main = new BundleFile("bundles/main.jar", NAME, version, Digest.of(jar));
        var files = new ArrayList<ConfigurationFile>();
        for (var one : configurations.entrySet()) {
            var file = "configurations/" + one.getKey() + ".json";
            files.add(new ConfigurationFile(one.getKey(), file, one.getValue().digest()));
        }
        var manifest =
                new PluginManifest(NAME, version, "registry", "configured", "[1.0,2)", false, List.of(main), files);
        var file = Files.createTempFile(folder, "plugin", ".animus");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("plugin.json"));
            zip.write(manifest.json().canonical());
            zip.putNextEntry(new ZipEntry(main.file()));
            zip.write(jar);
            for (var one : files) {
                zip.putNextEntry(new ZipEntry(one.file()));
                zip.write(configurations.get(one.pid()).canonical());
            }
        }
        return PackageReader.read(file);
    }

    private static byte[] jar(String version) throws IOException {
        var headers =
                """
                Manifest-Version: 1.0
                Bundle-ManifestVersion: 2
                Bundle-SymbolicName: %s
                Bundle-Version: %s
                Bundle-Activator: %s
                Provide-Capability: animus.plugin;port=registry;technology=configured
                Import-Package: org.osgi.framework,org.osgi.service.cm,io.animus.api.plugin,io.animus.api.registry,io.animus.api.types

                """
                        .formatted(NAME, version, ConfiguredRegistry.class.getName())
                        .replaceAll("(?m)(.{70})(?=.)", "$1\n ");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, new Manifest(new ByteArrayInputStream(headers.getBytes(UTF_8))))) {
            for (var type : List.of(ConfiguredRegistry.class, ConfiguredRegistry.Instance.class)) {
                var file = type.getName().replace('.', '/') + ".class";
                try (var content = type.getClassLoader().getResourceAsStream(file)) {
                    jar.putNextEntry(new ZipEntry(file));
                    jar.write(content.readAllBytes());
                }
            }
            jar.putNextEntry(new ZipEntry("OSGI-INF/metatype/c.xml"));
            jar.write(METATYPE.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }
}
