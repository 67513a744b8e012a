package io.animus.verifier;

import static io.animus.verifier.SampleLog.KEY;
import static io.animus.verifier.SampleLog.NEXT_KEY;
import static io.animus.verifier.SampleLog.OTHER_KEY;
import static io.animus.verifier.Story.HUB_1;

import java.util.List;

/** Test vectors about rotated keys. */
final class RotationVectors {
    private static final int AT = 4;

    private RotationVectors() {}

    private static List<SampleEvent> story() {
        return new Story()
                .started(0, HUB_1, 1)
                .plain(1, HUB_1, 2)
                .rotated(2, HUB_1, 3, KEY, NEXT_KEY)
                .plain(3, HUB_1, 4)
                .plain(4, HUB_1, 5)
                .stopped(5, HUB_1, 6)
                .events();
    }

    private static Vector rotated(String name, String shows) {
        var events = story();
        return Vector.good(name, shows, events)
                .with("checkpoint", SampleLog.checkpoint(events, NEXT_KEY))
                .with("rotations/" + AT, SampleLog.checkpoint(events.subList(0, AT), KEY, NEXT_KEY));
    }

    static List<Vector> all() {
        var events = story();
        var before = events.subList(0, AT);
        var other = new java.util.ArrayList<>(before);
        Vectors.with(other, 1, other.get(1).changed("success", "failure"));
        var hidden = new java.util.ArrayList<>(events);
        Vectors.with(hidden, 2, hidden.get(2).showing("/actor"));
        return List.of(
                rotated("good-rotation", "The key was rotated, the old one is trusted"),
                rotated("good-rotation-new-key", "The key was rotated, the new one is trusted")
                        .trusting(NEXT_KEY),
                rotated("good-rotation-older", "The key was rotated after the older checkpoint")
                        .giving("older", SampleLog.checkpoint(events.subList(0, 2), KEY)),
                rotated("bad-rotation-stolen", "Somebody else claims the rotation; the old key has not signed it")
                        .with("rotations/" + AT, SampleLog.checkpoint(before, OTHER_KEY, NEXT_KEY))
                        .bad(Fault.KEY_UNKNOWN),
                rotated("bad-rotation-unaccepted", "The new key has not signed the rotation")
                        .with("rotations/" + AT, SampleLog.checkpoint(before, KEY))
                        .bad(Fault.KEY_UNKNOWN),
                rotated("bad-rotation-hidden", "The keys in the leaf of the rotation are not disclosed")
                        .with("disclosures.jsonl", SampleLog.disclosures(hidden))
                        .bad(Fault.KEY_UNKNOWN),
                rotated("bad-rotation-fork", "The rotation was signed in another history")
                        .with("rotations/" + AT, SampleLog.checkpoint(other, KEY, NEXT_KEY))
                        .bad(Fault.FORKED));
    }
}
