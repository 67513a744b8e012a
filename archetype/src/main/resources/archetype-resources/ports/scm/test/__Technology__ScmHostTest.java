package __package__;

import io.animus.api.scm.ScmHost;
import io.animus.api.tck.ScmHostContract;
import io.animus.api.types.CommitSha;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every SCM host must do. */
class __Technology__ScmHostTest implements ScmHostContract {
    private static final CommitSha EARLIER = new CommitSha("a".repeat(40));
    private static final CommitSha HEAD = new CommitSha("b".repeat(40));
    private static final CommitSha FOREIGN = new CommitSha("c".repeat(40));
    private static final CommitSha BLOB = new CommitSha("d".repeat(40));

    @TempDir
    Path folder;

    private ScmHost host;

    @BeforeEach
    void start() throws IOException {
        write("mine/refs/heads/main", HEAD.value());
        write("mine/refs/tags/v1", EARLIER.value());
        write("mine/commits/" + EARLIER.value() + ".tar", "the first commit".repeat(100));
        write("mine/commits/" + HEAD.value() + ".tar", "the second commit".repeat(100));
        write("other/commits/" + FOREIGN.value() + ".tar", "of another repository");
        host = new __Technology__ScmHost("test", folder);
    }

    private void write(String file, String content) throws IOException {
        var path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @Override
    public ScmHost host() {
        return host;
    }

    @Override
    public Sample sample() {
        return new Sample(
                repository("mine"), "main", HEAD, "v1", EARLIER, BLOB, FOREIGN, repository("missing"), URI.create("https://example.org/mine"));
    }

    private static URI repository(String name) {
        return URI.create("__technology__:///" + name);
    }
}
