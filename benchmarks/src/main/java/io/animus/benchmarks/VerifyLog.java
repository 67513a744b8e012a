package io.animus.benchmarks;

import io.animus.verifier.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How fast an auditor's machine judges an exported log: a process from its start to its end, on one core. */
final class VerifyLog implements Benchmark {
    @Override
    public String name() {
        return "verify";
    }

    @Override
    public List<Finding> measure(Setting setting) throws IOException, SQLException, InterruptedException {
        var leaves = setting.pick(2_000_000, 2_000);
        var folder = Files.createTempDirectory(Files.createDirectories(setting.target()), "verify");
        try {
            var export = folder.resolve("export.zip");
            var key = ExportedLog.write(export, leaves);
            var rates = new ArrayList<Double>();
            for (var i = 0; i < setting.rounds(); i++) {
                rates.add(leaves / cpuSeconds(export, key) / 1_000);
            }
            return List.of(Finding.value(
                    name(),
                    "animus-verify of %,d leaves, deflated, four disclosures each".formatted(leaves),
                    Spread.of(rates),
                    "k leaves per s of CPU",
                    Goal.atLeast(150, "k leaves per s of CPU")));
        } finally {
            Folders.delete(folder);
        }
    }

    /** Of the whole process, its compilers and collector included. */
    private static double cpuSeconds(Path export, String key) throws IOException, InterruptedException {
        // With those that it has outlived.
        var all = Cpu.of(ProcessHandle.current());
        var own = Cpu.ofThisProcess();
        var before = all.micros() - own.micros();
        Command.run(
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:ActiveProcessorCount=1",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--key",
                        key,
                        export.toString()));
        return (all.micros() - own.micros() - before) / 1e6;
    }
}
