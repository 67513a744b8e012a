package io.animus.kernel.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds what a hub answered against the leaves of its audit log. What an operation must leave there is data, {@code
 * x-animus-audit} in {@code openapi.yaml}; what a refusal must leave follows from its status.
 */
final class OnRecord {
    private static final Set<Integer> DENIALS = Set.of(401, 403, 404);
    private static final int TOO_MANY = 429;
    private static final String LEAVES =
            "select e.leaf from audit_leaf l join audit_event e on e.id = l.event_id order by l.leaf_index";
    private static final String WAITING =
            "select count(*) from audit_event e where not exists (select from audit_leaf where event_id = e.id)";

    private final Map<String, List<JsonNode>> leaves = new HashMap<>();

    private OnRecord(TestHub hub) throws Exception {
        awaitLog(hub);
        try (var owner = hub.owner();
                var sql = owner.createStatement();
                var rows = sql.executeQuery(LEAVES)) {
            while (rows.next()) {
                var leaf = new ObjectMapper().readTree(rows.getBytes(1));
                var request = leaf.path("requestId").asText();
                leaves.computeIfAbsent(request, id -> new ArrayList<>()).add(leaf);
            }
        }
    }

    /**
     * Answers without their leaves, leaves that no answer names, and actions of the document that were never seen, though all
     * operations succeeded; empty if all is as it should be.
     */
    static List<String> wrong(TestHub hub) throws Exception {
        var record = new OnRecord(hub);
        var wrong = record.check(hub);
        var found = new TreeMap<String, Set<String>>();
        for (var exchange : Contract.exchanges()) {
            if (exchange.port() == hub.port() && exchange.status() < 300) {
                found.computeIfAbsent(exchange.operation().id(), id -> new TreeSet<>())
                        .addAll(record.actions(exchange));
            }
        }
        for (var operation : Contract.all()) {
            var seen = found.getOrDefault(operation.id(), Set.of());
            if (!seen.equals(operation.actions())) {
                wrong.add("%s: documented %s, seen %s".formatted(operation.id(), operation.actions(), seen));
            }
        }
        return wrong;
    }

    /** As {@link #wrong}, where not every operation succeeds with all that it does. */
    static List<String> missing(TestHub hub) throws Exception {
        return new OnRecord(hub).check(hub);
    }

    private List<String> check(TestHub hub) {
        var wrong = new ArrayList<String>();
        for (var exchange : Contract.exchanges()) {
            if (exchange.port() == hub.port()) {
                var actions = actions(exchange);
                if (!isRight(exchange, actions)) {
                    wrong.add(
                            "%s: the answer names '%s', the log has %s".formatted(exchange, exchange.event(), actions));
                }
            }
        }
        return wrong;
    }

    private boolean isRight(Contract.Exchange exchange, Set<String> actions) {
        var own = leaves.getOrDefault(exchange.requestId(), List.of());
        if (exchange.status() >= 400 && exchange.status() != TOO_MANY && !isPublic(exchange)) {
            var refusal = DENIALS.contains(exchange.status()) ? "access.denied" : "request.refused";
            return own.size() == 1 && actions.equals(Set.of(refusal)) && names(exchange, own);
        }
        return exchange.operation().actions().containsAll(actions)
                && (own.isEmpty() ? exchange.event().isEmpty() : names(exchange, own));
    }

    private static boolean isPublic(Contract.Exchange exchange) {
        return exchange.operation().roles().contains("public");
    }

    private static boolean names(Contract.Exchange exchange, List<JsonNode> own) {
        return own.stream().anyMatch(leaf -> leaf.path("id").asText().equals(exchange.event()));
    }

    private Set<String> actions(Contract.Exchange exchange) {
        var actions = new TreeSet<String>();
        leaves.getOrDefault(exchange.requestId(), List.of())
                .forEach(leaf -> actions.add(leaf.path("action").asText()));
        return actions;
    }

    private static void awaitLog(TestHub hub) throws SQLException {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < deadline) {
            try (var owner = hub.owner();
                    var sql = owner.createStatement();
                    var waiting = sql.executeQuery(WAITING)) {
                waiting.next();
                if (waiting.getLong(1) == 0) {
                    return;
                }
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("events don't get into the log");
    }
}
