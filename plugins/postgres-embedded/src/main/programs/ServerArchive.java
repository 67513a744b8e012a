import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tukaani.xz.XZInputStream;

/**
 * Makes the archive in the plugin's jar out of the one that the programs are published in: plain, since XZ takes a
 * starting hub more than a second where the jar's own compression takes a fifth of that, and without what only developers
 * need. Run by the build: {@code java -classpath … ServerArchive.java TARGET}.
 */
final class ServerArchive {
    private static final int BLOCK = 512;

    private ServerArchive() {}

    public static void main(String... arguments) throws IOException {
        var target = Path.of(arguments[0]);
        Files.createDirectories(target.getParent());
        try (var published = ServerArchive.class.getResourceAsStream("/postgres-linux-x86_64.txz");
                var in = new XZInputStream(new BufferedInputStream(published));
                var out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 16)) {
            copy(in, out);
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        for (var header = in.readNBytes(BLOCK); header.length == BLOCK && header[0] != 0; header = in.readNBytes(BLOCK)) {
            var size = Long.parseLong(text(header, 124, 12).strip(), 8);
            var content = in.readNBytes(Math.toIntExact((size + BLOCK - 1) / BLOCK * BLOCK));
            if (!isForDevelopers(text(header, 0, 100))) {
                out.write(header);
                out.write(content);
            }
        }
        out.write(new byte[2 * BLOCK]);
    }

    private static boolean isForDevelopers(String name) {
        return name.endsWith(".a") || name.startsWith("include/") || name.startsWith("lib/postgresql/pgxs/");
    }

    private static String text(byte[] header, int from, int length) {
        var text = new String(header, from, length, StandardCharsets.UTF_8);
        var end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }
}
