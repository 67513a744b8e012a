package io.animus.kernel.compose;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/** An archive as the distribution builds it, but small. */
final class SampleHub {
    static final String GIT = "system/io/animus/plugin/animus-scm-git/1/animus-scm-git-1.jar";
    static final String JGIT = "system/org/eclipse/jgit/1/jgit-1.jar";
    static final String SYSLOG = "system/io/animus/plugin/animus-siem-syslog/1/animus-siem-syslog-1.jar";
    static final String CORE = "system/io/animus/kernel/animus-kernel-core/1/animus-kernel-core-1.jar";
    static final String LOGGING = "system/org/log/logging/1/logging-1.jar";

    private static final String REPOSITORY = "system/io/animus/animus-features/1/animus-features-1-features.xml";
    private static final String KARAF = "system/org/karaf/framework/1/framework-1-features.xml";

    private final Map<String, byte[]> files = new LinkedHashMap<>();

    SampleHub() {
        file("VERSION", "1\n");
        file(
                "etc/org.apache.karaf.features.cfg",
                "featuresRepositories = mvn:io.animus/animus-features/1/xml/features\n"
                        + "featuresBoot = \\\n    animus-kernel/1, \\\n    framework/1, \\\n    animus-scm-git/1, \\\n    animus-siem-syslog/1\n"
                        + "autoRefresh=true\n");
        file("etc/startup.properties", "reference\\:file\\:org/log/logging/1/logging-1.jar = 8\n");
        file("etc/animus/profiles/minimal", "# The kernel alone.\nkernel\n");
        file("etc/io.animus.plugin.scm.git.cfg", "instance = default\n");
        file("etc/io.animus.plugin.siem.syslog.cfg", "instance = default\n");
        file(
                REPOSITORY,
                """
                <features xmlns="http://karaf.apache.org/xmlns/features/v1.6.0" name="animus">
                  <feature name="animus-kernel" version="1" description="The hub">
                    <bundle>mvn:io.animus.kernel/animus-kernel-core/1</bundle>
                  </feature>
                  <feature name="animus-scm-git" version="1" description="Git">
                    <feature>animus-kernel</feature>
                    <bundle dependency="true">mvn:org.eclipse/jgit/1</bundle>
                    <bundle>mvn:io.animus.plugin/animus-scm-git/1</bundle>
                  </feature>
                  <feature name="animus-siem-syslog" version="1" description="Syslog">
                    <feature version="1">animus-kernel</feature>
                    <bundle>mvn:io.animus.plugin/animus-siem-syslog/1</bundle>
                  </feature>
                </features>
                """);
        file(
                KARAF,
                """
                <features xmlns="http://karaf.apache.org/xmlns/features/v1.6.0" name="karaf">
                  <feature name="framework" version="1"><bundle>mvn:org.log/logging/1</bundle></feature>
                </features>
                """);
        jar(LOGGING, "org.log", "1", "Apache-2.0", null);
        jar(CORE, "animus-kernel-core", "1", "Apache-2.0", null);
        jar(JGIT, "org.eclipse.jgit", "1", "BSD-3-Clause", null);
        jar(GIT, "animus-scm-git", "1", "Apache-2.0", "{\"connects\":[\"git.example.org:443\"]}");
        jar(SYSLOG, "animus-siem-syslog", "1", "Apache-2.0", "{\"connects\":[\"siem.example.org:6514\"]}");
        bill();
    }

    SampleHub file(String path, String content) {
        files.put(path, content.getBytes(UTF_8));
        return this;
    }

    SampleHub jar(String path, String name, String version, String licence, @Nullable String permissions) {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        manifest.getMainAttributes().putValue("Bundle-License", licence);
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            if (permissions != null) {
                jar.putNextEntry(new ZipEntry(Permissions.RESOURCE));
                jar.write(permissions.getBytes(UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError("memory does not fail to be written", e);
        }
        files.put(path, bytes.toByteArray());
        return this;
    }

    /** The bill of materials and the digests of bundles, as the build writes them. */
    SampleHub bill() {
        var bill = new StringBuilder("{\"bomFormat\": \"CycloneDX\", \"components\": [");
        var digests = new StringBuilder();
        var comma = "";
        for (var file : files.entrySet()) {
            if (file.getKey().endsWith(".jar")) {
                bill.append(comma)
                        .append("{\"name\": \"x\", \"properties\": [{\"name\": \"animus:file\", \"value\": \"")
                        .append(file.getKey())
                        .append("\"}]}");
                digests.append(Digest.of(file.getValue()).value().substring(7))
                        .append("  ")
                        .append(file.getKey())
                        .append('\n');
                comma = ", ";
            }
        }
        file("bom.json", bill.append("]}").toString());
        file("etc/animus/bundles.sha256", digests.toString());
        return this;
    }

    Path write(Path archive) throws IOException {
        try (var out = new ArchiveWriter(archive, "hub-1")) {
            for (var file : files.entrySet()) {
                out.add(file.getKey(), false, file.getValue());
            }
            out.add("bin/animus", true, "#!/bin/sh\n".getBytes(UTF_8));
        }
        return archive;
    }
}
