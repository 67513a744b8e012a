package __package__;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.tck.ImageRegistryContract;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What every registry must do. */
class __Technology__ImageRegistryTest implements ImageRegistryContract {
    private static final Digest CONFIG = Digest.of("config".getBytes(UTF_8));
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    private static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final byte[] IMAGE_FILE = Json.object()
            .put("mediaType", IMAGE)
            .put("config", Json.object().put("digest", CONFIG.value()).build())
            .build()
            .canonical();
    private static final byte[] INDEX_FILE = Json.object().put("mediaType", INDEX).build().canonical();

    @TempDir
    Path folder;

    private ImageRegistry registry;

    @BeforeEach
    void start() throws IOException {
        var repository = Files.createDirectories(folder.resolve("hub/sample"));
        Files.write(repository.resolve("1"), IMAGE_FILE);
        Files.write(repository.resolve("all"), INDEX_FILE);
        registry = new __Technology__ImageRegistry("test", folder);
    }

    @Override
    public ImageRegistry registry() {
        return registry;
    }

    @Override
    public Sample sample() {
        return new Sample(
                new ImageReference("__technology__", "hub/sample", "1", null),
                new ImageManifest(Digest.of(IMAGE_FILE), IMAGE, IMAGE_FILE.length, CONFIG),
                new ImageReference("__technology__", "hub/sample", "all", null),
                new ImageManifest(Digest.of(INDEX_FILE), INDEX, INDEX_FILE.length, null),
                ImageReference.parse("elsewhere:1/hub/sample:1"));
    }
}
