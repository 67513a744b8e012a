package io.animus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;

/** Reading a run over REST, beside the least that finds it by its key. */
final class ReadRun implements Benchmark {
    private static final String FLOOR = "JDK HTTP server, one SELECT by key";

    @Override
    public String name() {
        return "read-run";
    }

    @Override
    public String obstacle(Setting setting) {
        return Files.exists(Hub.archive(setting)) ? "" : "the distribution isn't built";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        try (var bed = new RestBed(setting, name())) {
            bed.createOnFloor();
            bed.settle();
            var ids = bed.runs(2_000);
            var series = bed.compare(setting, () -> bed.readOnHub(ids), () -> bed.readOnFloor(ids));
            var bare = bed.compare(setting, bed::askVersion, () -> bed.readOnFloor(ids));
            return List.of(
                    Finding.rate(
                            name(),
                            "read a queued run over REST, " + RestBed.terms(),
                            FLOOR,
                            series,
                            Goal.atLeast(0.6, Goal.RATIO)),
                    Finding.rate(
                            name(), "the version, through the same stack without the database", FLOOR, bare, null));
        }
    }
}
