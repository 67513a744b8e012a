import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Learns to tell the species of a penguin from four measurements: multinomial logistic regression by full-batch gradient
 * descent. The same data and arguments give the same bytes on every Java 17 or later: one thread, a fixed order,
 * {@link StrictMath}, and no time or path in what is written.
 */
public final class Train {
    private static final int BAD_USAGE = 2;
    private static final int BAD_DATA = 3;
    private static final int DIVERGED = 4;

    private static final String USAGE =
            """
            usage: java Train.java DATASET OUTPUT_FOLDER LEARNING_RATE EPOCHS SEED
              DATASET        CSV with a header that names species and the four measurements
              OUTPUT_FOLDER  gets model.json, metrics.csv and report.md
              LEARNING_RATE  above 0, at most 10
              EPOCHS         1 to 1000000
              SEED           any whole number; decides which rows are kept for the test
            exit codes: 0 trained, 2 bad usage, 3 bad data, 4 the training diverged""";

    private static final String TARGET = "species";
    private static final List<String> MEASUREMENTS =
            List.of("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g");
    private static final String NOT_AVAILABLE = "NA";
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}([.][0-9]{1,15})?");
    private static final int FEWEST_ROWS = 10;
    private static final double WEIGHT_DECAY = 1e-3;

    private Train() {}

    public static void main(String[] arguments) throws IOException {
        try {
            var settings = Settings.parse(arguments);
            var data = Data.read(settings.dataset());
            System.out.printf(
                    "%d rows to learn from, %d left out because a measurement is not available%n",
                    data.samples().size(), data.incomplete().size());
            var split = Split.of(data, settings.seed());
            var training = Training.run(split, data.species(), settings);
            training.write(data, settings);
        } catch (IllegalArgumentException e) {
            stop(BAD_USAGE, e.getMessage() + System.lineSeparator() + USAGE);
        } catch (BadData e) {
            stop(BAD_DATA, e.getMessage());
        } catch (ArithmeticException e) {
            stop(DIVERGED, e.getMessage());
        }
    }

    private static void stop(int exitCode, String message) {
        System.err.println(message);
        System.exit(exitCode);
    }

    private record Settings(Path dataset, Path output, double learningRate, int epochs, long seed) {
        Settings {
            if (!(learningRate > 0 && learningRate <= 10) || epochs < 1 || epochs > 1_000_000) {
                throw new IllegalArgumentException("the learning rate or the number of epochs is out of range");
            }
        }

        static Settings parse(String[] arguments) {
            if (arguments.length != 5) {
                throw new IllegalArgumentException("five arguments are needed, not " + arguments.length);
            }
            return new Settings(
                    Path.of(arguments[0]),
                    Path.of(arguments[1]),
                    Double.parseDouble(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    Long.parseLong(arguments[4]));
        }
    }

    /** The data set can't be learned from; the message says where it is wrong. */
    private static final class BadData extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadData(String message) {
            super(message);
        }
    }

    /** One penguin: its measurements in the order of {@link #MEASUREMENTS}, and the position of its species. */
    private record Sample(double[] measurements, int species) {}

    /** Species in alphabetical order; {@code incomplete} are the lines left out because they lack a measurement. */
    private record Data(List<String> species, List<Sample> samples, List<Integer> incomplete) {

        static Data read(Path file) {
            var lines = lines(file);
            var header =
                    Arrays.asList(lines.isEmpty() ? new String[0] : lines.get(0).split(",", -1));
            var columns =
                    MEASUREMENTS.stream().mapToInt(name -> column(header, name)).toArray();
            var target = column(header, TARGET);
            var measured = new ArrayList<double[]>();
            var labels = new ArrayList<String>();
            var incomplete = new ArrayList<Integer>();
            for (var number = 2; number <= lines.size(); number++) {
                var fields = lines.get(number - 1).split(",", -1);
                if (fields.length != header.size()) {
                    throw new BadData(
                            "line %d has %d fields, the header has %d".formatted(number, fields.length, header.size()));
                }
                if (fields[target].isBlank() || fields[target].equals(NOT_AVAILABLE)) {
                    throw new BadData("line %d names no species".formatted(number));
                }
                if (Arrays.stream(columns).anyMatch(column -> fields[column].equals(NOT_AVAILABLE))) {
                    incomplete.add(number);
                    continue;
                }
                var line = number;
                measured.add(Arrays.stream(columns)
                        .mapToDouble(column -> measurement(fields[column], line))
                        .toArray());
                labels.add(fields[target]);
            }
            return of(measured, labels, incomplete);
        }

        private static Data of(List<double[]> measured, List<String> labels, List<Integer> incomplete) {
            var species = List.copyOf(new TreeSet<>(labels));
            if (measured.size() < FEWEST_ROWS || species.size() < 2) {
                throw new BadData(
                        "%d complete rows of %d species are too few".formatted(measured.size(), species.size()));
            }
            var samples = IntStream.range(0, measured.size())
                    .mapToObj(i -> new Sample(measured.get(i), species.indexOf(labels.get(i))));
            return new Data(species, samples.toList(), incomplete);
        }

        private static List<String> lines(Path file) {
            try {
                return Files.readAllLines(file);
            } catch (IOException e) {
                throw new BadData("the data set can't be read as UTF-8 text: " + e);
            }
        }

        private static int column(List<String> header, String name) {
            var index = header.indexOf(name);
            if (index < 0) {
                throw new BadData("the header has no column " + name);
            }
            return index;
        }

        private static double measurement(String field, int line) {
            if (!NUMBER.matcher(field).matches()) {
                throw new BadData("line %d: not a number: %s".formatted(line, field));
            }
            return Double.parseDouble(field);
        }
    }

    /** Four fifths of the rows to train on, the rest to test with; the scale is that of the training rows alone. */
    private record Split(List<Sample> train, List<Sample> test, Scale scale) {

        static Split of(Data data, long seed) {
            var shuffled = new ArrayList<>(data.samples());
            Collections.shuffle(shuffled, new Random(seed));
            var boundary = shuffled.size() * 4 / 5;
            var scale = Scale.of(shuffled.subList(0, boundary));
            var scaled = shuffled.stream()
                    .map(sample -> new Sample(scale.apply(sample.measurements()), sample.species()))
                    .toList();
            return new Split(scaled.subList(0, boundary), scaled.subList(boundary, scaled.size()), scale);
        }
    }

    /** Brings every measurement to mean 0 and deviation 1. */
    private record Scale(double[] means, double[] deviations) {

        static Scale of(List<Sample> samples) {
            var means = new double[MEASUREMENTS.size()];
            var deviations = new double[MEASUREMENTS.size()];
            for (var j = 0; j < means.length; j++) {
                var variance = 0.0;
                for (var sample : samples) {
                    means[j] += sample.measurements()[j] / samples.size();
                }
                for (var sample : samples) {
                    variance += StrictMath.pow(sample.measurements()[j] - means[j], 2) / samples.size();
                }
                if (variance == 0) {
                    throw new BadData(MEASUREMENTS.get(j) + " is the same in every training row");
                }
                deviations[j] = StrictMath.sqrt(variance);
            }
            return new Scale(means, deviations);
        }

        double[] apply(double[] measurements) {
            var scaled = new double[measurements.length];
            for (var j = 0; j < scaled.length; j++) {
                scaled[j] = (measurements[j] - means[j]) / deviations[j];
            }
            return scaled;
        }
    }

    /** One row of weights for each species; the last weight of a row is the intercept. */
    private record Model(double[][] weights) {

        static Model untrained(int species) {
            return new Model(new double[species][MEASUREMENTS.size() + 1]);
        }

        double[] probabilities(Sample sample) {
            var scores = new double[weights.length];
            for (var c = 0; c < scores.length; c++) {
                var row = weights[c];
                scores[c] = row[row.length - 1];
                for (var j = 0; j < row.length - 1; j++) {
                    scores[c] += row[j] * sample.measurements()[j];
                }
            }
            // Only differences of scores count; with the largest at 0 the exponential can't overflow.
            var largest = DoubleStream.of(scores).max().orElseThrow();
            var sum = 0.0;
            for (var c = 0; c < scores.length; c++) {
                scores[c] = StrictMath.exp(scores[c] - largest);
                sum += scores[c];
            }
            var total = sum;
            return DoubleStream.of(scores).map(score -> score / total).toArray();
        }

        int predict(Sample sample) {
            var probabilities = probabilities(sample);
            var best = 0;
            for (var c = 1; c < probabilities.length; c++) {
                if (probabilities[c] > probabilities[best]) {
                    best = c;
                }
            }
            return best;
        }

        double accuracy(List<Sample> samples) {
            return (double) samples.stream()
                            .filter(s -> predict(s) == s.species())
                            .count()
                    / samples.size();
        }

        /** Row: what it is; column: what the model says. */
        int[][] confusion(List<Sample> samples) {
            var counts = new int[weights.length][weights.length];
            samples.forEach(sample -> counts[sample.species()][predict(sample)]++);
            return counts;
        }

        /** Moves the weights one step down the gradient and answers the mean loss before the step. */
        double descend(List<Sample> samples, double learningRate) {
            var gradient = new double[weights.length][weights[0].length];
            var loss = 0.0;
            for (var sample : samples) {
                var probabilities = probabilities(sample);
                loss -= StrictMath.log(probabilities[sample.species()]) / samples.size();
                for (var c = 0; c < weights.length; c++) {
                    var error = (probabilities[c] - (c == sample.species() ? 1 : 0)) / samples.size();
                    var row = gradient[c];
                    for (var j = 0; j < row.length - 1; j++) {
                        row[j] += error * sample.measurements()[j];
                    }
                    row[row.length - 1] += error;
                }
            }
            for (var c = 0; c < weights.length; c++) {
                for (var j = 0; j < weights[c].length; j++) {
                    weights[c][j] -= learningRate * (gradient[c][j] + WEIGHT_DECAY * weights[c][j]);
                }
            }
            return loss;
        }
    }

    private record Training(Model model, Split split, List<String> metrics) {

        static Training run(Split split, List<String> species, Settings settings) {
            var model = Model.untrained(species.size());
            var metrics = new ArrayList<String>();
            metrics.add("epoch,loss,train_accuracy,test_accuracy");
            var shownEvery = Math.max(1, settings.epochs() / 20);
            for (var epoch = 1; epoch <= settings.epochs(); epoch++) {
                var loss = model.descend(split.train(), settings.learningRate());
                if (!Double.isFinite(loss)) {
                    throw new ArithmeticException(
                            "the loss is not finite in epoch %d: take a smaller learning rate".formatted(epoch));
                }
                if (epoch % shownEvery == 0 || epoch == settings.epochs()) {
                    var train = rounded(model.accuracy(split.train()));
                    var test = rounded(model.accuracy(split.test()));
                    metrics.add("%d,%s,%s,%s".formatted(epoch, rounded(loss), train, test));
                    System.out.printf(
                            "epoch %d/%d  loss %s  train %s  test %s%n",
                            epoch, settings.epochs(), rounded(loss), train, test);
                }
            }
            return new Training(model, split, metrics);
        }

        void write(Data data, Settings settings) throws IOException {
            Files.createDirectories(settings.output());
            Files.writeString(settings.output().resolve("model.json"), json(data));
            Files.writeString(settings.output().resolve("metrics.csv"), String.join("\n", metrics) + "\n");
            Files.writeString(settings.output().resolve("report.md"), report(data, settings));
        }

        private String json(Data data) {
            return """
                    {
                      "kind": "multinomial-logistic-regression",
                      "target": "%s",
                      "classes": %s,
                      "features": %s,
                      "means": %s,
                      "deviations": %s,
                      "weights": %s
                    }
                    """
                    .formatted(
                            TARGET,
                            list(data.species(), Training::quoted),
                            list(MEASUREMENTS, Training::quoted),
                            numbers(split.scale().means()),
                            numbers(split.scale().deviations()),
                            list(Arrays.asList(model.weights()), Training::numbers));
        }

        private String report(Data data, Settings settings) {
            var report = new StringBuilder("# Penguin species from four measurements\n\n")
                    .append("Multinomial logistic regression, full-batch gradient descent: ")
                    .append("learning rate %s, %d epochs, seed %d.\n\n"
                            .formatted(settings.learningRate(), settings.epochs(), settings.seed()))
                    .append("| rows | accuracy |\n|---|---|\n")
                    .append("| %d to train | %s |\n"
                            .formatted(split.train().size(), rounded(model.accuracy(split.train()))))
                    .append("| %d to test | %s |\n\n"
                            .formatted(split.test().size(), rounded(model.accuracy(split.test()))))
                    .append("Left out because a measurement is not available: lines %s.\n\n"
                            .formatted(data.incomplete()))
                    .append("Test rows, what they are (down) and what the model says (across):\n\n")
                    .append("| | %s |\n|---%s|\n"
                            .formatted(
                                    String.join(" | ", data.species()),
                                    "|---".repeat(data.species().size())));
            var confusion = model.confusion(split.test());
            for (var c = 0; c < confusion.length; c++) {
                report.append("| **").append(data.species().get(c)).append("** |");
                Arrays.stream(confusion[c]).forEach(count -> report.append(" %d |".formatted(count)));
                report.append('\n');
            }
            return report.toString();
        }

        private static String quoted(String text) {
            return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }

        private static String numbers(double[] values) {
            return list(DoubleStream.of(values).boxed().toList(), Training::exact);
        }

        private static <T> String list(List<T> values, Function<T, String> form) {
            return values.stream().map(form).collect(Collectors.joining(", ", "[", "]"));
        }

        // 17 digits give the same double back. Double.toString writes other digits since Java 19.
        private static String exact(double value) {
            return new BigDecimal(value).round(new MathContext(17)).toString();
        }

        private static String rounded(double value) {
            return new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
        }
    }
}
