package io.animus.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges the proof of one event (C2SP tlog-proof) and what is disclosed of it. */
final class ProofVerifier {
    private static final String HEADER = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";
    private static final int MAX_HASHES = 63;

    private final Hashing hashing = new Hashing();
    private final LogVerifier.Request request;

    private ProofVerifier(LogVerifier.Request request) {
        this.request = request;
    }

    /** A file of the form tlog-proof. */
    private record Proof(long index, List<byte[]> path, Checkpoint checkpoint) {}

    /**
     * What the proof shows.
     *
     * @param fault why it shows nothing
     * @param index of the leaf
     * @param disclosed JSON values by their path
     */
    record Result(Optional<Finding> fault, long index, String event, Map<String, String> disclosed) {
        int status() {
            if (fault.isEmpty()) {
                return Report.GREEN;
            }
            return fault.get().fault().severity() == Fault.Severity.NOT_INTACT ? Report.NOT_INTACT : Report.UNJUDGED;
        }

        /** For people. */
        String text() {
            if (fault.isPresent()) {
                return "proven      NO\n  " + fault.get().fault() + ": "
                        + fault.get().sentence();
            }
            var lines = new ArrayList<String>();
            lines.add("proven      YES");
            lines.add("event       " + event + " is leaf " + index);
            disclosed.forEach((path, value) -> lines.add("disclosed   " + path + " = " + value));
            return String.join("\n", lines);
        }

        /** For programs; one object. */
        String json() {
            var json = new JsonOutput()
                    .put("status", status())
                    .put("proven", fault.isEmpty())
                    .put("findings", fault.map(List::of).orElse(List.of()));
            if (fault.isEmpty()) {
                var values = new JsonOutput();
                disclosed.forEach(values::raw);
                json.put("leaf", index).put("event", event).raw("disclosed", values.text());
            }
            return json.text();
        }
    }

    /**
     * Judges a proof.
     *
     * @param event the bytes of the leaf, perhaps with a line feed
     * @param disclosures lines of text
     */
    static Result verify(byte[] proof, byte[] event, byte[] disclosures, LogVerifier.Request request) {
        try {
            return new ProofVerifier(request).verify(proof, event, disclosures);
        } catch (FindingException e) {
            return new Result(Optional.of(e.finding()), 0, "", Map.of());
        }
    }

    private Result verify(byte[] file, byte[] event, byte[] disclosures) throws FindingException {
        var proof = parse(file);
        var checkpoint = proof.checkpoint();
        if (checkpoint.signedBy(request.keys()).isEmpty()) {
            throw new FindingException(
                    Fault.KEY_UNKNOWN,
                    "No key that is trusted for " + checkpoint.origin()
                            + " has signed the checkpoint in the proof: anybody could have made it.");
        }
        for (var witness : request.witnesses()) {
            Optional<Instant> time = checkpoint.cosignedBy(witness);
            if (time.isEmpty()) {
                throw new FindingException(
                        Fault.WITNESS_MISSING,
                        "The witness " + witness.name() + " has not cosigned the checkpoint in the proof.");
            }
        }
        var end = event.length > 0 && event[event.length - 1] == '\n' ? event.length - 1 : event.length;
        // One zero byte before the leaf, for its hash.
        var prefixed = new byte[end + 1];
        System.arraycopy(event, 0, prefixed, 1, end);
        checkInclusion(proof, prefixed);
        var leaf = new LeafReader();
        try {
            leaf.read(prefixed, 1, prefixed.length);
        } catch (MalformedException e) {
            throw new FindingException(
                    Fault.LEAF_MALFORMED,
                    "The leaf is in the log, but is no event in canonical form (" + e.getMessage()
                            + "): the hub did not write it so.");
        }
        return new Result(Optional.empty(), proof.index(), leaf.id(), open(disclosures, leaf));
    }

    private Map<String, String> open(byte[] disclosures, LeafReader leaf) throws FindingException {
        var reader = new DisclosureReader(hashing);
        var values = new LinkedHashMap<String, byte[]>();
        try {
            var from = 0;
            for (var to = 0; to <= disclosures.length; to++) {
                if (to == disclosures.length || disclosures[to] == '\n') {
                    if (to > from) {
                        reader.open(disclosures, from, to, leaf, values);
                    }
                    from = to + 1;
                }
            }
        } catch (MalformedException e) {
            throw new FindingException(
                    Fault.DISCLOSURE_WRONG,
                    "A disclosure is wrong (" + e.getMessage() + "): what it shows is not what was recorded.");
        }
        var texts = new LinkedHashMap<String, String>();
        values.forEach((path, value) -> texts.put(path, new String(value, UTF_8)));
        return texts;
    }

    /** RFC 9162, 2.1.3.2: leads from the leaf to the root, right children and left ones as the index says. */
    private void checkInclusion(Proof proof, byte[] prefixed) throws FindingException {
        var node = new byte[Hashing.SIZE];
        hashing.hash(prefixed, 0, prefixed.length, node, 0);
        var first = proof.index();
        var last = proof.checkpoint().size() - 1;
        var isRight = first <= last;
        for (var sibling : proof.path()) {
            isRight &= last > 0;
            if ((first & 1) == 1 || first == last) {
                hashing.node(sibling, 0, node, 0, node, 0);
                while ((first & 1) == 0 && first != 0) {
                    first >>= 1;
                    last >>= 1;
                }
            } else {
                hashing.node(node, 0, sibling, 0, node, 0);
            }
            first >>= 1;
            last >>= 1;
        }
        if (!isRight || last != 0 || !Arrays.equals(node, proof.checkpoint().root())) {
            throw new FindingException(
                    Fault.NOT_INCLUDED,
                    "This event is not leaf %d of the log with the signed root: it was changed, or the proof is of another event."
                            .formatted(proof.index()));
        }
    }

    private static Proof parse(byte[] file) throws FindingException {
        try {
            var text = Note.utf8(file);
            var end = text.indexOf("\n\n");
            if (end < 0) {
                throw new MalformedException("there is no empty line before the checkpoint");
            }
            var lines = new ArrayList<>(List.of(text.substring(0, end).split("\n", -1)));
            if (!lines.remove(0).equals(HEADER)) {
                throw new MalformedException("the first line is not " + HEADER);
            }
            if (!lines.isEmpty() && lines.get(0).startsWith(EXTRA)) {
                lines.remove(0);
            }
            if (lines.isEmpty() || !lines.get(0).matches(INDEX + "(0|[1-9][0-9]{0,14})")) {
                throw new MalformedException("there is no index");
            }
            var index = Long.parseLong(lines.remove(0).substring(INDEX.length()));
            if (lines.size() > MAX_HASHES) {
                throw new MalformedException("there are too many hashes");
            }
            var path = new ArrayList<byte[]>();
            for (var line : lines) {
                path.add(Vkey.base64(line));
                if (path.get(path.size() - 1).length != Hashing.SIZE) {
                    throw new MalformedException("a hash has 32 bytes");
                }
            }
            var checkpoint = text.substring(end + 2).getBytes(UTF_8);
            return new Proof(index, path, Checkpoint.parse("the proof", checkpoint));
        } catch (MalformedException e) {
            throw new FindingException(
                    Fault.PROOF_MALFORMED, "The file is no tlog-proof (" + e.getMessage() + "), so it shows nothing.");
        }
    }
}
