package io.animus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** How long the hub takes to be ready, what memory it then holds, and how large it is; beside the Karaf that it is built on. */
final class Readiness implements Benchmark {
    private static final double MEGA = 1e6;

    /** A life of a server: its first start, and one after that. */
    private record Life(Load first, Load again, double idleMegabytes) {}

    @Override
    public String name() {
        return "ready";
    }

    @Override
    public String obstacle(Setting setting) {
        return Files.exists(Hub.archive(setting)) && Files.exists(Karaf.archive(setting))
                ? ""
                : "the distribution isn't built";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var folder = Files.createTempDirectory("animus-bench-" + name());
        try {
            var idle = setting.pick(10, 1);
            var lives = Series.interleaved(
                    0,
                    setting.rounds(),
                    () -> live(Hub.unpacked(setting, fresh(folder, "hub")), idle),
                    () -> live(Karaf.unpacked(setting, fresh(folder, "karaf")), idle));
            var size = Files.size(Hub.archive(setting)) / MEGA;
            return List.of(
                    ready("first start", lives, Life::first),
                    ready("start", lives, Life::again),
                    new Finding(
                            name(),
                            Side.plain("idle memory (RSS) of the hub's JVM", lives.ofOurs(Life::idleMegabytes), "MB"),
                            Side.plain("of bare Karaf's", lives.ofPeers(Life::idleMegabytes), "MB"),
                            lives.compared((ours, peer) -> ours.idleMegabytes() - peer.idleMegabytes()),
                            "MB more",
                            Goal.atMost(200, "MB more")),
                    Finding.value(
                            name(), "size of the archive", Spread.of(List.of(size)), "MB", Goal.atMost(90, "MB")));
        } finally {
            Folders.delete(folder);
        }
    }

    private Finding ready(String which, Series<Life> lives, Function<Life, Load> start) {
        ToDoubleFunction<Life> seconds = life -> start.apply(life).wallNanos() / 1e9;
        ToDoubleFunction<Life> cpu = life -> start.apply(life).cpu();
        return new Finding(
                name(),
                new Side("hub ready, " + which, lives.ofOurs(seconds), "s", lives.ofOurs(cpu), null),
                new Side("bare Karaf ready, " + which, lives.ofPeers(seconds), "s", lives.ofPeers(cpu), null),
                lives.compared((ours, peer) -> seconds.applyAsDouble(ours) / seconds.applyAsDouble(peer)),
                Goal.RATIO,
                Goal.atMost(2, Goal.RATIO));
    }

    private static Path fresh(Path folder, String name) throws IOException {
        var own = folder.resolve(name);
        if (Files.exists(own)) {
            Folders.delete(own);
        }
        return Files.createDirectory(own);
    }

    private static Life live(Server server, int idleSeconds) throws IOException, InterruptedException {
        try (server) {
            var first = start(server);
            server.stop();
            var again = start(server);
            TimeUnit.SECONDS.sleep(idleSeconds);
            var life = new Life(first, again, residentMegabytes(server.process()));
            server.stop();
            return life;
        }
    }

    private static Load start(Server server) throws IOException, InterruptedException {
        var begun = System.nanoTime();
        server.launch();
        var deadline = begun + TimeUnit.MINUTES.toNanos(5);
        while (!server.isReady()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("not ready after five minutes: " + server);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        var wall = System.nanoTime() - begun;
        return new Load(1, wall, Cpu.of(server.process()).micros(), 0);
    }

    private static double residentMegabytes(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum()
                * 1024
                / MEGA;
    }
}
