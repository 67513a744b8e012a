package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * What a CSV file holds: its columns with their types, and figures about each. Fields are not quoted; {@code NA} and
 * nothing stand for a missing value.
 *
 * @param rows without the header
 */
record CsvProfile(long rows, List<Column> columns) {
    private static final int DECIMALS = 6;

    /** The type of a column, named as the REST API names it. */
    enum Type {
        INTEGER,
        NUMBER,
        STRING
    }

    /**
     * One column.
     *
     * @param values those that are not missing, in the order of the rows
     */
    record Column(String name, List<String> values, long missing) {
        private static final String INTEGER = "-?(0|[1-9][0-9]{0,14})";
        private static final String NUMBER = "-?(0|[1-9][0-9]{0,14})([.][0-9]{1,15})?";

        /** The narrowest type that all values have. */
        Type type() {
            if (values.isEmpty() || !values.stream().allMatch(value -> value.matches(NUMBER))) {
                return Type.STRING;
            }
            return values.stream().allMatch(value -> value.matches(INTEGER)) ? Type.INTEGER : Type.NUMBER;
        }

        /** Smallest, largest and mean of numbers, the number of different values of text. Fractions are text. */
        JsonNode statistics() {
            var statistics = Json.object().put("missing", missing);
            if (type() == Type.STRING) {
                return statistics.put("distinct", new TreeSet<>(values).size());
            }
            var numbers = values.stream().map(BigDecimal::new).toList();
            var smallest = numbers.stream().reduce(BigDecimal::min).orElseThrow();
            var largest = numbers.stream().reduce(BigDecimal::max).orElseThrow();
            if (type() == Type.INTEGER) {
                statistics.put("min", smallest.longValueExact()).put("max", largest.longValueExact());
            } else {
                statistics.put("min", smallest.toPlainString()).put("max", largest.toPlainString());
            }
            var sum = numbers.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
            var mean = sum.divide(BigDecimal.valueOf(numbers.size()), DECIMALS, RoundingMode.HALF_EVEN);
            return statistics.put("mean", mean.toPlainString());
        }
    }

    static CsvProfile of(Path file) throws IOException {
        var lines = Files.readAllLines(file);
        if (lines.isEmpty()) {
            throw DemoException.failed(file + " is empty", "take a CSV file with a header");
        }
        var header = lines.get(0).split(",", -1);
        var rows = new ArrayList<String[]>();
        for (var line : lines.subList(1, lines.size())) {
            var fields = line.split(",", -1);
            if (fields.length != header.length) {
                throw DemoException.failed(
                        "%s: line %d has %d fields, the header has %d"
                                .formatted(file, rows.size() + 2, fields.length, header.length),
                        "mend that line");
            }
            rows.add(fields);
        }
        var columns = new ArrayList<Column>();
        for (var i = 0; i < header.length; i++) {
            var index = i;
            var values = rows.stream()
                    .map(row -> row[index])
                    .filter(value -> !value.isEmpty() && !value.equals("NA"))
                    .toList();
            columns.add(new Column(header[i], values, rows.size() - values.size()));
        }
        return new CsvProfile(rows.size(), List.copyOf(columns));
    }

    /** Column names and types, in order, as the REST API takes them. */
    JsonNode schema() {
        var schema = Json.array();
        columns.forEach(column -> schema.addObject()
                .put("name", column.name())
                .put("type", column.type().name().toLowerCase(Locale.ROOT)));
        return schema;
    }

    /** Figures by column, as the REST API takes them. */
    JsonNode statistics() {
        var byColumn = Json.object();
        columns.forEach(column -> byColumn.set(column.name(), column.statistics()));
        return Json.object().put("rowCount", rows).set("columns", byColumn);
    }
}
