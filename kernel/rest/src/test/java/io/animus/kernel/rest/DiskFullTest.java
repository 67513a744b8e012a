package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.animus.api.types.TypeId;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PostgreSQL has no room left while requests come: nothing is done without its audit event. Needs root, for the mount. */
class DiskFullTest {
    private static final int CALLERS = 3;
    private static final int REFUSALS = 6;
    private static final int MEGABYTE = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private final AtomicInteger names = new AtomicInteger();
    private Path disk;
    private LogOfAHub log;

    /** What somebody asked for, and what came of it. */
    private record Tried(String name, Client.Reply reply) {
        boolean isDone() {
            return reply.status() == 201;
        }
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root may mount");
        disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=256m,mode=0711", "animus", disk.toString()), "no mount");
        log = new LogOfAHub(disk);
    }

    @AfterEach
    void stop() throws Exception {
        if (log != null) {
            log.close();
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    /** With a megabyte left tables can't grow; with twelve there is no room for the next segment of the write-ahead log. */
    @ParameterizedTest
    @CsvSource({"1, false", "12, true"})
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void nothingIsDoneWithoutItsEvent(int megabytes, boolean othersWrite) throws Exception {
        log.grow(20);
        var older = log.checkpointOf(log.export("older.zip"));
        var admin = log.hub().client("admin", "platform-admin");
        var filler = fill(megabytes);

        var tried = load(admin, othersWrite);
        Files.delete(filler);
        var first = awaitDone(admin);

        assertThat(tried).anyMatch(Tried::isDone).anyMatch(one -> one.reply().status() == 503);
        for (var one : tried) {
            assertThat(one.reply().status()).as(one.reply().body()).isIn(201, 401, 503);
            if (one.reply().status() == 503) {
                assertThat(one.reply().text("code")).isEqualTo("DATABASE_UNAVAILABLE");
                assertThat(one.reply().header("Audit-Event")).isEmpty();
                // Again under its name: now, or at the end of the first attempt after all.
                assertThat(create(admin, one.name()).reply().status()).isIn(201, 409);
            } else {
                var event = one.reply().header("Audit-Event");
                assertThat(count("select count(*) from audit_event where id = '" + new TypeId(event).number() + "'"))
                        .isEqualTo(1);
            }
        }
        assertNothingHalfDone(tried);
        log.awaitCovered(first.reply().header("Audit-Event"));
        awaitClosed();
        log.awaitCovered(log.refusedEvent());
        var verdict = log.judge(log.export("after.zip"), "--older-checkpoint", older);
        assertThat(verdict.status()).as(verdict.json().toString()).isZero();
    }

    private List<Tried> load(Client admin, boolean othersWrite) throws Exception {
        var full = new AtomicInteger();
        var over = new AtomicBoolean();
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        Callable<List<Tried>> caller = () -> {
            var all = new ArrayList<Tried>();
            while (full.get() < REFUSALS && System.nanoTime() < deadline) {
                var name = "p-" + names.incrementAndGet();
                all.add(create(admin, name));
                all.add(new Tried(name, refused()));
                if (all.get(all.size() - 2).reply().status() == 503) {
                    full.incrementAndGet();
                }
            }
            return all;
        };
        var threads = Executors.newFixedThreadPool(CALLERS + 1);
        try {
            if (othersWrite) {
                threads.submit(() -> write(over));
            }
            var callers = new ArrayList<Future<List<Tried>>>();
            for (var i = 0; i < CALLERS; i++) {
                callers.add(threads.submit(caller));
            }
            var tried = new ArrayList<Tried>();
            for (var each : callers) {
                tried.addAll(each.get());
            }
            return tried;
        } finally {
            over.set(true);
            threads.shutdown();
        }
    }

    /** Writes and forgets: the tables stay small, and the write-ahead log goes on. */
    private Void write(AtomicBoolean over) throws SQLException {
        try (var owner = log.hub().owner();
                var sql = owner.createStatement()) {
            sql.execute("create table scratch (text text)");
            while (!over.get()) {
                sql.execute("insert into scratch select md5(random()::text) from generate_series(1, 10000)");
                sql.execute("truncate scratch");
            }
        }
        return null;
    }

    // One request at a time waits for the attempts to start the server again, longer than a client usually would.
    private Client.Reply refused() {
        var anybody = log.hub().client();
        return anybody.send(anybody.request("/api/v1/me").timeout(PATIENCE).GET());
    }

    private static Tried create(Client admin, String name) {
        var body = "{\"name\": \"%s\", \"owners\": [{\"kind\": \"serviceAccount\", \"id\": \"%s\"}]}"
                .formatted(name, admin.account());
        var request = admin.request("/api/v1/projects", "Content-Type", "application/json")
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(body));
        return new Tried(name, admin.send(request));
    }

    private Tried awaitDone(Client admin) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var tried = create(admin, "p-" + names.incrementAndGet());
            if (tried.isDone()) {
                return tried;
            }
            assertThat(System.nanoTime()).as("time until there is room again").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    /** A hub that gave no sign of life for long goes on under another name, and closes the account of the first. */
    private void awaitClosed() throws SQLException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (count("select count(*) from audit_node where ended_at is null") > 1) {
            assertThat(System.nanoTime()).as("time until lost lives are closed").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    /** A project, its owner's role and the event of its creation are there or not, together. */
    private void assertNothingHalfDone(List<Tried> tried) throws SQLException {
        var projects = count("select count(*) from project");
        assertThat(projects)
                .isGreaterThanOrEqualTo(tried.stream().filter(Tried::isDone).count());
        assertThat(count("select count(*) from project join audit_event on resource_id = project.id"
                        + " and action = 'project.created' and outcome = 'success'"))
                .isEqualTo(projects)
                .isEqualTo(count("select count(*) from audit_event where action = 'project.created'"));
        assertThat(count("select count(distinct project_id) from role_binding")).isEqualTo(projects);
        assertThat(count("select count(*) from audit_disclosure")).isEqualTo(count("select count(*) from audit_event"));
    }

    private Path fill(int megabytes) throws IOException {
        var filler = disk.resolve("filler");
        var zeros = new byte[MEGABYTE];
        var room = Files.getFileStore(disk).getUsableSpace() / MEGABYTE;
        try (var out = Files.newOutputStream(filler)) {
            for (var i = 0L; i < room - megabytes; i++) {
                out.write(zeros);
            }
        }
        return filler;
    }

    private long count(String query) throws SQLException {
        try (var owner = log.hub().owner();
                var sql = owner.createStatement();
                var rows = sql.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }
}
