package io.animus.verifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Events of test vectors, in leaf order. */
final class Story {
    static final String HUB_1 = "hub-1/01kdx3a";
    static final String HUB_2 = "hub-2/01kdx3b";

    private final List<SampleEvent> events = new ArrayList<>();
    private int number;

    static String quoted(String text) {
        return "\"" + text + "\"";
    }

    Story event(double seconds, String node, long nodeSeq, String action, Map<String, String> details) {
        events.add(SampleEvent.of(number++, seconds, node, nodeSeq, action, details));
        return this;
    }

    Story plain(double seconds, String node, long nodeSeq) {
        return event(seconds, node, nodeSeq, "run.created", Map.of());
    }

    Story started(double seconds, String node, long nodeSeq) {
        return event(seconds, node, nodeSeq, "node.started", Map.of("heartbeatSeconds", "30"));
    }

    Story heartbeat(double seconds, String node, long nodeSeq) {
        return event(seconds, node, nodeSeq, "node.heartbeat", Map.of("lastSeq", Long.toString(nodeSeq)));
    }

    Story heartbeat(double seconds, String node, long nodeSeq, String voided) {
        return event(
                seconds, node, nodeSeq, "node.heartbeat", Map.of("lastSeq", Long.toString(nodeSeq), "voided", voided));
    }

    Story stopped(double seconds, String node, long nodeSeq) {
        return event(seconds, node, nodeSeq, "node.stopped", Map.of("lastSeq", Long.toString(nodeSeq)));
    }

    Story lost(double seconds, String by, long nodeSeq, String node, long lastSeq, String voided) {
        return event(
                seconds,
                by,
                nodeSeq,
                "node.lost",
                Map.of("node", quoted(node), "lastSeq", Long.toString(lastSeq), "voided", voided));
    }

    Story rotated(double seconds, String node, long nodeSeq, Signer from, Signer to) {
        return event(
                seconds,
                node,
                nodeSeq,
                "log.key_rotated",
                Map.of("oldVkey", quoted(from.vkey()), "newVkey", quoted(to.vkey())));
    }

    List<SampleEvent> events() {
        return List.copyOf(events);
    }

    /** Two hubs; the second one stops, the first one runs on. Numbers do not come in order. */
    static List<SampleEvent> small() {
        var story = new Story().started(0, HUB_1, 1);
        var values = new TreeMap<String, String>();
        values.put("/actor/kind", "\"user\"");
        values.put("/actor/subject", "\"ada@example.org\"");
        values.put("/actor/onBehalfOf", "\"grace@example.org\"");
        values.put("/sourceIp", "\"2001:db8::1\"");
        values.put("/userAgent", "\"curl/8.5.0\"");
        values.put("/details/note", "\"line\\n\\u0001 tab\\t \\\"quoted\\\" \\\\ \uD83D\uDE00 \u20AC caf\u00E9 /\"");
        values.put("/details/number", "9007199254740991");
        values.put(
                "/details/stages",
                "[\"draft\",true,false,null,-1,0,{\"\":{},\"a\":[],\"b\":[[]],\"\uD83D\uDE00\":1,\"\uFB01\":2}]");
        story.events.add(SampleEvent.of(
                story.number++,
                5,
                HUB_1,
                2,
                "model_version.approved",
                "\"reason\":\"caf\u00E9 \\\"quoted\\\"\",\"requestId\":\"req-1\",",
                values));
        return story.started(6, HUB_2, 1)
                .plain(10, HUB_1, 4)
                .plain(9.5, HUB_1, 3)
                .heartbeat(30, HUB_1, 5)
                .plain(31, HUB_2, 2)
                .heartbeat(36, HUB_2, 3)
                .plain(50, HUB_1, 6)
                .heartbeat(60, HUB_1, 7)
                .stopped(65, HUB_2, 4)
                .heartbeat(90, HUB_1, 8)
                .plain(100, HUB_1, 9)
                .heartbeat(120, HUB_1, 10)
                .events();
    }

    /** Two full tiles and a part of a third; of nearly all events the disclosures are erased. */
    static List<SampleEvent> large() {
        var story = new Story().started(0, HUB_1, 1);
        for (var i = 2; i <= 520; i++) {
            story.plain(0.1 * i, HUB_1, i);
        }
        var events = new ArrayList<>(story.events);
        events.replaceAll(event -> event.showing("/details"));
        return events;
    }
}
