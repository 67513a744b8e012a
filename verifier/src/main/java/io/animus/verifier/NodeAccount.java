package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What one of the events {@code node.*} says about an instance.
 *
 * @param node the instance it is about
 * @param lastSeq the highest number given so far; 0 if it does not say
 * @param heartbeatSeconds 0 if it does not say
 */
record NodeAccount(Kind kind, String node, long lastSeq, long heartbeatSeconds, List<Range> voided) {
    private static final String DETAILS = "/details/";

    /** The actions that keep account of instances. */
    enum Kind {
        STARTED("node.started"),
        HEARTBEAT("node.heartbeat"),
        STOPPED("node.stopped"),
        LOST("node.lost");

        private final byte[] action;

        Kind(String action) {
            this.action = action.getBytes(US_ASCII);
        }

        boolean is(LeafReader leaf) {
            return leaf.isAction(action);
        }
    }

    /** Numbers from {@code first} to {@code last}, both included. */
    record Range(long first, long last) {}

    /**
     * Reads the details.
     *
     * @param values the disclosed ones of the leaf, as JSON by path
     * @throws MalformedException if one is not disclosed, missing or of another form
     */
    static NodeAccount read(Kind kind, LeafReader leaf, Map<String, byte[]> values) throws MalformedException {
        for (var i = 0; i < leaf.committedCount(); i++) {
            var path = leaf.path(i);
            if (path.startsWith(DETAILS) && !values.containsKey(path)) {
                throw new MalformedException("its detail " + path.substring(DETAILS.length()) + " is not disclosed");
            }
        }
        var isStarted = kind == Kind.STARTED;
        var scanner = new JsonScanner();
        return new NodeAccount(
                kind,
                kind == Kind.LOST ? text(scanner, values, "node") : leaf.node(),
                isStarted ? 0 : positive(scanner, values, "lastSeq"),
                isStarted && values.containsKey(DETAILS + "heartbeatSeconds")
                        ? positive(scanner, values, "heartbeatSeconds")
                        : 0,
                isStarted || !values.containsKey(DETAILS + "voided") ? List.of() : ranges(scanner, values));
    }

    /** A detail that must be a string. */
    static String text(JsonScanner scanner, Map<String, byte[]> values, String name) throws MalformedException {
        begin(scanner, values, name);
        scanner.string();
        scanner.end();
        return scanner.text();
    }

    private static long positive(JsonScanner scanner, Map<String, byte[]> values, String name)
            throws MalformedException {
        begin(scanner, values, name);
        var number = scanner.whole();
        scanner.end();
        if (number < 1) {
            throw new MalformedException("its detail " + name + " is less than 1");
        }
        return number;
    }

    private static List<Range> ranges(JsonScanner scanner, Map<String, byte[]> values) throws MalformedException {
        var ranges = new ArrayList<Range>();
        begin(scanner, values, "voided");
        scanner.expect('[');
        if (!scanner.take(']')) {
            do {
                scanner.expect('[');
                var first = scanner.whole();
                scanner.expect(',');
                var last = scanner.whole();
                scanner.expect(']');
                if (first < 1 || last < first) {
                    throw new MalformedException("its detail voided has a range that is none");
                }
                ranges.add(new Range(first, last));
            } while (scanner.take(','));
            scanner.expect(']');
        }
        scanner.end();
        return ranges;
    }

    private static void begin(JsonScanner scanner, Map<String, byte[]> values, String name) throws MalformedException {
        var value = values.get(DETAILS + name);
        if (value == null) {
            throw new MalformedException("it has no detail " + name);
        }
        scanner.begin(value, 0, value.length);
    }
}
