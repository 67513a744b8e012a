package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.animus.api.executor.LogLine;
import io.animus.api.registry.ImageManifest;
import io.animus.api.registry.ImageRegistry;
import io.animus.api.scm.ScmHost;
import io.animus.api.scm.SourceArchive;
import io.animus.api.tck.InMemoryJobExecutor;
import io.animus.api.tck.InMemoryObjectStore;
import io.animus.api.tck.InMemoryScmHost;
import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.kernel.store.postgres.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Plugins in memory, and what drives runs through them. In this package because only the kernel wires itself. */
public final class DataPlaneInMemory {
    public static final String REPOSITORY = "https://scm.example/penguins.git";
    public static final String COMMIT = "a".repeat(40);
    public static final Digest IMAGE = Digest.of("image".getBytes(UTF_8));

    private final InMemoryObjectStore store;
    private final PortCalls calls;
    private final Reconciler reconciler;
    private final Conductor conductor;
    private final CountDownLatch released = new CountDownLatch(1);

    public DataPlaneInMemory(Database database, PortCalls calls, Ports ports, AuditTrail trail, Bell bell)
            throws IOException {
        var clock = Clock.systemUTC();
        this.calls = calls;
        store = new InMemoryObjectStore();
        var executor = new InMemoryJobExecutor(clock, DataPlaneInMemory::read);
        executor.install(IMAGE, sandbox -> {
            sandbox.print(LogLine.Stream.STDOUT, "epoch 1\nepoch 2");
            if (sandbox.job().workload().command().contains("wait")) {
                released.await();
            }
            sandbox.write("model.bin", sandbox.input("penguins"));
            return 0;
        });
        ports.addStorage(store, Map.of());
        ports.addScm(new SecureScmHost(), Map.of());
        ports.addRegistry(new OneImage(), Map.of());
        ports.addExecutor(executor, Map.of());
        var progression = new RunProgression(trail);
        var collector = new ResultCollector(ports, trail.ids(), clock);
        var builder = new JobBuilder(database, ports, clock);
        var steps = new RunSteps(database, ports, builder, collector, progression, Deadlines.DEFAULT, clock);
        var scheduler = new Scheduler(database, ports, progression, trail.ids(), clock);
        reconciler = new Reconciler(database, ports, steps, bell, Deadlines.DEFAULT, clock);
        conductor = new Conductor(database, trail, scheduler, reconciler, new Janitor(database, trail), bell);
    }

    public void close() throws Exception {
        released.countDown();
        conductor.close();
        reconciler.close();
        calls.close();
        store.close();
    }

    private static byte[] read(URI url) {
        try (var content = url.toURL().openStream()) {
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The repository in memory under an address that the API takes. */
    private static final class SecureScmHost implements ScmHost {
        private static final URI INSIDE = URI.create("memory:///penguins");

        private final InMemoryScmHost host = new InMemoryScmHost(Map.of(
                INSIDE,
                new InMemoryScmHost.Repository(
                        Map.of("refs/heads/main", new CommitSha(COMMIT)),
                        Map.of(new CommitSha(COMMIT), "print(1)\n"))));

        @Override
        public boolean serves(URI repository) {
            return repository.toString().equals(REPOSITORY);
        }

        @Override
        public Optional<CommitSha> resolve(URI repository, String ref) {
            return host.resolve(INSIDE, ref);
        }

        @Override
        public boolean contains(URI repository, CommitSha commit) {
            return host.contains(INSIDE, commit);
        }

        @Override
        public SourceArchive archive(URI repository, CommitSha commit, OutputStream target) throws IOException {
            return host.archive(INSIDE, commit, target);
        }
    }

    /** Knows {@link #IMAGE} of every repository. */
    private static final class OneImage implements ImageRegistry {
        @Override
        public boolean serves(ImageReference reference) {
            return true;
        }

        @Override
        public Optional<ImageManifest> find(ImageReference reference) {
            return reference
                    .pinned()
                    .filter(IMAGE::equals)
                    .map(digest -> new ImageManifest(digest, "application/vnd.oci.image.manifest.v1+json", 7, null));
        }
    }
}
