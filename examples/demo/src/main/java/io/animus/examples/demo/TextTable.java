package io.animus.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of text with columns as wide as they need to be, and a line under the head. */
final class TextTable {
    private static final String GAP = "  ";

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... head) {
        this.head = List.of(head);
    }

    /** Adds a row with as many cells as the head has. */
    TextTable row(String... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException(cells.length + " cells under a head of " + head.size());
        }
        rows.add(List.of(cells));
        return this;
    }

    /** The table, line by line, without blanks at the end of a line. */
    List<String> lines() {
        var widths = new int[head.size()];
        for (var column = 0; column < widths.length; column++) {
            var index = column;
            widths[column] = Math.max(
                    head.get(index).length(),
                    rows.stream().mapToInt(row -> row.get(index).length()).max().orElse(0));
        }
        var lines = new ArrayList<String>();
        lines.add(line(head, widths));
        lines.add(line(IntStream.of(widths).mapToObj("-"::repeat).toList(), widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private static String line(List<String> cells, int[] widths) {
        var line = new StringBuilder();
        for (var column = 0; column < widths.length; column++) {
            var cell = cells.get(column);
            line.append(cell).append(" ".repeat(widths[column] - cell.length())).append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
