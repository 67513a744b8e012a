package io.animus.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs the benchmarks, prints what they found, and keeps it in {@code target/bench}. */
public final class Bench {
    private static final List<Benchmark> ALL = List.of(
            new CreateRun(),
            new ReadRun(),
            new ListDepth(),
            new TableSize(),
            new Queue(),
            new QueueDepth(),
            new DispatchTime(),
            new PortCallCost(),
            new Swaps(),
            new ContainerDispatch(),
            new AuditTax(),
            new AuditIngest(),
            new AuditSequence(),
            new AuditCover(),
            new AuditSize(),
            new VerifyLog(),
            new SyslogFeed(),
            new SyslogDrain(),
            new Webhooks(),
            new Readiness(),
            new DemoTime());

    private static final String USAGE =
            """
            Usage: benchmarks/run [--only NAME[,NAME…]] [--rounds N] [--quick]
              --only    some of: %s
              --rounds  of each side, after warm-up; default 5
              --quick   one short round, to see that it works: the figures mean nothing
            Exit status: 0 all goals met, 1 some missed, 2 wrong usage.""";

    private Bench() {}

    public static void main(String[] arguments) throws IOException, SQLException, InterruptedException {
        var names = ALL.stream().map(Benchmark::name).toList();
        if (List.of(arguments).contains("--help")) {
            System.out.println(USAGE.formatted(String.join(", ", names)));
            return;
        }
        System.exit(run(setting(arguments, names)).stream().anyMatch(Finding::isMissed) ? 1 : 0);
    }

    private static Setting setting(String[] arguments, List<String> names) {
        try {
            var setting = Setting.of(Arrays.asList(arguments));
            if (!names.containsAll(setting.only())) {
                throw new IllegalArgumentException("there are only the benchmarks " + String.join(", ", names));
            }
            return setting;
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            throw e;
        }
    }

    /** Runs what {@code setting} names. */
    static List<Finding> run(Setting setting) throws IOException, SQLException, InterruptedException {
        var findings = new ArrayList<Finding>();
        for (var benchmark : ALL) {
            if (setting.only().isEmpty() || setting.only().contains(benchmark.name())) {
                var obstacle = benchmark.obstacle(setting);
                if (obstacle.isEmpty()) {
                    System.out.println("Measuring " + benchmark.name() + " …");
                    findings.addAll(benchmark.measure(setting));
                } else {
                    System.out.println("Left out " + benchmark.name() + ": " + obstacle);
                }
            }
        }
        var report = new Report(findings);
        report.write(setting.target().resolve("bench"), setting);
        System.out.println();
        System.out.println(report.table());
        if (setting.isQuick()) {
            System.out.println("A quick run: these figures mean nothing.");
        }
        return findings;
    }
}
