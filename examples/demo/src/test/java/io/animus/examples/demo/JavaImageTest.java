package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class JavaImageTest {
    private static final Path PENGUINS = Path.of("../penguins");

    @TempDir
    private Path folder;

    @Test
    void hasTheSameDigestWhereverAndWheneverItIsBuilt() throws Exception {
        var first = JavaImage.prepare(JavaRuntime.atHand(), folder.resolve("first"));
        var second = JavaImage.prepare(JavaRuntime.atHand(), folder.resolve("a longer name"));

        var digest = first.writeTo(folder.resolve("first.tar"), "animus/demo-java:1");

        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        assertThat(second.writeTo(folder.resolve("second.tar"), "animus/other:2"))
                .isEqualTo(digest);
        assertThat(JavaRuntime.atHand().key()).isEqualTo(JavaRuntime.atHand().key());
    }

    @Test
    @EnabledIf("containersCanRun")
    void trainsInAContainerWithTheBytesThatItGivesHere() throws Exception {
        var folders = checkout();
        var registry = LocalRegistry.start(folders.registry());
        try {
            var digest = JavaImage.prepare(JavaRuntime.atHand(), folder.resolve("image"))
                    .push(registry.host() + "/" + LocalRegistry.REPOSITORY + ":1");
            assertThat(registry.holds(digest)).isTrue();
            assertThat(registry.holds("sha256:" + "0".repeat(64))).isFalse();
            var engine = ContainerEngine.start(folders, registry);
            try {
                engine.pull(registry.reference(digest));
                trainInContainer(engine, registry.reference(digest));
            } finally {
                engine.command("volume", "unmount", "out").runAnyway();
                engine.command("volume", "rm", "out").runAnyway();
                engine.command("rmi", registry.reference(digest)).runAnyway();
                ContainerEngine.stop(folders);
            }
        } finally {
            LocalRegistry.stop(folders.registry());
        }
        assertThat(BackgroundProcess.find(folders.registry().resolve("pid"))).isEmpty();
        assertThat(BackgroundProcess.find(folders.engine().resolve("pid"))).isEmpty();
    }

    private void trainInContainer(ContainerEngine engine, String reference) throws Exception {
        var penguins = PENGUINS.toRealPath();
        var output = engine.command(
                        "run",
                        "--rm",
                        "--pull=never",
                        "--network=none",
                        "--read-only",
                        "--cap-drop=all",
                        "--volume=" + penguins + ":/in:ro",
                        "--volume=out:/out",
                        reference,
                        "/in/code/Train.java",
                        "/in/penguins.csv",
                        "/out",
                        "0.5",
                        "20",
                        "42")
                .run();
        assertThat(output).contains("epoch 20/20");
        var mounted = Path.of(engine.command("volume", "mount", "out").run().strip());
        var here = folder.resolve("here");
        Command.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        penguins.resolve("code/Train.java").toString(),
                        penguins.resolve("penguins.csv").toString(),
                        here.toString(),
                        "0.5",
                        "20",
                        "42")
                .run();
        for (var file : List.of("model.json", "metrics.csv", "report.md")) {
            assertThat(mounted.resolve(file)).hasSameBinaryContentAs(here.resolve(file));
        }
    }

    private Folders checkout() throws Exception {
        var checkout = folder.resolve("checkout");
        Files.createDirectories(checkout.resolve("examples/penguins"));
        Files.copy(PENGUINS.resolve("penguins.csv"), checkout.resolve("examples/penguins/penguins.csv"));
        return new Folders(checkout);
    }

    /** Without root, whether containers can be limited depends on how the machine was set up. */
    static boolean containersCanRun() {
        return Folders.root()
                && Stream.of("podman", "runc", "docker-registry")
                        .map(Command::find)
                        .allMatch(Optional::isPresent);
    }
}
