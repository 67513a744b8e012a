package io.animus.kernel.core;

import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.lineage.Direction;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.LineageNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Says what came from what. Safe for many threads. */
@Component(service = Lineage.class)
public final class Lineage {
    /** The most edges from the root that can be asked for. */
    public static final int MAX_DEPTH = 20;

    /** The most nodes that are answered. */
    public static final int MAX_NODES = 1000;

    private final Gate gate;
    private final int maxNodes;

    @Activate
    public Lineage(@Reference(name = "gate") Gate gate) {
        this(gate, MAX_NODES);
    }

    Lineage(Gate gate, int maxNodes) {
        this.gate = gate;
        this.maxNodes = maxNodes;
    }

    /**
     * The part of the graph that was reached.
     *
     * @param nodes the root first, then by distance, then by id
     * @param edges all between these nodes
     * @param truncated whether there are more nodes within the depth
     */
    public record Graph(
            String root,
            Direction direction,
            int depth,
            List<LineageNode> nodes,
            List<LineageEdge> edges,
            boolean truncated) {
        public Graph {
            nodes = List.copyOf(nodes);
            edges = List.copyOf(edges);
        }
    }

    /**
     * Walks from {@code root}. The cost is bounded by depth and nodes, not by the size of the graph.
     *
     * @param root id of anything that lineage knows, code apart
     * @param depth 1 to {@link #MAX_DEPTH} edges
     */
    public Graph walk(Caller caller, String project, String root, Direction direction, int depth) {
        if (depth < 1 || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("a depth is 1 to " + MAX_DEPTH + ", not " + depth);
        }
        return gate.read(caller, Target.inProject(project, "lineage", root), Permission.READ, reading -> {
            var tx = reading.tx();
            var of = reading.project().id();
            var reach = reading.rights().reach(Permission.READ);
            if (!LineageNode.isEntity(root)
                    || tx.lineageGraph().nodes(of, reach, List.of(root)).isEmpty()) {
                throw RefusedException.notFound("thing with a lineage");
            }
            var walk = new Walk(root);
            var up = direction == Direction.DOWNSTREAM ? Set.<String>of() : Set.of(root);
            var down = direction == Direction.UPSTREAM ? Set.<String>of() : Set.of(root);
            for (var level = 0; level < depth && !walk.truncated && !(up.isEmpty() && down.isEmpty()); level++) {
                var above = up.isEmpty()
                        ? List.<String>of()
                        : tx.lineageGraph().upstream(of, reach, up, walk.reached, walk.room() + 1);
                var below = down.isEmpty()
                        ? List.<String>of()
                        : tx.lineageGraph().downstream(of, reach, down, walk.reached, walk.room() + 1);
                walk.add(above, below);
                up = Set.copyOf(above);
                down = Set.copyOf(below);
            }
            return new Graph(
                    root,
                    direction,
                    depth,
                    nodes(reading, walk.reached),
                    tx.lineageGraph().edgesBetween(of, walk.reached),
                    walk.truncated);
        });
    }

    private static List<LineageNode> nodes(Reading reading, Set<String> ids) {
        var entities = ids.stream().filter(LineageNode::isEntity).toList();
        var known = reading.tx()
                .lineageGraph()
                .nodes(reading.project().id(), reading.rights().reach(Permission.READ), entities);
        var nodes = new ArrayList<LineageNode>();
        for (var id : ids) {
            var node = known.get(id);
            nodes.add(node == null ? LineageNode.code(id) : node);
        }
        return nodes;
    }

    /** How far one walk has come. */
    private final class Walk {
        private final Set<String> reached = new LinkedHashSet<>();
        private boolean truncated;

        Walk(String root) {
            reached.add(root);
        }

        int room() {
            return maxNodes - reached.size();
        }

        void add(List<String> above, List<String> below) {
            var level = new TreeSet<>(above);
            level.addAll(below);
            truncated = level.size() > room();
            level.stream().limit(room()).toList().forEach(reached::add);
        }
    }
}
