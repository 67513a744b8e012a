package io.animus.plugin.executor.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.animus.api.executor.Job;
import io.animus.api.executor.JobInput;
import io.animus.api.executor.Limits;
import io.animus.api.executor.Workload;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.tck.JobPrograms;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A real engine with a busybox image, a server for inputs, and executors over them. */
final class TestBed implements JobPrograms {
    static final Limits LIMITS = new Limits(1000, 64 << 20, 4 << 20, 32, 0);

    static {
        // Engines try TLS first, for which this server waits: a second is enough.
        System.setProperty("sun.net.httpserver.maxReqTime", "1");
    }

    private static final String IMAGE = "animus/busybox";

    private final BusyboxImage image = BusyboxImage.make("");
    private final Map<String, byte[]> served = new ConcurrentHashMap<>();
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Engine engine;
    private final List<ContainerJobExecutor> executors = new ArrayList<>();

    TestBed(Engine.Brand brand) throws Exception {
        engine = new Engine(brand, registry());
        server.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var content = served.getOrDefault(path, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}".getBytes(UTF_8));
            if (path.contains("/manifests/")) {
                exchange.getResponseHeaders().set("Content-Type", "application/vnd.oci.image.manifest.v1+json");
            }
            exchange.sendResponseHeaders(
                    served.containsKey(path) ? 200 : 404, content.length == 0 ? -1 : content.length);
            if (!exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseBody().write(content);
            }
            exchange.close();
        });
        server.start();
        load(image, IMAGE);
    }

    /** Host and port of a registry that holds what {@link #publish} put there. */
    String registry() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Puts an image into the registry, and says its name there. */
    ImageReference publish(BusyboxImage published, String repository) {
        var place = "/v2/" + repository;
        served.put("/v2/", new byte[0]);
        served.put(place + "/manifests/" + published.digest(), published.manifest());
        served.put(place + "/blobs/" + Digest.of(published.config()), published.config());
        served.put(place + "/blobs/" + Digest.of(published.layer()), published.layer());
        return ImageReference.parse(registry() + "/" + repository + "@" + published.digest());
    }

    /** Has the engine pull an image, and says its name. */
    ImageReference load(BusyboxImage loaded, String repository) throws Exception {
        var reference = publish(loaded, repository);
        engine.run("pull", "--quiet", reference.toString());
        return reference;
    }

    Engine engine() {
        return engine;
    }

    Path workFolder() {
        return engine.file("jobs");
    }

    Settings settings() {
        return settings(false, Map.of());
    }

    Settings settings(boolean pullImages, Map<String, String> networks) {
        return settings(pullImages, networks, false);
    }

    /** With another way to the engine. */
    Settings settings(List<Path> sockets) {
        return settings(sockets, false, Map.of(), false);
    }

    Settings settings(boolean pullImages, Map<String, String> networks, boolean userNamespaces) {
        return settings(List.of(engine.socket()), pullImages, networks, userNamespaces);
    }

    private Settings settings(
            List<Path> sockets, boolean pullImages, Map<String, String> networks, boolean userNamespaces) {
        return new Settings(
                "test",
                sockets,
                workFolder(),
                pullImages,
                networks,
                "10001:10001",
                userNamespaces,
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                256,
                1 << 20,
                64 << 10,
                1 << 20);
    }

    ContainerJobExecutor executor() {
        return executor(settings());
    }

    ContainerJobExecutor executor(Settings settings) {
        var executor = new ContainerJobExecutor(settings, InstantSource.system(), PluginRoutes::start);
        executors.add(executor);
        return executor;
    }

    /** A job of one shell script. */
    Job job(String dispatchId, String script, JobInput... inputs) {
        return job(dispatchId, script, LIMITS, Job.NO_NETWORK, inputs);
    }

    Job job(String dispatchId, String script, Limits limits, String network, JobInput... inputs) {
        var spec = Digest.of((script + limits + network).getBytes(UTF_8));
        return new Job(dispatchId, spec, shell(script), limits, network, List.of(inputs));
    }

    Workload shell(String script) {
        return workload(image.digest(), List.of("sh", "-c", script));
    }

    Workload workload(Digest digest, List<String> command) {
        return new Workload(
                ImageReference.parse(registry() + "/" + IMAGE + "@" + digest), command, Map.of("ANIMUS", "yes"));
    }

    BusyboxImage image() {
        return image;
    }

    /** Tells a job that waits for {@code /out/go} to go on. */
    void letGo(String dispatchId) throws Exception {
        var folder = new JobFolder(workFolder().resolve(dispatchId));
        Files.createFile(folder.outputs().mountPoint().resolve("go"));
    }

    @Override
    public Workload workload(Program program) {
        UnaryOperator<String> ready = script -> "echo ready; " + script;
        return shell(
                switch (program) {
                    case SUCCEEDS ->
                        ready.apply("echo second; echo done > /out/result.txt; mkdir /out/sub; : > /out/sub/empty");
                    case EXITS_3 -> ready.apply("echo failing >&2; exit 3");
                    case WAITS ->
                        "trap 'exit 0' TERM; "
                                + ready.apply("i=0; while test $i -lt 6000; do sleep 0.1; i=$((i+1)); done");
                    case IGNORES_SIGTERM -> "trap '' TERM; " + ready.apply("sleep 600");
                    case EATS_MEMORY -> ready.apply("exec awk 'BEGIN { s = \"x\"; while (1) s = s s }'");
                    case FILLS_STORAGE -> ready.apply("dd if=/dev/zero of=/out/big bs=64k count=1000 || exit 1");
                    case COPIES_INPUT ->
                        ready.apply("cp /in/data /out/data; test ! -e /in/tree/a.txt || cp /in/tree/a.txt /out/a.txt");
                    case LEAVES_A_LINK -> ready.apply("echo -n kept > /out/kept; ln -s /etc/passwd /out/link");
                    case PRINTS_A_LONG_LINE ->
                        ready.apply("awk 'BEGIN { while (i++ < 20000) s = s \"x\"; print s; print \"last\" }'");
                });
    }

    @Override
    public Workload unknownImage() {
        return workload(Digest.of(new byte[] {1}), List.of("true"));
    }

    @Override
    public JobInput serve(String path, JobInput.Form form, byte[] content) {
        var place = "/" + served.size() + "-" + path.replace('/', '-');
        served.put(place, content);
        var source = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + place + "?signature=s3cret");
        return new JobInput(path, form, source, Digest.of(content), content.length);
    }

    @Override
    public JobInput absent(String path) {
        var source = URI.create("http://" + registry() + "/absent?signature=s3cret");
        return new JobInput(path, JobInput.Form.FILE, source, Digest.of(new byte[0]), 0);
    }

    /** Removes all jobs, ends all executors and says what is left of any job on this machine. */
    List<String> clear() throws Exception {
        var cleaner = executor();
        cleaner.jobs().forEach(j -> cleaner.remove(j.dispatchId()));
        executors.forEach(ContainerJobExecutor::close);
        executors.clear();
        return leftovers();
    }

    private List<String> leftovers() throws Exception {
        var left = new ArrayList<String>();
        left.addAll(engine.run("ps", "--all", "--quiet").lines().toList());
        left.addAll(engine.run("volume", "ls", "--quiet").lines().toList());
        left.addAll(loopDevices());
        left.addAll(Files.readString(Path.of("/proc/self/mounts"))
                .lines()
                .filter(m -> m.contains(workFolder().toString()))
                .toList());
        try (var files = Files.list(workFolder())) {
            files.map(f -> f.getFileName().toString())
                    .filter(f -> !List.of(".lock", ".data-plane").contains(f))
                    .forEach(left::add);
        }
        return left;
    }

    /** Files behind loop devices. One that is freed goes when the last program that looks at it is done. */
    private List<String> loopDevices() throws Exception {
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            var found = HostCommand.run("losetup", "--list", "--noheadings", "--output", "BACK-FILE")
                    .lines()
                    .filter(f -> f.contains(workFolder().toString()))
                    .toList();
            if (found.isEmpty() || System.nanoTime() > deadline) {
                return found;
            }
            Thread.sleep(20);
        }
    }

    void stop() throws Exception {
        server.stop(0);
        engine.stop();
    }

    /** The text of a failure, for assertions that secrets stay out of it. */
    static String texts(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
