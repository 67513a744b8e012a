package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.types.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** An OCI image made by hand of the host's static busybox. */
record BusyboxImage(byte[] layer, byte[] config, byte[] manifest) {
    private static final List<String> PROGRAMS = List.of(
            "sh",
            "cat",
            "cp",
            "echo",
            "awk",
            "sleep",
            "ls",
            "ln",
            "touch",
            "mkdir",
            "mkfifo",
            "dd",
            "grep",
            "id",
            "wget",
            "unshare",
            "mount",
            "true",
            "stat",
            "test",
            "head",
            "hostname",
            "env");

    /** @param more members of the image's configuration after its environment, each after a comma */
    static BusyboxImage make(String more) throws IOException {
        var layer = rootFiles();
        var config = bytes("{'architecture':'amd64','os':'linux','config':{'Env':['PATH=/bin']" + more
                + "},'rootfs':{'type':'layers','diff_ids':['" + Digest.of(layer) + "']}}");
        var type = "'application/vnd.oci.image.";
        var manifest =
                bytes("{'schemaVersion':2,'mediaType':" + type + "manifest.v1+json','config':{'mediaType':" + type
                        + "config.v1+json','digest':'" + Digest.of(config) + "','size':" + config.length
                        + "},'layers':[{'mediaType':"
                        + type + "layer.v1.tar','digest':'" + Digest.of(layer) + "','size':" + layer.length + "}]}");
        return new BusyboxImage(layer, config, manifest);
    }

    Digest digest() {
        return Digest.of(manifest);
    }

    private static byte[] rootFiles() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            for (var folder : List.of("bin/", "etc/", "tmp/", "out/", "in/", "proc/", "sys/", "dev/")) {
                var entry = new TarArchiveEntry(folder);
                entry.setMode(folder.equals("tmp/") ? 01777 : 0755);
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            add(tar, "bin/busybox", Files.readAllBytes(Path.of("/bin/busybox")), 0755);
            add(tar, "bin/notes", bytes("no program"), 0644);
            for (var program : PROGRAMS) {
                var link = new TarArchiveEntry("bin/" + program, TarConstants.LF_SYMLINK);
                link.setLinkName("busybox");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(mode);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }
}
