package __package__;

import io.animus.api.events.Destination;
import io.animus.api.events.EventPublisher;
import io.animus.api.tck.EventPublisherContract;
import io.animus.api.types.TypeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every publisher must do. */
class __Technology__EventPublisherTest implements EventPublisherContract {
    private static final TypeId SUBSCRIPTION = new TypeId("whk_" + "0".repeat(26));
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    @TempDir
    Path folder;

    private EventPublisher publisher;

    @BeforeEach
    void start() throws IOException {
        Files.createFile(folder.resolve("living"));
        publisher = new __Technology__EventPublisher("test", folder);
    }

    @Override
    public Set<Capability> lacks() {
        return Set.of(Capability.SECRETS);
    }

    @Override
    public EventPublisher publisher() {
        return publisher;
    }

    @Override
    public Destination destination() {
        return to("living");
    }

    @Override
    public Destination deadDestination() {
        return to("dead");
    }

    @Override
    public URI foreignUrl() {
        return URI.create("https://example.org/");
    }

    @Override
    public List<String> received() {
        try (var lines = Files.lines(folder.resolve("living"))) {
            return lines.map(__Technology__EventPublisherTest::id).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String id(String line) {
        var id = ID.matcher(line);
        if (!id.find()) {
            throw new AssertionError("no event: " + line);
        }
        return id.group(1);
    }

    private static Destination to(String name) {
        return new Destination(SUBSCRIPTION, URI.create("__technology__:" + name), null);
    }
}
