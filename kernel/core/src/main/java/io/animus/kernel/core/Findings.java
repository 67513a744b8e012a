package io.animus.kernel.core;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What was found of plugins since this node started, until it is on record: each finding once. Safe for many threads. */
final class Findings {
    private final Set<Finding> untold = new LinkedHashSet<>();
    private final Set<Finding> told = new HashSet<>();

    synchronized void add(Collection<Finding> found) {
        found.stream().filter(one -> !told.contains(one)).forEach(untold::add);
    }

    /** Forgets what was found too early, unless it is on record. */
    synchronized void replace(Collection<Finding> before, Collection<Finding> now) {
        before.forEach(untold::remove);
        add(now);
    }

    synchronized List<Finding> untold() {
        return List.copyOf(untold);
    }

    synchronized void told(Finding finding) {
        untold.remove(finding);
        told.add(finding);
    }
}
