package io.animus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;

/** Creating a run over REST, beside the least that keeps the same rows. */
final class CreateRun implements Benchmark {
    @Override
    public String name() {
        return "create-run";
    }

    @Override
    public String obstacle(Setting setting) {
        return Files.exists(Hub.archive(setting)) ? "" : "the distribution isn't built";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        try (var bed = new RestBed(setting, name())) {
            var series = bed.compare(setting, bed::createOnHub, bed::createOnFloor);
            return List.of(Finding.rate(
                    name(),
                    "create a run over REST, " + RestBed.terms(),
                    "JDK HTTP server, one INSERT of the same rows",
                    series,
                    Goal.atLeast(0.5, Goal.RATIO)));
        }
    }
}
