package io.animus.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Findings for people and for programs. */
final class Report {
    private static final List<String> HEADINGS = List.of(
            "benchmark",
            "side",
            "median (min – max)",
            "CPU µs/op",
            "PostgreSQL CPU µs/op",
            "result (min – max)",
            "goal");

    private final List<Finding> findings;

    Report(List<Finding> findings) {
        this.findings = List.copyOf(findings);
    }

    /** Writes {@code results.json} and {@code results.md}. */
    void write(Path folder, Setting setting) throws IOException {
        Files.createDirectories(folder);
        var json = JsonMapper.builder().build();
        var root = json.createObjectNode();
        root.put("quick", setting.isQuick());
        root.put("rounds", setting.rounds());
        root.put("java", Runtime.version().toString());
        root.put("processors", Runtime.getRuntime().availableProcessors());
        var list = root.putArray("findings");
        for (var finding : findings) {
            var node = list.addObject();
            node.put("benchmark", finding.benchmark());
            put(node.putObject("ours"), finding.ours());
            var peer = finding.peer();
            if (peer != null) {
                put(node.putObject("peer"), peer);
            }
            put(node.putObject("result"), finding.result()).put("unit", finding.resultUnit());
            var goal = finding.goal();
            if (goal != null) {
                node.put("goal", goal.toString()).put("met", !finding.isMissed());
            }
        }
        Files.writeString(
                folder.resolve("results.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
        Files.writeString(folder.resolve("results.md"), markdown());
    }

    String markdown() {
        var rows = rows();
        rows.add(1, HEADINGS.stream().map(heading -> "---").toList());
        return rows.stream().map(row -> "| " + String.join(" | ", row) + " |\n").collect(Collectors.joining());
    }

    /** With columns in line. */
    String table() {
        var rows = rows();
        var widths = new int[HEADINGS.size()];
        for (var row : rows) {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (var row : rows) {
            for (var i = 0; i < widths.length; i++) {
                text.append(String.format("%-" + (widths[i] + 2) + "s", row.get(i)));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private List<List<String>> rows() {
        var rows = new ArrayList<List<String>>();
        rows.add(HEADINGS);
        for (var finding : findings) {
            var goal = finding.goal();
            var verdict = goal == null ? "" : goal + (finding.isMissed() ? ": missed" : ": met");
            rows.add(row(finding.benchmark(), finding.ours(), text(finding.result(), finding.resultUnit()), verdict));
            var peer = finding.peer();
            if (peer != null) {
                rows.add(row("", peer, "", ""));
            }
        }
        return rows;
    }

    private static List<String> row(String benchmark, Side side, String result, String verdict) {
        return List.of(
                benchmark,
                side.what(),
                text(side.value(), side.unit()),
                cpu(side.cpuMicros()),
                cpu(side.databaseCpuMicros()),
                result,
                verdict);
    }

    private static String cpu(@Nullable Spread spread) {
        return spread == null ? "" : number(spread.median());
    }

    private static String text(Spread spread, String unit) {
        return "%s %s (%s – %s)".formatted(number(spread.median()), unit, number(spread.min()), number(spread.max()));
    }

    private static String number(double value) {
        var digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static void put(ObjectNode node, Side side) {
        put(node, side.value()).put("what", side.what()).put("unit", side.unit());
        putIfPresent(node, "cpuMicros", side.cpuMicros());
        putIfPresent(node, "databaseCpuMicros", side.databaseCpuMicros());
    }

    private static void putIfPresent(ObjectNode node, String name, @Nullable Spread spread) {
        if (spread != null) {
            put(node.putObject(name), spread);
        }
    }

    private static ObjectNode put(ObjectNode node, Spread spread) {
        return node.put("median", spread.median()).put("min", spread.min()).put("max", spread.max());
    }
}
