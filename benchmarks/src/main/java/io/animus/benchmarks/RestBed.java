package io.animus.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.animus.kernel.store.postgres.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Hub and floor side by side, each a process of its own, on one PostgreSQL with the same number of connections and under the
 * same number of clients.
 */
final class RestBed implements AutoCloseable {
    // What the hub's pool holds.
    private static final int CONNECTIONS = 18;
    private static final int CLIENTS = 16;
    private static final int CREATED = 201;
    private static final int OK = 200;
    private static final int MOST_WARM_UPS = 90;
    /** The hub is warm once its compilers have taken no more than that part of its CPU for so many rounds. */
    private static final double QUIET = 0.05;

    private static final int QUIET_ROUNDS = 2;

    private final Opened opened = new Opened();
    private final Bed bed;
    private final Requests requests;
    private final Clients ofHub;
    private final Clients ofFloor;
    private final Cpu compilers;
    private final Meter hubMeter;
    private final Meter floorMeter;
    private final long millis;

    RestBed(Setting setting, String name) throws IOException, SQLException, InterruptedException {
        millis = setting.pick(4_000, 500);
        try {
            bed = opened.add(new Bed(setting, name));
            // Makes the tables.
            new Database(bed.access()).close();
            try (var connection = bed.asHub()) {
                requests = Requests.of(Seed.sow(connection));
            }
            var hub = opened.add(Hub.unpacked(setting, bed.folder()));
            hub.configure(bed.access());
            keepOutbox(bed);
            hub.start();
            var floor = opened.add(FloorProcess.start(bed, create(hub, requests), CONNECTIONS));
            ofHub = new Clients(CLIENTS, hub.port());
            ofFloor = new Clients(CLIENTS, floor.port());
            compilers = Cpu.ofCompilers(hub.process());
            hubMeter = new Meter(Cpu.of(hub.process()), bed.cpu());
            floorMeter = new Meter(floor.cpu(), bed.cpu());
        } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Leaves the rows of the outbox where they are, on both sides: what carries them out is measured elsewhere. */
    private void keepOutbox(Bed bed) throws SQLException {
        var session = bed.asHub();
        opened.add(() -> end(session));
        try (var lock = session.prepareStatement("select pg_advisory_lock(?)")) {
            lock.setLong(1, "animus/courier".hashCode());
            lock.execute();
        }
    }

    private static void end(Connection session) throws IOException {
        try {
            session.close();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /** Both sides in turns, once the hub is as warm as the peer, which has less code and answers more in the same time. */
    Series<Load> compare(Setting setting, Series.Round<Load> hub, Series.Round<Load> floor)
            throws IOException, SQLException, InterruptedException {
        // A compiler counts calls and not seconds: the slower side would be measured half compiled.
        var quiet = 0;
        for (var round = 0; round < setting.pick(MOST_WARM_UPS, 1) && quiet < QUIET_ROUNDS; round++) {
            var before = compilers.micros();
            var load = hub.run();
            quiet = compilers.micros() - before < QUIET * load.cpuMicros() ? quiet + 1 : 0;
        }
        return Series.interleaved(setting.warmUps(), setting.rounds(), hub, floor);
    }

    Load createOnHub() throws IOException, SQLException, InterruptedException {
        return hubMeter.measure(() -> ofHub.run(millis, CREATED, client -> requests.creating()));
    }

    Load createOnFloor() throws IOException, SQLException, InterruptedException {
        return floorMeter.measure(() -> ofFloor.run(millis, CREATED, client -> requests.creating()));
    }

    Load readOnHub(List<String> ids) throws IOException, SQLException, InterruptedException {
        return hubMeter.measure(() -> ofHub.run(millis, OK, client -> requests.reading(ids, client * 37)));
    }

    Load readOnFloor(List<String> ids) throws IOException, SQLException, InterruptedException {
        return floorMeter.measure(() -> ofFloor.run(millis, OK, client -> requests.reading(ids, client * 37)));
    }

    /** What an answer costs that needs neither a caller nor the database: HTTP server and JAX-RS alone. */
    Load askVersion() throws IOException, SQLException, InterruptedException {
        return hubMeter.measure(() -> ofHub.run(millis, OK, client -> requests.asking("/version")));
    }

    /** Runs that were created here, at most {@code most}. */
    List<String> runs(int most) throws SQLException {
        var ids = new ArrayList<String>();
        try (var connection = bed.asHub();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from run order by id limit " + most)) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    /** Leaves the tables as autovacuum would after a while. */
    void settle() throws SQLException {
        bed.settle();
    }

    /** What both sides have in common, in words. */
    static String terms() {
        return "%d clients, %d connections".formatted(CLIENTS, CONNECTIONS);
    }

    private static String create(Hub hub, Requests requests) throws IOException {
        try (var connection = new HttpConnection(hub.port())) {
            var answer = connection.exchange(requests.creating().next(), CREATED);
            var run = JsonMapper.builder().build().readTree(new String(answer, UTF_8));
            return run.path("id").textValue();
        }
    }

    @Override
    public void close() throws IOException {
        opened.close();
    }
}
