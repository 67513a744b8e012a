package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.plugin.PluginRoutes;
import io.animus.api.types.Digest;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class JobLogsTest {
    private static final String RUNNING =
            """
            {"Config":{"Labels":{"io.animus.dispatch":"job","io.animus.spec":"%s"}},
             "State":{"Status":"running","Running":true,"StartedAt":"2026-01-01T00:00:00Z"}}"""
                    .formatted(Digest.of(new byte[0]));

    @TempDir
    Path folder;

    private final CountDownLatch following = new CountDownLatch(1);

    private final CountDownLatch ended = new CountDownLatch(1);

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void endsWithTheJobThoughItsLogDoesNot() throws Exception {
        var lines = new ArrayList<String>();

        withExecutor(executor -> executor.follow("job", 0, line -> {
            lines.add(line.text());
            following.countDown();
            ended.countDown();
        }));

        assertThat(lines).containsExactly("first", "second", "last");
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void endsWhenItIsInterruptedWhileItWaitsForALine() throws Exception {
        var failure = new AtomicReference<Exception>();
        withExecutor(executor -> {
            var follower = new Thread(() -> {
                try {
                    executor.follow("job", 0, line -> following.countDown());
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            follower.start();
            following.await();

            follower.interrupt();
            follower.join();
        });

        assertThat(failure.get()).isNull();
    }

    private void withExecutor(ThrowingConsumer<ContainerJobExecutor> use) throws IOException {
        var engine = new FakeEngine(folder.resolve("engine.sock"), this::answer);
        var executor = new ContainerJobExecutor(settings(), InstantSource.system(), PluginRoutes::start);
        try {
            use.accept(executor);
        } finally {
            ended.countDown();
            executor.close();
            engine.close();
        }
    }

    /** As Podman does when the program ends in the moment when it is asked for the log. */
    private boolean answer(String request, OutputStream body) throws IOException {
        if (request.endsWith("/logs?stdout=1&stderr=1&timestamps=1&follow=1")) {
            frame(body, "first\n");
            frame(body, "sec");
            return false;
        }
        if (request.endsWith("follow=0")) {
            frame(body, "first\n");
            frame(body, "second\n");
            frame(body, "last\n");
        } else if (request.startsWith("POST ")) {
            await(ended);
            body.write("{\"StatusCode\":0}".getBytes(UTF_8));
        } else {
            body.write(RUNNING.getBytes(UTF_8));
        }
        return true;
    }

    private static void frame(OutputStream body, String text) throws IOException {
        var content = ("2026-01-01T00:00:00Z " + text).getBytes(UTF_8);
        var out = new DataOutputStream(body);
        out.writeInt(1 << 24);
        out.writeInt(content.length);
        out.write(content);
        out.flush();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private Settings settings() {
        return new Settings(
                "test",
                List.of(folder.resolve("engine.sock")),
                folder.resolve("jobs"),
                false,
                Map.of(),
                "10001:10001",
                false,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                256,
                1 << 20,
                1 << 20,
                1 << 20);
    }
}
