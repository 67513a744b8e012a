package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/**
 * Reads one leaf after the other (docs/audit/leaf.md) and keeps where its parts are. Canonical JSON has only one order of
 * members, so they are read along a fixed list.
 */
final class LeafReader {
    /** The most bytes of a leaf. */
    static final int MAX_BYTES = 16 * 1024;

    // {"":"<43>"} and comma: no leaf has room for more.
    private static final int MAX_COMMITTED = MAX_BYTES / 48;
    private static final int COMMITMENT = 43;
    private static final int MAX_NAME = 63;
    private static final byte[] TYPE = bytes("type");
    private static final byte[] ACTOR_KIND = bytes("/actor/kind");
    private static final byte[] ACTOR_SUBJECT = bytes("/actor/subject");
    private static final byte[] ID_PREFIX = bytes("aud_");
    private static final byte[] DIGEST_PREFIX = bytes("sha256:");
    private static final List<byte[]> RESOURCE = List.of(bytes("id"), bytes("project"), TYPE);
    private static final List<byte[]> OUTCOMES =
            List.of(bytes("success"), bytes("denied"), bytes("refused"), bytes("failure"));

    /** The members of a leaf in canonical order. */
    private enum Member {
        ACTION("action", true),
        COMMITTED("committed", true),
        COMPOSITION("composition", true),
        FORMAT("format", true),
        ID("id", true),
        NODE("node", true),
        NODE_SEQ("nodeSeq", true),
        OUTCOME("outcome", true),
        REASON("reason", false),
        REQUEST_ID("requestId", false),
        RESOURCE("resource", true),
        TIME("time", true),
        TRACE_ID("traceId", false);

        private static final Member[] ALL = values();

        private final byte[] name;
        private final boolean isRequired;

        Member(String name, boolean isRequired) {
            this.name = bytes(name);
            this.isRequired = isRequired;
        }
    }

