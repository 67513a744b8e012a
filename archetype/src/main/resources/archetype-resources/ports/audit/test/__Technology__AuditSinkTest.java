package __package__;

import io.animus.api.audit.AuditSink;
import io.animus.api.tck.AuditSinkContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every sink must do. */
class __Technology__AuditSinkTest implements AuditSinkContract {
    private static final Pattern REQUEST = Pattern.compile("\"requestId\":\"req-([0-9]+)\"");

    @TempDir
    Path scratch;

    private Path folder;
    private AuditSink sink;

    @BeforeEach
    void start() throws IOException {
        folder = Files.createDirectory(scratch.resolve("receiver"));
        sink = new __Technology__AuditSink("test", folder);
    }

    @Override
    public AuditSink sink() {
        return sink;
    }

    @Override
    public List<Long> received(int count) {
        try (var lines = Files.lines(folder.resolve("audit.jsonl"))) {
            return lines.map(__Technology__AuditSinkTest::index).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long index(String line) {
        var request = REQUEST.matcher(line);
        if (!request.find()) {
            throw new AssertionError("no entry: " + line);
        }
        return Long.parseLong(request.group(1));
    }

    @Override
    public void stopReceiver() {
        move(folder, scratch.resolve("away"));
    }

    @Override
    public void startReceiver() {
        move(scratch.resolve("away"), folder);
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
