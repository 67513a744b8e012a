package io.animus.verifier;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Both verdicts on a log, and what they rest on.
 *
 * @param fault why the log is not intact, or cannot be judged
 * @param signers keys that signed the checkpoint and are trusted
 * @param witnessed when each witness that was asked for saw the checkpoint
 * @param leaves how many were read
 * @param disclosures how many were right
 */
record Report(
        Optional<Finding> fault,
        Optional<Checkpoint> checkpoint,
        List<Vkey> signers,
        Map<String, Instant> witnessed,
        long leaves,
        long disclosures,
        Nodes nodes) {
    static final int GREEN = 0;
    static final int INCOMPLETE = 1;
    static final int NOT_INTACT = 2;
    static final int UNJUDGED = 3;

    /** Empty if it cannot be judged. */
    Optional<Boolean> isIntact() {
        if (fault.isEmpty()) {
            return Optional.of(true);
        }
        return fault.get().fault().severity() == Fault.Severity.NOT_INTACT ? Optional.of(false) : Optional.empty();
    }

    /** Empty if it cannot be judged, as when the log is not intact. */
    Optional<Boolean> isComplete() {
        return fault.isPresent() ? Optional.empty() : Optional.of(nodes.findingCount() == 0);
    }

    /** Exit status of the command. */
    int status() {
        if (fault.isPresent()) {
            return fault.get().fault().severity() == Fault.Severity.NOT_INTACT ? NOT_INTACT : UNJUDGED;
        }
        return nodes.findingCount() == 0 ? GREEN : INCOMPLETE;
    }

    /** What is wrong, the first thing first. */
    List<Finding> findings() {
        return fault.map(List::of).orElseGet(nodes::findings);
    }

    long voided() {
        return nodes.instances().stream().mapToLong(Instance::voided).sum();
    }

    /** Numbers of open instances that may still be on their way. */
    long pending() {
        return nodes.instances().stream().mapToLong(Instance::pending).sum();
    }

    /** For people. */
    String text() {
        var lines = new ArrayList<String>();
        checkpoint.ifPresent(newest -> {
            lines.add("log         " + newest.origin());
            lines.add("checkpoint  %,d leaves, root %s".formatted(newest.size(), JsonOutput.base64(newest.root())));
        });
        signers.forEach(key -> lines.add("signed by   " + key.name() + "+" + key.id()));
        witnessed.forEach((witness, time) -> lines.add("witness     " + witness + " at " + time));
        lines.add("read        %,d leaves, %,d disclosures".formatted(leaves, disclosures));
        if (fault.isEmpty()) {
            lines.add("nodes       %,d, with %,d numbers void and %,d pending"
                    .formatted(nodes.instances().size(), voided(), pending()));
        }
        lines.add("intact      " + word(isIntact()));
        lines.add("complete    " + word(isComplete()));
        findings().forEach(finding -> lines.add("  " + finding.fault() + ": " + finding.sentence()));
        if (nodes.findingCount() > Nodes.MAX_FINDINGS && fault.isEmpty()) {
            lines.add("  … and %,d more".formatted(nodes.findingCount() - Nodes.MAX_FINDINGS));
        }
        return String.join("\n", lines);
    }

    private static String word(Optional<Boolean> verdict) {
        return verdict.map(is -> is ? "YES" : "NO").orElse("not judged");
    }

    /** For programs; one object. */
    String json() {
        var json = new JsonOutput()
                .put("status", status())
                .put("intact", isIntact())
                .put("complete", isComplete())
                .put("findings", findings())
                .put("findingCount", fault.isPresent() ? 1 : nodes.findingCount())
                .put("leavesRead", leaves)
                .put("disclosuresRead", disclosures);
        checkpoint.ifPresent(newest -> json.put("origin", newest.origin())
                .put("size", newest.size())
                .put("root", JsonOutput.base64(newest.root())));
        json.putAll("signedBy", signers.stream().map(Vkey::text).toList());
        json.putAll(
                "witnesses",
                witnessed.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .toList());
        if (fault.isEmpty()) {
            json.put("nodes", nodes.instances().size()).put("voided", voided()).put("pending", pending());
            if (nodes.latest() != Long.MIN_VALUE) {
                json.put("latest", Timestamp.text(nodes.latest()));
            }
        }
        return json.text();
    }
}
