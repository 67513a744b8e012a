package io.animus.benchmarks;

import io.animus.kernel.core.BareSwaps;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What it costs to put another version in a plugin's place while it is called 200 times a second: whoever calls, and beside a
 * framework that installs the new one and uninstalls the old one under as many calls. The hub's side is that of one node: its packages, files and
 * checks, but not the event in the database.
 */
final class Swaps implements Benchmark {
    private static final int PER_SECOND = 200;
    private static final Duration WINDOW = Duration.ofSeconds(2);
    private static final String WELL = "well";

    private int version;

    /** A round: the slowest hundredth of swaps and of calls, in ms, and how many calls were lost. */
    private record Round(double swapP99, double callP99, long lost) {}

    /** A plugin of the hub, and what its versions were loaded by. */
    private record Scene(
            Path folder, BareSwaps hub, SwapFramework bare, Collection<WeakReference<ClassLoader>> loaders) {}

    @Override
    public String name() {
        return "swaps";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var folder = Files.createDirectories(setting.target().resolve("bench/swaps"));
        Folders.delete(folder);
        Files.createDirectories(folder);
        try (var opened = new Opened()) {
            var felix = opened.add(new SwapFramework(folder.resolve("cache")));
            var hub = opened.add(new BareSwaps(felix.context(), folder, WINDOW));
            var bare = opened.add(new SwapFramework(folder.resolve("bare")));
            var scene = new Scene(folder, hub, bare, new ArrayList<>());
            hub.install(next(WELL).in(folder));
            return measure(setting, scene);
        } finally {
            Folders.delete(folder);
        }
    }

    private List<Finding> measure(Setting setting, Scene scene) throws IOException, SQLException, InterruptedException {
        var swaps = setting.pick(200, 3);
        var quiet = new ArrayList<Double>();
        Series.Round<Round> ours = () -> swapInHub(scene, swaps);
        Series.Round<Round> peer = () -> swapBare(scene, swaps);
        Series.interleaved(setting.warmUps(), 0, ours, peer);
        scene.loaders().clear();
        for (var i = 0; i < setting.rounds(); i++) {
            quiet.add(callsAlone(scene, setting.pick(3, 1)));
        }
        var heap = usedHeap();
        var series = Series.interleaved(0, setting.rounds(), ours, peer);
        var growth = usedHeap() - heap;
        var added = new Series<>(
                series.ours(), quiet.stream().map(p99 -> new Round(0, p99, 0)).toList());
        return List.of(
                new Finding(
                        name(),
                        Side.plain(
                                "a swap by the hub, p99 of %d".formatted(swaps), series.ofOurs(Round::swapP99), "ms"),
                        Side.plain("install and uninstall in Felix, p99", series.ofPeers(Round::swapP99), "ms"),
                        series.compared((a, b) -> a.swapP99() / b.swapP99()),
                        Goal.RATIO,
                        Goal.atMost(2, Goal.RATIO)),
                new Finding(
                        name(),
                        Side.plain("calls while it is swapped, p99", added.ofOurs(Round::callP99), "ms"),
                        Side.plain("calls while it is not, p99", added.ofPeers(Round::callP99), "ms"),
                        added.compared((a, b) -> a.callP99() - b.callP99()),
                        "ms more",
                        Goal.atMost(100, "ms more")),
                value("calls lost in a round", series.ofOurs(Round::lost), "calls", 0),
                value("growth of the heap by all swaps", one(growth / (1 << 20)), "MiB", 1),
                value("versions still loaded, beside the one that serves", one(left(scene) - 1), "class loaders", 0),
                value("taking back a sick version, after its time is over", takenBack(setting, scene), "ms", 1_000));
    }

    private Finding value(String what, Spread value, String unit, int most) {
        return Finding.value(name(), what, value, unit, Goal.atMost(most, unit));
    }

    private static Spread one(double value) {
        return Spread.of(List.of(value));
    }

    private SwapJar next(String health) {
        return new SwapJar(++version, health);
    }

    private Round swapInHub(Scene scene, int swaps) throws IOException {
        var took = new ArrayList<Long>();
        var calls = new EvenCalls(PER_SECOND, scene.hub()::ask);
        try (calls) {
            for (var i = 0; i < swaps; i++) {
                var file = next(WELL).in(scene.folder());
                var started = System.nanoTime();
                scene.hub().swap(file);
                took.add(System.nanoTime() - started);
                scene.loaders().add(new WeakReference<>(scene.hub().classes()));
                Files.delete(file);
            }
        }
        return new Round(p99(took), calls.p99(), calls.failed());
    }

    private Round swapBare(Scene scene, int swaps) throws IOException {
        var took = new ArrayList<Long>();
        var calls = new EvenCalls(PER_SECOND, scene.bare()::ask);
        try (calls) {
            for (var i = 0; i < swaps; i++) {
                var jar = next(WELL);
                var content = jar.content();
                var started = System.nanoTime();
                scene.bare().swap(jar.version(), content);
                took.add(System.nanoTime() - started);
            }
        }
        return new Round(p99(took), 0, 0);
    }

    private static double callsAlone(Scene scene, int seconds) {
        var calls = new EvenCalls(PER_SECOND, scene.hub()::ask);
        try (calls) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
        }
        return calls.p99();
    }

    private Spread takenBack(Setting setting, Scene scene) throws IOException {
        var took = new ArrayList<Double>();
        for (var i = 0; i < setting.rounds(); i++) {
            var file = next("sick").in(scene.folder());
            var started = System.nanoTime();
            if (!scene.hub().isTakenBack(file)) {
                throw new IllegalStateException("a sick version was let in");
            }
            took.add((System.nanoTime() - started - WINDOW.toNanos()) / 1e6);
            scene.hub().ask();
        }
        return Spread.of(took);
    }

    /** How many of the versions are still loaded, after as much collecting as it takes. */
    private static double left(Scene scene) {
        var left = scene.loaders().size();
        for (var i = 0; i < 50 && left > 1; i++) {
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            left = (int)
                    scene.loaders().stream().filter(one -> !one.refersTo(null)).count();
        }
        return left;
    }

    private static double usedHeap() {
        // What is looked at some time after a swap is let go of by then.
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - (double) runtime.freeMemory();
    }

    /** In ms. */
    static double p99(Collection<Long> nanos) {
        var sorted = nanos.stream().sorted().toList();
        return sorted.get(sorted.size() * 99 / 100) / 1e6;
    }
}
