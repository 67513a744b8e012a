package io.animus.verifier;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges whether anything that the hub counted is missing. Memory: one {@link Instance} for each start of a hub. */
final class Nodes {
    /** The most findings that are kept. */
    static final int MAX_FINDINGS = 100;

    private static final byte[] NOUN = {'n', 'o', 'd', 'e', '.'};

    private final Map<String, Instance> instances = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private Instance current = new Instance("");
    private long findingCount;
    private long latest = Long.MIN_VALUE;

    /** Whether the details of this leaf are wanted. */
    static boolean isWanted(LeafReader leaf) {
        return leaf.isActionOf(NOUN);
    }

    /**
     * Takes the next leaf into account.
     *
     * @param values disclosed values, if {@linkplain #isWanted wanted}
     */
    void account(long index, LeafReader leaf, Map<String, byte[]> values) throws MalformedException {
        latest = Math.max(latest, leaf.time());
        var node = leaf.node();
        if (!current.name().equals(node)) {
            current = instance(node);
        }
        if (!current.numbers().add(leaf.nodeSeq(), leaf.nodeSeq())) {
            add(
                    index,
                    leaf,
                    Fault.NUMBER_TWICE,
                    "number %d of the node %s is there a second time, or was declared void: "
                                    .formatted(leaf.nodeSeq(), node)
                            + "an event was repeated or slipped in.");
        }
        if (isWanted(leaf)) {
            for (var kind : NodeAccount.Kind.values()) {
                if (kind.is(leaf)) {
                    account(kind, index, leaf, values);
                }
            }
        }
    }

    private Instance instance(String node) {
        return instances.computeIfAbsent(node, Instance::new);
    }

    private void account(NodeAccount.Kind kind, long index, LeafReader leaf, Map<String, byte[]> values) {
        if (kind != NodeAccount.Kind.LOST) {
            live(kind, index, leaf);
        }
        NodeAccount account;
        try {
            account = NodeAccount.read(kind, leaf, values);
        } catch (MalformedException e) {
            add(
                    index,
                    leaf,
                    Fault.DETAILS_MISSING,
                    "this event keeps account of a node, but " + e.getMessage()
                            + ": nobody can tell whether events are missing.");
            if (kind == NodeAccount.Kind.STARTED) {
                current.start(0);
            }
            return;
        }
        var about = instance(account.node());
        if (kind == NodeAccount.Kind.STARTED && !about.start(account.heartbeatSeconds())) {
            add(
                    index,
                    leaf,
                    Fault.NODE_STARTED_TWICE,
                    "the node " + account.node() + " is opened a second time: one of both is not what it says.");
        }
        about.count(account);
        for (var range : account.voided()) {
            if (!about.renounce(range)) {
                add(
                        index,
                        leaf,
                        Fault.NUMBER_TWICE,
                        "numbers %d to %d of the node %s are declared void, but one of them is there: "
                                        .formatted(range.first(), range.last(), account.node())
                                + "the declaration is wrong.");
            }
        }
    }

    private void live(NodeAccount.Kind kind, long index, LeafReader leaf) {
        Optional<Long> silence = current.live(leaf.time());
        if (silence.isPresent() && kind != NodeAccount.Kind.STARTED) {
            add(
                    index,
                    leaf,
                    Fault.NODE_SILENT,
                    "the node %s gave no sign of life for %d s before this event, which is more than twice what it promised: "
                                    .formatted(current.name(), silence.get() / 1_000_000)
                            + "heartbeats are missing.");
        }
    }

    private void add(long index, LeafReader leaf, Fault fault, String rest) {
        add(new Finding(fault, index, leaf.id(), "At leaf %d (event %s) %s".formatted(index, leaf.id(), rest)));
    }

    private void add(Finding finding) {
        findingCount++;
        if (findings.size() < MAX_FINDINGS) {
            findings.add(finding);
        }
    }

    /** Judges what can only be judged when all leaves are known. */
    void end() {
        for (var instance : instances.values()) {
            instance.atEnd(latest).ifPresent(this::add);
        }
    }

    /** The first findings, at most {@link #MAX_FINDINGS}. */
    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** How many findings there are in all. */
    long findingCount() {
        return findingCount;
    }

    Collection<Instance> instances() {
        return instances.values();
    }

    /** Time of the latest event, in microseconds since 1970; {@link Long#MIN_VALUE} if there is none. */
    long latest() {
        return latest;
    }
}
