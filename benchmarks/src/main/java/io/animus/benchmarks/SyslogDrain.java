package io.animus.benchmarks;

import io.animus.api.tck.TlsCertificates;
import io.animus.kernel.core.BareLog;
import io.animus.kernel.store.postgres.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * What a sink that catches up costs those who work with the hub: runs are created over REST at a steady rate while the shipped
 * hub feeds a new sink the whole log, and at the same rate for as long while it feeds none. rsyslog, PostgreSQL, the hub and
 * the callers share the machine.
 */
final class SyslogDrain implements Benchmark {
    private static final int PER_SECOND = 100;
    private static final int CLIENTS = 8;
    private static final long EACH_NANOS = TimeUnit.SECONDS.toNanos(1) * CLIENTS / PER_SECOND;
    private static final int CREATED = 201;
    private static final int TOGETHER = 500;

    /** A round: how long the slowest hundredth of the requests took at least, and what was drained meanwhile. */
    private record Round(double p99, long nanos, long drained) {
        double perSecond() {
            return drained * 1e9 / nanos;
        }
    }

    /** Hub, database, and the certificates of receivers. */
    private record Scene(Bed bed, Hub hub, Requests requests, TlsCertificates certificates) {}

    @Override
    public String name() {
        return "siem-drain";
    }

    @Override
    public String obstacle(Setting setting) {
        if (!Files.exists(Hub.archive(setting))) {
            return "the distribution isn't built";
        }
        return Files.isExecutable(SyslogServer.PROGRAM) ? "" : "rsyslog and rsyslog-gnutls aren't installed";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        try (var opened = new Opened()) {
            var scene = scene(setting, opened);
            record(scene.bed(), setting.pick(250_000, 2_000));
            var drains = new ArrayList<Round>();
            Series.Round<Round> ours = () -> {
                var round = drain(scene, drains.size());
                drains.add(round);
                return round;
            };
            // As long as the drain before it; the first one has none.
            Series.Round<Round> peer = () -> {
                var nanos = drains.isEmpty()
                        ? TimeUnit.SECONDS.toNanos(setting.pick(8, 1))
                        : drains.get(drains.size() - 1).nanos();
                var end = System.nanoTime() + nanos;
                return new Round(p99(scene, () -> System.nanoTime() > end), nanos, 0);
            };
            // By the times of single drains, the hub's compilers are at work for more than the first four.
            var series = Series.interleaved(2 * setting.warmUps(), setting.rounds(), ours, peer);
            return List.of(
                    new Finding(
                            name(),
                            Side.plain(
                                    "create a run while a sink catches up, %d a second, p99".formatted(PER_SECOND),
                                    series.ofOurs(Round::p99),
                                    "ms"),
                            Side.plain("the same while none does", series.ofPeers(Round::p99), "ms"),
                            series.compared((a, b) -> a.p99() / b.p99()),
                            Goal.RATIO,
                            Goal.atMost(1.2, Goal.RATIO)),
                    Finding.value(
                            name(),
                            "a backlog drains meanwhile",
                            series.ofOurs(Round::perSecond),
                            "/s",
                            Goal.atLeast(20_000, "/s")));
        }
    }

    private static Scene scene(Setting setting, Opened opened) throws IOException, SQLException, InterruptedException {
        var bed = opened.add(new Bed(setting, "siem-drain"));
        new Database(bed.access()).close();
        Requests requests;
        try (var connection = bed.asHub()) {
            requests = Requests.of(Seed.sow(connection));
        }
        var hub = opened.add(Hub.unpacked(setting, bed.folder()));
        hub.configure(bed.access());
        hub.start();
        return new Scene(bed, hub, requests, TlsCertificates.in(bed.folder()));
    }

    /** Returns once the hub has all of it in the log. */
    private static void record(Bed bed, int events) throws SQLException, InterruptedException {
        try (var log = new BareLog(bed.access(), bed.folder().resolve("keys"))) {
            for (var done = 0; done < events; done += TOGETHER) {
                log.record(TOGETHER);
            }
            while (log.size() < events) {
                Thread.sleep(20);
            }
        }
        bed.settle();
    }

    /** A sink that was never there before gets everything from the first leaf on. */
    private static Round drain(Scene scene, int number) throws IOException, SQLException, InterruptedException {
        var folder = Files.createDirectories(scene.bed().folder().resolve("syslog-" + number));
        var file = scene.hub().home().resolve("etc/io.animus.plugin.siem.syslog-drain.cfg");
        try (var server = new SyslogServer(folder, scene.certificates())) {
            var backlog = size(scene.bed());
            plug(scene, file, number, server.port());
            server.await(1);
            var begun = System.nanoTime();
            var over = new AtomicBoolean();
            var watcher = new Thread(() -> watch(server, backlog - 1, over), "bench-drained");
            watcher.start();
            var p99 = p99(scene, over::get);
            var took = System.nanoTime() - begun;
            watcher.join();
            Files.delete(file);
            server.awaitNobody();
            return new Round(p99, took, backlog);
        } finally {
            Files.deleteIfExists(file);
            Folders.delete(folder);
        }
    }

    private static void plug(Scene scene, Path file, int number, int port) throws IOException {
        var made = Files.writeString(
                scene.bed().folder().resolve("sink.cfg"),
                """
                instance = drain-%d
                host = 127.0.0.1
                port = %d
                ca_file = %s
                """
                        .formatted(number, port, scene.certificates().authority()));
        Files.move(made, file);
    }

    private static void watch(SyslogServer server, long lines, AtomicBoolean over) {
        try {
            server.await(lines);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over.set(true);
        }
    }

    /** Until when requests go on. */
    @FunctionalInterface
    private interface End {
        boolean isReached();
    }

    /** In milliseconds, from when a request was due: one that had to wait for another has waited too. */
    private static double p99(Scene scene, End end) throws InterruptedException {
        var took = Collections.synchronizedList(new ArrayList<Long>());
        new Crowd(CLIENTS).run(client -> {
            var script = scene.requests().creating();
            var due = System.nanoTime() + EACH_NANOS * client / CLIENTS;
            try (var connection = new HttpConnection(scene.hub().port())) {
                for (; !end.isReached(); due += EACH_NANOS) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    connection.exchange(script.next(), CREATED);
                    took.add(System.nanoTime() - due);
                }
            }
            return 0;
        });
        var sorted = took.stream().sorted().toList();
        return sorted.get(sorted.size() * 99 / 100) / 1e6;
    }

    private static long size(Bed bed) throws SQLException {
        try (var connection = bed.asHub();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select size from audit_log")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
