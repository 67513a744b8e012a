package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.executor.Job;
import io.animus.api.executor.JobExecutor;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.JobStatus;
import io.animus.api.executor.Limits;
import io.animus.api.executor.Workload;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.plugin.executor.container.BareExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * What the container plugin itself takes to dispatch a job on a real Podman: it fetches and unpacks the inputs, makes and
 * mounts the disks, and describes the container. The time in which it waits for an answer of the engine is taken off by a
 * relay between the two, and is part of the whole dispatch, which is shown too.
 */
final class ContainerDispatch implements Benchmark {
    private static final Limits LIMITS = new Limits(1000, 1L << 30, 1L << 30, 256, 0);
    private static final int FILES = 50;
    private static final int FILE_BYTES = 4 << 10;
    private static final int DATA_BYTES = 1 << 20;

    /** What dispatches took, in ms. */
    private record Times(double own, double whole) {}

    @Override
    public String name() {
        return "dispatch-container";
    }

    @Override
    public String obstacle(Setting setting) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "it mounts disks, for which one is root";
        }
        return Files.exists(Path.of("/usr/bin/podman")) && Files.exists(Path.of("/bin/busybox"))
                ? ""
                : "podman or busybox-static isn't installed";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("animus-bench-container");
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var relayed = folder.resolve("relay.sock");
        try (var opened = new Opened()) {
            opened.add(() -> delete(folder));
            var podman = opened.add(new OwnPodman(Files.createDirectory(folder.resolve("podman"))));
            var relay = opened.add(new EngineRelay(relayed, podman.socket()));
            var plugin = opened.add(new BareExecutor(relayed, folder.resolve("jobs")));
            server.start();
            var inputs = List.of(
                    serve(server, "source", JobInput.Form.TAR, source(folder)),
                    serve(server, "train", JobInput.Form.FILE, random(DATA_BYTES)));
            var own = new ArrayList<Double>();
            var whole = new ArrayList<Double>();
            var jobs = setting.pick(20, 2);
            // One is enough to warm up: most of the time is spent by programs outside of this JVM.
            for (var round = -1; round < setting.rounds(); round++) {
                var times = round(jobs, plugin.executor(), relay, podman.image(), inputs);
                if (round >= 0) {
                    own.add(p95(times.stream().map(Times::own).toList()));
                    whole.add(p95(times.stream().map(Times::whole).toList()));
                }
            }
            var what = "dispatch a container, p95 of %d: ".formatted(jobs);
            return List.of(
                    Finding.value(name(), what + "the plugin", Spread.of(own), "ms", Goal.atMost(150, "ms")),
                    Finding.value(name(), what + "with Podman", Spread.of(whole), "ms", null));
        } finally {
            server.stop(0);
        }
    }

    /** Not what is mounted in it: had a job not been removed, that would be its disk. */
    private static void delete(Path folder) throws IOException {
        try {
            Command.run(Map.of(), List.of("rm", "-rf", "--one-file-system", folder.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Times> round(
            int jobs, JobExecutor executor, EngineRelay relay, ImageReference image, List<JobInput> inputs) {
        var times = new ArrayList<Times>();
        for (var i = 0; i < jobs; i++) {
            var id = UUID.randomUUID().toString();
            var workload = new Workload(image, List.of("/bin/busybox", "true"), Map.of());
            var job = new Job(id, Digest.of(id.getBytes(UTF_8)), workload, LIMITS, Job.NO_NETWORK, inputs);
            var waited = relay.waited();
            var begun = System.nanoTime();
            try {
                var status = executor.dispatch(job);
                var nanos = System.nanoTime() - begun;
                times.add(new Times((nanos - (relay.waited() - waited)) / 1e6, nanos / 1e6));
                if (status instanceof JobStatus.Refused) {
                    throw new IllegalStateException(status.toString());
                }
            } finally {
                executor.remove(id);
            }
        }
        return times;
    }

    private static double p95(List<Double> times) {
        var sorted = times.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * 95 / 100));
    }

    private static byte[] source(Path folder) throws IOException, InterruptedException {
        var tree = Files.createDirectory(folder.resolve("source"));
        for (var i = 0; i < FILES; i++) {
            Files.write(tree.resolve("file-" + i), random(FILE_BYTES));
        }
        var archive = folder.resolve("source.tar");
        Command.run(Map.of(), List.of("tar", "--format=ustar", "-cf", archive.toString(), "-C", tree.toString(), "."));
        return Files.readAllBytes(archive);
    }

    private static byte[] random(int bytes) {
        var content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    private static JobInput serve(HttpServer server, String path, JobInput.Form form, byte[] content) {
        server.createContext("/" + path, exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
        var source = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
        return new JobInput(path, form, source, Digest.of(content), content.length);
    }
}
