package io.animus.verifier;

import static io.animus.verifier.Story.HUB_1;
import static io.animus.verifier.Story.HUB_2;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Test vectors about what is missing, and about what only seems so. All of them are intact. */
final class IncompleteVectors {
    private IncompleteVectors() {}

    private static Story beginning() {
        return new Story().started(0, HUB_1, 1).plain(1, HUB_1, 2);
    }

    static List<Vector> all() {
        return List.of(
                Vector.good(
                        "good-voided",
                        "Transactions were rolled back, and a number is still on its way",
                        beginning()
                                .plain(2, HUB_1, 4)
                                .heartbeat(30, HUB_1, 5, "[]")
                                .heartbeat(60, HUB_1, 9, "[[3,3],[6,8]]")
                                .plain(61, HUB_1, 12)
                                .heartbeat(90, HUB_1, 13, "[[10,10]]")
                                .events()),
                Vector.good(
                        "good-lost-node",
                        "A node crashed, and the next one closed it",
                        beginning()
                                .plain(2, HUB_1, 5)
                                .started(500, HUB_2, 1)
                                .lost(501, HUB_2, 2, HUB_1, 6, "[[3,4],[6,6]]")
                                .heartbeat(530, HUB_2, 3)
                                .events()),
                Vector.good(
                                "bad-gap",
                                "A number of an event was given and never came",
                                beginning()
                                        .plain(2, HUB_1, 4)
                                        .heartbeat(30, HUB_1, 5)
                                        .heartbeat(60, HUB_1, 6)
                                        .heartbeat(90, HUB_1, 7)
                                        .events())
                        .bad(Fault.NUMBER_MISSING),
                Vector.good(
                                "bad-gap-closed",
                                "The last events of a stopped node are missing",
                                beginning()
                                        .event(9, HUB_1, 3, "node.stopped", Map.of("lastSeq", "4"))
                                        .events())
                        .bad(Fault.NUMBER_MISSING),
                Vector.good(
                                "bad-missing-heartbeat",
                                "A node gave no sign of life for too long",
                                beginning()
                                        .heartbeat(30, HUB_1, 3)
                                        .heartbeat(90.000001, HUB_1, 4)
                                        .events())
                        .bad(Fault.NODE_SILENT, 3, SampleEvent.id(3)),
                Vector.good(
                                "bad-left-open",
                                "A node went silent while the other one went on",
                                beginning()
                                        .started(2, HUB_2, 1)
                                        .heartbeat(30, HUB_2, 2)
                                        .heartbeat(60, HUB_2, 3)
                                        .plain(61, HUB_2, 4)
                                        .events())
                        .bad(Fault.NODE_LEFT_OPEN),
                Vector.good(
                                "bad-number-twice",
                                "Two events have the same number",
                                beginning()
                                        .plain(2, HUB_1, 2)
                                        .stopped(3, HUB_1, 3)
                                        .events())
                        .bad(Fault.NUMBER_TWICE, 2, SampleEvent.id(2)),
                Vector.good(
                                "bad-voided-twice",
                                "The number of an event is declared void",
                                beginning()
                                        .plain(2, HUB_1, 3)
                                        .heartbeat(30, HUB_1, 4, "[[2,3]]")
                                        .events())
                        .bad(Fault.NUMBER_TWICE, 3, SampleEvent.id(3)),
                Vector.good(
                                "bad-not-started",
                                "The first event of a node is missing",
                                new Story()
                                        .plain(1, HUB_1, 2)
                                        .stopped(3, HUB_1, 3)
                                        .events())
                        .bad(Fault.NODE_NOT_STARTED),
                Vector.good(
                                "bad-started-twice",
                                "A node is opened twice",
                                beginning()
                                        .started(2, HUB_1, 3)
                                        .stopped(3, HUB_1, 4)
                                        .events())
                        .bad(Fault.NODE_STARTED_TWICE, 2, SampleEvent.id(2)),
                Vector.good(
                                "bad-above-last",
                                "A node went on after it was closed",
                                beginning()
                                        .stopped(3, HUB_1, 3)
                                        .plain(4, HUB_1, 4)
                                        .events())
                        .bad(Fault.NUMBER_ABOVE_LAST),
                Vector.good("bad-details-missing", "The details of a heartbeat were erased", hidden())
                        .bad(Fault.DETAILS_MISSING, 2, SampleEvent.id(2)));
    }

    private static List<SampleEvent> hidden() {
        var events = new ArrayList<>(beginning().heartbeat(30, HUB_1, 3).events());
        return Vectors.with(events, 2, events.get(2).showing("/actor"));
    }
}
