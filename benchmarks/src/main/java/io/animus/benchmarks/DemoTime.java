package io.animus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long a newcomer waits for the demo on a machine that has run it before. */
final class DemoTime implements Benchmark {
    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String obstacle(Setting setting) {
        return Files.exists(command(setting)) ? "" : "this is no checkout";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var demo = List.of(command(setting).toString(), "demo");
        if (!setting.isQuick()) {
            Command.run(Map.of(), demo);
        }
        var seconds = new ArrayList<Double>();
        for (var i = 0; i < setting.rounds(); i++) {
            var begun = System.nanoTime();
            Command.run(Map.of(), demo);
            seconds.add((System.nanoTime() - begun) / 1e9);
        }
        return List.of(Finding.value(name(), "./animus demo, warm", Spread.of(seconds), "s", Goal.atMost(90, "s")));
    }

    private static Path command(Setting setting) {
        return setting.module().toAbsolutePath().resolveSibling("animus");
    }
}
