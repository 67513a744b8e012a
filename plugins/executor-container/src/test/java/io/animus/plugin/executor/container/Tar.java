package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Archives for tests, with names that no honest program would write. */
final class Tar {

    /** One entry. */
    record Entry(TarArchiveEntry header, byte[] content) {}

    private Tar() {}

    static byte[] of(Entry... entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (var entry : entries) {
                entry.header().setSize(entry.content().length);
                tar.putArchiveEntry(entry.header());
                tar.write(entry.content());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    static Entry file(String name, String content) {
        return new Entry(new TarArchiveEntry(name, true), content.getBytes(UTF_8));
    }

    static Entry folder(String name) {
        return new Entry(new TarArchiveEntry(name + "/", true), new byte[0]);
    }

    static Entry link(String name, String target) {
        return pointing(name, target, TarConstants.LF_SYMLINK);
    }

    static Entry hardLink(String name, String target) {
        return pointing(name, target, TarConstants.LF_LINK);
    }

    static Entry special(String name) {
        return new Entry(new TarArchiveEntry(name, TarConstants.LF_FIFO, true), new byte[0]);
    }

    private static Entry pointing(String name, String target, byte kind) {
        var header = new TarArchiveEntry(name, kind, true);
        header.setLinkName(target);
        return new Entry(header, new byte[0]);
    }
}
