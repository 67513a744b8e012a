package io.animus.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where something came from, as a tree of lines: what stands below a line is what it was made of. */
final class LineageTree {
    private static final int SHOWN_OF_DIGEST = 19;

    private final Map<String, JsonNode> nodes = new HashMap<>();
    private final Map<String, List<Origin>> origins = new HashMap<>();
    private final String root;

    private record Origin(String relation, String id) {}

    /** @param lineage the answer of the hub for direction {@code upstream} */
    LineageTree(JsonNode lineage) {
        root = lineage.path("root").asText();
        lineage.path("nodes").forEach(node -> nodes.put(node.path("id").asText(), node));
        for (var edge : lineage.path("edges")) {
            var from = edge.path("from").asText();
            var to = edge.path("to").asText();
            var relation = edge.path("relation").asText();
            // A run produced its artifacts: the one relation that points away from what came first.
            if (relation.equals("produced")) {
                add(to, new Origin("produced by", from));
            } else {
                add(from, new Origin(relation.replace('_', ' '), to));
            }
        }
        origins.values()
                .forEach(
                        each -> each.sort(Comparator.comparing(Origin::relation).thenComparing(Origin::id)));
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(describe(root));
        descend(root, "", lines, new HashSet<>(Set.of(root)));
        return lines;
    }

    private void descend(String id, String indent, List<String> lines, Set<String> shown) {
        for (var origin : origins.getOrDefault(id, List.of())) {
            var isNew = shown.add(origin.id());
            lines.add(indent + "+- " + origin.relation() + " " + describe(origin.id()) + (isNew ? "" : " (above)"));
            if (isNew) {
                descend(origin.id(), indent + "   ", lines, shown);
            }
        }
    }

    private String describe(String id) {
        var node = nodes.get(id);
        if (node == null) {
            return id;
        }
        var digest = node.path("digest");
        return "%s %s%s"
                .formatted(
                        node.path("type").asText(),
                        node.path("label").asText(),
                        digest.isTextual() ? "  " + shortened(digest.asText()) : "");
    }

    private static String shortened(String digest) {
        return digest.length() > SHOWN_OF_DIGEST ? digest.substring(0, SHOWN_OF_DIGEST) + "…" : digest;
    }

    private void add(String id, Origin origin) {
        origins.computeIfAbsent(id, key -> new ArrayList<>()).add(origin);
    }
}
