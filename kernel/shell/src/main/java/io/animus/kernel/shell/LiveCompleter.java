package io.animus.kernel.shell;

import java.util.Arrays;
import java.util.List;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;

/** Completes a word from what is there now. */
interface LiveCompleter extends Completer {
    /**
     * What the word can become.
     *
     * @param words of the line without options: the command first, the word to complete last
     */
    List<String> offers(Session session, List<String> words);

    @Override
    default int complete(Session session, CommandLine line, List<String> candidates) {
        candidates.addAll(found(session, line));
        return 0;
    }

    @Override
    default void completeCandidates(Session session, CommandLine line, List<Candidate> candidates) {
        found(session, line)
                .forEach(word -> candidates.add(
                        new Candidate(word, word, null, null, null, null, !word.endsWith("~") && !word.endsWith("="))));
    }

    private List<String> found(Session session, CommandLine line) {
        var words = Arrays.stream(line.getArguments())
                .filter(word -> !word.startsWith("-"))
                .toList();
        // Karaf asks of each word before the cursor, and then without the line, whether it may stand there.
        return words.size() < 2 ? words : offers(session, words);
    }
}
