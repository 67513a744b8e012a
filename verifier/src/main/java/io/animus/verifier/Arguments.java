package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says.
 *
 * @param file the export, the folder, or the proof
 * @param event the leaf, of a proof
 * @param disclosures lines of text, of a proof
 */
record Arguments(
        Command command,
        Path file,
        List<Vkey> keys,
        List<Vkey> witnesses,
        Optional<Path> older,
        Optional<Path> event,
        Optional<Path> disclosures,
        boolean isJson) {

    /** What to do. */
    enum Command {
        LOG,
        PROOF,
        HELP,
        VERSION,
        COMPLETION
    }

    /**
     * Reads the command line, and the files with keys.
     *
     * @throws IllegalArgumentException if it is not right; the message says why
     */
    static Arguments parse(String[] words) {
        var left = new ArrayDeque<>(List.of(words));
        var command = Command.LOG;
        if ("proof".equals(left.peek())) {
            left.remove();
            command = Command.PROOF;
        } else if ("completion".equals(left.peek())) {
            left.remove();
            command = Command.COMPLETION;
        }
        var files = new ArrayList<Path>();
        var keys = new ArrayList<Vkey>();
        var witnesses = new ArrayList<Vkey>();
        var older = Optional.<Path>empty();
        var event = Optional.<Path>empty();
        var disclosures = Optional.<Path>empty();
        var isJson = false;
        while (!left.isEmpty()) {
            var word = left.remove();
            switch (word) {
                case "--key" -> keys.add(key(next(word, left), Vkey.LOG));
                case "--key-file" -> keys.addAll(keysIn(Path.of(next(word, left)), Vkey.LOG));
                case "--witness" -> witnesses.add(key(next(word, left), Vkey.WITNESS));
                case "--witness-file" -> witnesses.addAll(keysIn(Path.of(next(word, left)), Vkey.WITNESS));
                case "--older-checkpoint" -> older = Optional.of(Path.of(next(word, left)));
                case "--event" -> event = Optional.of(Path.of(next(word, left)));
                case "--disclosures" -> disclosures = Optional.of(Path.of(next(word, left)));
                case "--json" -> isJson = true;
                case "--help", "-h" -> command = Command.HELP;
                case "--version" -> command = Command.VERSION;
                default -> {
                    if (word.startsWith("-")) {
                        throw new IllegalArgumentException("there is no option " + word);
                    }
                    files.add(Path.of(word));
                }
            }
        }
        var file = files.isEmpty() ? Path.of("") : files.get(0);
        var arguments = new Arguments(command, file, keys, witnesses, older, event, disclosures, isJson);
        arguments.check(files.size());
        return arguments;
    }

    private void check(int files) {
        if (command == Command.LOG || command == Command.PROOF) {
            if (files != 1) {
                throw new IllegalArgumentException("name one file or folder to verify");
            }
            if (keys.isEmpty()) {
                throw new IllegalArgumentException("say which key to trust, with --key or --key-file");
            }
            if (command == Command.PROOF
                    ? event.isEmpty() || older.isPresent()
                    : event.isPresent() || disclosures.isPresent()) {
                throw new IllegalArgumentException(
                        "a proof needs --event and takes --disclosures; a log takes --older-checkpoint");
            }
        }
        if (command == Command.COMPLETION && (files != 1 || !file.equals(Path.of("bash")))) {
            throw new IllegalArgumentException("there is completion for bash");
        }
    }

    private static String next(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return left.remove();
    }

    private static Vkey key(String text, byte type) {
        try {
            var key = Vkey.parse(text);
            if (key.type() != type) {
                throw new MalformedException(type == Vkey.LOG ? "it is a witness's" : "it is no witness's");
            }
            return key;
        } catch (MalformedException e) {
            throw new IllegalArgumentException("the key " + text + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static List<Vkey> keysIn(Path file, byte type) {
        try {
            return Files.readAllLines(file, UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(line -> key(line, type))
                    .toList();
        } catch (IOException e) {
            throw new IllegalArgumentException("the keys in " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