    private final JsonScanner scanner = new JsonScanner();
    private final int[] paths = new int[2 * MAX_COMMITTED];
    private final int[] commitments = new int[MAX_COMMITTED];
    private int committed;
    private int actionFrom;
    private int actionTo;
    private int nodeFrom;
    private int nodeTo;
    private String node = "";
    private byte[] nodeBytes = {};
    private int idFrom;
    private long nodeSeq;
    private long time;

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(US_ASCII);
    }

    /** Reads the leaf {@code bytes[from, to)}; what the other methods say is about it until the next call. */
    void read(byte[] bytes, int from, int to) throws MalformedException {
        scanner.begin(bytes, from, to);
        scanner.expect('{');
        var next = 0;
        do {
            scanner.string();
            while (next < Member.ALL.length && !scanner.is(Member.ALL[next].name)) {
                if (Member.ALL[next].isRequired) {
                    throw new MalformedException("the member " + new String(Member.ALL[next].name, US_ASCII)
                            + " is missing or not in its place: \"" + scanner.text() + "\" is there");
                }
                next++;
            }
            if (next == Member.ALL.length) {
                throw new MalformedException("a leaf has no member \"" + scanner.text() + "\" there");
            }
            scanner.expect(':');
            value(Member.ALL[next]);
            next++;
        } while (scanner.take(','));
        scanner.expect('}');
        scanner.end();
        if (next <= Member.TIME.ordinal()) {
            throw new MalformedException("members are missing at the end");
        }
    }

    private void value(Member member) throws MalformedException {
        switch (member) {
            case FORMAT -> check(scanner.whole() == 1, "format is not 1");
            case NODE_SEQ -> {
                nodeSeq = scanner.whole();
                check(nodeSeq >= 1, "nodeSeq starts at 1");
            }
            case COMMITTED -> committed();
            case RESOURCE -> resource();
            default -> {
                scanner.string();
                text(member);
            }
        }
    }

    private void text(Member member) throws MalformedException {
        var json = scanner.json;
        var from = scanner.from;
        var to = scanner.to;
        switch (member) {
            case ACTION -> {
                check(scanner.isPlain() && isAction(json, from, to), "action is not of the form noun.participle");
                actionFrom = from;
                actionTo = to;
            }
            case COMPOSITION -> check(scanner.isPlain() && isDigest(json, from, to), "composition is no digest");
            case ID -> {
                check(scanner.isPlain() && isId(json, from, to), "id is not aud_ and 26 characters");
                idFrom = from;
            }
            case NODE -> {
                nodeFrom = from;
                nodeTo = to;
            }
            case OUTCOME -> check(OUTCOMES.stream().anyMatch(scanner::is), "there is no such outcome");
            case TIME -> time = Timestamp.micros(json, from, to);
            default -> {
                // Any string is right.
            }
        }
    }

    private void committed() throws MalformedException {
        committed = 0;
        var actors = 0;
        scanner.expect('{');
        if (!scanner.take('}')) {
            do {
                scanner.string();
                check(scanner.isPlain() && isPath(scanner.json, scanner.from, scanner.to), "not the path of a value");
                actors += scanner.is(ACTOR_KIND) || scanner.is(ACTOR_SUBJECT) ? 1 : 0;
                check(isAfterLastPath(), "paths out of order, or twice the same");
                paths[2 * committed] = scanner.from;
                paths[2 * committed + 1] = scanner.to;
                scanner.expect(':');
                scanner.string();
                check(isCommitment(), "not a commitment of 43 characters of base64url");
                commitments[committed++] = scanner.from;
            } while (scanner.take(','));
            scanner.expect('}');
        }
        check(actors == 2, "/actor/kind or /actor/subject is not committed");
    }

    private boolean isAfterLastPath() {
        var json = scanner.json;
        return committed == 0
                || Arrays.compare(
                                json,
                                paths[2 * committed - 2],
                                paths[2 * committed - 1],
                                json,
                                scanner.from,
                                scanner.to)
                        < 0;
    }

    private boolean isCommitment() {
        var isRight = scanner.to - scanner.from == COMMITMENT;
        for (var i = scanner.from; isRight && i < scanner.to; i++) {
            isRight = Base64Url.isLetter(scanner.json[i]);
        }
        return isRight;
    }

    private void resource() throws MalformedException {
        var next = 0;
        scanner.expect('{');
        do {
            scanner.string();
            while (next < RESOURCE.size() && !scanner.is(RESOURCE.get(next))) {
                next++;
            }
            check(next < RESOURCE.size(), "a resource has id, project and type, in this order");
            next++;
            scanner.expect(':');
            scanner.string();
        } while (scanner.take(','));
        scanner.expect('}');
        check(next == RESOURCE.size(), "a resource has a type");
    }

    private static boolean isAction(byte[] json, int from, int to) {
        var dot = from;
        while (dot < to && json[dot] != '.') {
            dot++;
        }
        return isSnakeCase(json, from, dot) && isSnakeCase(json, dot + 1, to);
    }

    private static boolean isSnakeCase(byte[] json, int from, int to) {
        var isRight = from < to && isLower(json[from]);
        for (var i = from + 1; isRight && i < to; i++) {
            isRight = isLower(json[i]) || isDigit(json[i]) || json[i] == '_';
        }
        return isRight;
    }

    private static boolean isDigest(byte[] json, int from, int to) {
        var isRight = to - from == DIGEST_PREFIX.length + 2 * Hashing.SIZE && startsWith(json, from, DIGEST_PREFIX);
        for (var i = from + DIGEST_PREFIX.length; isRight && i < to; i++) {
            isRight = isDigit(json[i]) || json[i] >= 'a' && json[i] <= 'f';
        }
        return isRight;
    }

    // TypeID: 26 characters of Crockford's base32, of which 26 * 5 bits the first two are 0.
    private static boolean isId(byte[] json, int from, int to) {
        var isRight = to - from == ID_PREFIX.length + 26
                && startsWith(json, from, ID_PREFIX)
                && json[from + ID_PREFIX.length] >= '0'
                && json[from + ID_PREFIX.length] <= '7';
        for (var i = from + ID_PREFIX.length; isRight && i < to; i++) {
            var c = json[i];
            isRight = isDigit(c) || isLower(c) && c != 'i' && c != 'l' && c != 'o' && c != 'u';
        }
        return isRight;
    }

    private static boolean isPath(byte[] json, int from, int to) {
        var second = from + 1;
        while (second < to && json[second] != '/') {
            second++;
        }
        return from < to
                && json[from] == '/'
                && isName(json, from + 1, second)
                && (second == to || isName(json, second + 1, to));
    }

    private static boolean isName(byte[] json, int from, int to) {
        var isRight = from < to && to - from <= MAX_NAME && isLower(json[from]);
        for (var i = from + 1; isRight && i < to; i++) {
            isRight = isLower(json[i]) || isDigit(json[i]) || json[i] >= 'A' && json[i] <= 'Z';
        }
        return isRight;
    }

    private static boolean startsWith(byte[] json, int from, byte[] start) {
        return Arrays.equals(json, from, from + start.length, start, 0, start.length);
    }

    private static boolean isLower(byte c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private static void check(boolean isRight, String otherwise) throws MalformedException {
        if (!isRight) {
            throw new MalformedException(otherwise);
        }
    }

    /** Id of the event. */
    String id() {
        return new String(scanner.json, idFrom, ID_PREFIX.length + 26, US_ASCII);
    }

    /** Microseconds since 1970. */
    long time() {
        return time;
    }

    long nodeSeq() {
        return nodeSeq;
    }

    /** The instance that recorded the event. Most leaves have that of the leaf before, which is then the same string. */
    String node() throws MalformedException {
        if (!Arrays.equals(scanner.json, nodeFrom, nodeTo, nodeBytes, 0, nodeBytes.length)) {
            nodeBytes = Arrays.copyOfRange(scanner.json, nodeFrom, nodeTo);
            scanner.begin(scanner.json, nodeFrom - 1, nodeTo + 1);
            scanner.string();
            node = scanner.text();
        }
        return node;
    }

    boolean isAction(byte[] action) {
        return Arrays.equals(scanner.json, actionFrom, actionTo, action, 0, action.length);
    }

    /** Whether the action starts so. */
    boolean isActionOf(byte[] noun) {
        return actionTo - actionFrom > noun.length && startsWith(scanner.json, actionFrom, noun);
    }

    /** How many values the leaf has committed to. */
    int committedCount() {
        return committed;
    }

    /** The path of a committed value, by its place in the leaf. */
    String path(int i) {
        return new String(scanner.json, paths[2 * i], paths[2 * i + 1] - paths[2 * i], UTF_8);
    }

    /** Whether the leaf commits at the path {@code json[from, to)} to what has this hash. */
    boolean commits(byte[] json, int from, int to, byte[] hash) {
        for (var i = 0; i < committed; i++) {
            if (Arrays.equals(scanner.json, paths[2 * i], paths[2 * i + 1], json, from, to)) {
                return Base64Url.isEncoded(hash, scanner.json, commitments[i]);
            }
        }
        return false;
    }
}
