package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The command {@code animus-verify}; {@code --help} says what it takes. */
public final class Main {
    private static final int USAGE = 64;

    private final PrintStream out;
    private final PrintStream err;

    Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Ends with the status that {@code --help} explains. */
    public static void main(String[] words) {
        var out = new PrintStream(System.out, true, UTF_8);
        System.exit(new Main(out, new PrintStream(System.err, true, UTF_8)).run(words));
    }

    int run(String... words) {
        Arguments arguments;
        try {
            arguments = Arguments.parse(words);
        } catch (IllegalArgumentException e) {
            err.println("animus-verify: " + e.getMessage() + "; see animus-verify --help");
            return USAGE;
        }
        try {
            return switch (arguments.command()) {
                case HELP -> print(resource("usage.txt"));
                case VERSION -> print("animus-verify " + resource("version.txt"));
                case COMPLETION -> print(resource("completion.bash"));
                case LOG -> log(arguments);
                case PROOF -> proof(arguments);
            };
        } catch (IOException e) {
            return unreadable(arguments, e);
        }
    }

    private int log(Arguments arguments) throws IOException {
        var request = request(arguments);
        try (var files = LogFiles.open(arguments.file())) {
            var report = LogVerifier.verify(files, request);
            out.println(arguments.isJson() ? report.json() : plain(report.text()));
            return report.status();
        }
    }

    private int proof(Arguments arguments) throws IOException {
        var event = read(arguments.event().orElseThrow());
        var disclosures = arguments.disclosures().isPresent()
                ? read(arguments.disclosures().get())
                : new byte[0];
        var result = ProofVerifier.verify(read(arguments.file()), event, disclosures, request(arguments));
        out.println(arguments.isJson() ? result.json() : plain(result.text()));
        return result.status();
    }

    private static LogVerifier.Request request(Arguments arguments) throws IOException {
        var older = arguments.older().isPresent()
                ? Optional.of(read(arguments.older().get()))
                : Optional.<byte[]>empty();
        return new LogVerifier.Request(arguments.keys(), arguments.witnesses(), older);
    }

    private static byte[] read(Path file) throws IOException {
        try (var input = Files.newInputStream(file)) {
            return input.readNBytes(Note.MAX_BYTES);
        }
    }

    private int unreadable(Arguments arguments, IOException cause) {
        var sentence = "Nothing can be judged, for a file cannot be read: " + cause.getMessage();
        if (arguments.isJson()) {
            out.println(new JsonOutput()
                    .put("status", Report.UNJUDGED)
                    .put("intact", Optional.empty())
                    .put("complete", Optional.empty())
                    .put("findings", List.of(Finding.of(Fault.UNREADABLE, sentence)))
                    .text());
        } else {
            err.println("animus-verify: " + sentence);
        }
        return Report.UNJUDGED;
    }

    private int print(String text) {
        out.println(text);
        return Report.GREEN;
    }

    // A log that is not right may hold what a terminal would obey.
    private static String plain(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}&&[^\n]]", "?");
    }

    private static String resource(String name) throws IOException {
        try (var input = Main.class.getResourceAsStream(name)) {
            if (input == null) {
                throw new IOException(name + " is missing in the program");
            }
            return new String(input.readAllBytes(), UTF_8).stripTrailing();
        }
    }
}
