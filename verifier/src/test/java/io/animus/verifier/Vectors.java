package io.animus.verifier;

import static io.animus.verifier.SampleLog.KEY;
import static io.animus.verifier.SampleLog.OTHER_KEY;
import static io.animus.verifier.SampleLog.WITNESS;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The test vectors of docs/audit/vectors: every kind of log that is right, and every kind of tampering. */
final class Vectors {
    private static final List<SampleEvent> SMALL = Story.small();
    private static final List<SampleEvent> LARGE = Story.large();
    private static final String ENTRIES = "tile/entries/000.p/" + SMALL.size();
    private static final int SHOWN = 1;

    private Vectors() {}

    static List<Vector> all() {
        var all = new ArrayList<Vector>();
        all.addAll(good());
        all.addAll(tampered());
        all.addAll(signedByTheWrongOne());
        all.addAll(writtenWrong());
        all.addAll(RotationVectors.all());
        all.addAll(IncompleteVectors.all());
        all.addAll(proofs());
        return all;
    }

    private static List<Vector> good() {
        var head = SampleLog.head(SMALL);
        var cosigned = new String(SampleLog.checkpoint(SMALL, KEY), UTF_8) + WITNESS.cosignature(head, 1_767_268_900);
        var erased = new ArrayList<>(SMALL);
        erased.replaceAll(event -> event.leaf().contains("\"node.") ? event : event.showing());
        erased.set(SHOWN, SMALL.get(SHOWN).showing("/details/note", "/sourceIp"));
        var full = Vector.good(
                "good-full-tile-for-partial",
                "The log has grown after the checkpoint, and its partial tiles are gone",
                List.of());
        return List.of(
                Vector.good("good-small", "Two nodes, all disclosures, numbers out of order", SMALL),
                Vector.good("good-empty", "A log without leaves", List.of()),
                Vector.good("good-older", "The continuation of an older checkpoint", SMALL)
                        .giving("older", SampleLog.checkpoint(SMALL.subList(0, 5), KEY)),
                Vector.good("good-large", "Two full tiles, a partial one, and a level above", LARGE)
                        .giving("older", SampleLog.checkpoint(LARGE.subList(0, 300), KEY)),
                Vector.good("good-erased", "Most disclosures are erased", erased),
                Vector.good("good-cosigned", "A witness has cosigned the checkpoint", SMALL)
                        .with("checkpoint", cosigned.getBytes(UTF_8))
                        .witnessed(WITNESS),
                full(full));
    }

    private static Vector full(Vector named) {
        var tiles = SampleLog.tiles(LARGE.subList(0, 256));
        var vector = named.with("checkpoint", SampleLog.checkpoint(LARGE.subList(0, 200), KEY))
                .with("tile/entries/000", tiles.get("tile/entries/000"))
                .with("tile/0/000", tiles.get("tile/0/000"));
        return vector.with("disclosures.jsonl", SampleLog.disclosures(LARGE.subList(0, 200)));
    }

    private static Vector tamperedBundle(String name, String shows, List<SampleEvent> stored, int where) {
        return Vector.good(name, shows, SMALL)
                .with(ENTRIES, SampleLog.bundle(stored))
                .bad(Fault.LEAF_CHANGED, where, stored);
    }

    private static List<SampleEvent> edited(UnaryOperator<List<SampleEvent>> edit) {
        return edit.apply(new ArrayList<>(SMALL));
    }

    private static List<Vector> tampered() {
        var large = SampleLog.files(LARGE);
        var upper = large.get("tile/1/000.p/2").clone();
        upper[40] ^= 1;
        var rebuilt = edited(events -> with(events, 3, events.get(3).changed("success", "failure")));
        return List.of(
                tamperedBundle("bad-deleted", "An event was deleted", edited(events -> without(events, 3)), 3),
                tamperedBundle(
                        "bad-changed",
                        "The outcome of an event was changed",
                        edited(events -> with(events, 3, events.get(3).changed("success", "failure"))),
                        3),
                tamperedBundle(
                        "bad-reordered",
                        "Two events have changed places",
                        edited(events -> with(with(events, 6, SMALL.get(7)), 7, SMALL.get(6))),
                        6),
                tamperedBundle(
                        "bad-duplicated",
                        "An event is there twice",
                        edited(events -> {
                            events.add(9, SMALL.get(8));
                            return events;
                        }),
                        9),
                tamperedBundle(
                        "bad-backdated",
                        "An event was given an earlier time",
                        edited(events ->
                                with(events, 12, events.get(12).changed(SampleEvent.time(100), SampleEvent.time(70)))),
                        12),
                Vector.good("bad-appended", "An event was added behind the last one", SMALL)
                        .with(ENTRIES, SampleLog.bundle(edited(events -> {
                            events.add(SMALL.get(3));
                            return events;
                        })))
                        .bad(Fault.BUNDLE_MALFORMED, SMALL.size(), ""),
                Vector.good("bad-cut-bundle", "The last event is missing in its bundle", SMALL)
                        .with(ENTRIES, SampleLog.bundle(SMALL.subList(0, 13)))
                        .bad(Fault.BUNDLE_MALFORMED, 13, ""),
                Vector.good(
                                "bad-truncated",
                                "The tail was cut off after a checkpoint was kept elsewhere",
                                SMALL.subList(0, 10))
                        .giving("older", SampleLog.checkpoint(SMALL, KEY))
                        .bad(Fault.TRUNCATED, 10, ""),
                Vector.good(
                                "bad-forked",
                                "An older backup was taken up again and went another way",
                                edited(events -> with(events, 8, events.get(8).changed("run.created", "run.started"))))
                        .giving("older", SampleLog.checkpoint(SMALL.subList(0, 12), KEY))
                        .bad(Fault.FORKED),
                Vector.good("bad-rebuilt", "An event was changed and all tiles made anew, without the key", SMALL)
                        .with(ENTRIES, SampleLog.bundle(rebuilt))
                        .with("tile/0/000.p/14", SampleLog.tiles(rebuilt).get("tile/0/000.p/14"))
                        .bad(Fault.ROOT_MISMATCH),
                Vector.good("bad-swapped-tiles", "Two tiles of hashes have changed places", LARGE)
                        .with("tile/0/000", large.get("tile/0/001"))
                        .with("tile/0/001", large.get("tile/0/000"))
                        .bad(Fault.LEAF_CHANGED, 0, LARGE),
                Vector.good("bad-swapped-bundles", "Two entry bundles have changed places", LARGE)
                        .with("tile/entries/000", large.get("tile/entries/001"))
                        .with("tile/entries/001", large.get("tile/entries/000"))
                        .bad(Fault.LEAF_CHANGED, 0, SampleEvent.id(256)),
                Vector.good("bad-upper-tile", "A hash of level 1 was changed", LARGE)
                        .with("tile/1/000.p/2", upper)
                        .bad(Fault.TILE_CHANGED, 256, ""),
                Vector.good("bad-short-tile", "A tile has too few hashes", SMALL)
                        .with(
                                "tile/0/000.p/14",
                                Arrays.copyOf(SampleLog.tiles(SMALL).get("tile/0/000.p/14"), 13 * 32))
                        .bad(Fault.TILE_MALFORMED, 0, ""),
                Vector.good("bad-missing-tile", "A tile is missing", SMALL)
                        .without("tile/0/000.p/14")
                        .bad(Fault.UNREADABLE));
    }

    static List<SampleEvent> with(List<SampleEvent> events, int index, SampleEvent event) {
        events.set(index, event);
        return events;
    }

    static List<SampleEvent> without(List<SampleEvent> events, int index) {
        events.remove(index);
        return events;
    }

    private static List<Vector> signedByTheWrongOne() {
        var head = SampleLog.head(SMALL);
        var other = SMALL.subList(0, 5);
        var forged = head + "\n" + KEY.forgedLine(OTHER_KEY.sign(head.getBytes(UTF_8)));
        var cosigned = new String(SampleLog.checkpoint(SMALL, KEY), UTF_8);
        return List.of(
                Vector.good("bad-forged-key", "The checkpoint is signed with another key of the same name", SMALL)
                        .with("checkpoint", SampleLog.checkpoint(SMALL, OTHER_KEY))
                        .bad(Fault.KEY_UNKNOWN),
                Vector.good(
                                "bad-forged-signature",
                                "The checkpoint is signed with another key, in the name of the trusted one",
                                SMALL)
                        .with("checkpoint", forged.getBytes(UTF_8))
                        .bad(Fault.SIGNATURE_WRONG),
                Vector.good("bad-forged-older", "The older checkpoint is signed with another key", SMALL)
                        .giving("older", SampleLog.checkpoint(other, OTHER_KEY))
                        .bad(Fault.KEY_UNKNOWN),
                Vector.good("bad-other-log", "The older checkpoint is of another log", SMALL)
                        .giving("older", note(SampleLog.head(other).replace("vectors", "elsewhere"), KEY))
                        .bad(Fault.OTHER_LOG),
                Vector.good("bad-cosignature", "The cosignature is of another checkpoint", SMALL)
                        .with(
                                "checkpoint",
                                (cosigned + WITNESS.cosignature(SampleLog.head(other), 1_767_268_900)).getBytes(UTF_8))
                        .witnessed(WITNESS)
                        .bad(Fault.COSIGNATURE_WRONG),
                Vector.good("bad-no-witness", "The witness has not cosigned", SMALL)
                        .witnessed(WITNESS)
                        .bad(Fault.WITNESS_MISSING),
                Vector.good("bad-checkpoint", "The checkpoint is none", SMALL)
                        .with("checkpoint", note(head.replace("\n14\n", "\n014\n"), KEY))
                        .bad(Fault.CHECKPOINT_MALFORMED));
    }

    private static byte[] note(String text, Signer signer) {
        return (text + "\n" + signer.line(text)).getBytes(UTF_8);
    }

    /** Logs that are signed by the right key, but hold what a right hub does not write. */
    private static List<Vector> writtenWrong() {
        var at = 3;
        var vectors = new ArrayList<Vector>();
        var changes = Map.of(
                "space", List.of("\"format\":1", "\"format\": 1"),
                "float", List.of("\"format\":1", "\"format\":1.0"),
                "order", List.of("\"format\":1,", "\"extra\":1,\"format\":1,"),
                "escape", List.of("\"node\":\"hub-1/01kdx3a\"", "\"node\":\"hub-1\\/01kdx3a\""),
                "nfc", List.of("\"outcome\":\"success\"", "\"outcome\":\"success\",\"reason\":\"cafe\u0301\""),
                "date", List.of("2026-01-01T", "2026-02-29T"));
        changes.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(change -> {
            var events = edited(all -> with(
                    all,
                    at,
                    all.get(at)
                            .changed(change.getValue().get(0), change.getValue().get(1))));
            vectors.add(Vector.good(
                            "bad-leaf-" + change.getKey(),
                            "A leaf is not in canonical form: " + change.getKey(),
                            events)
                    .bad(Fault.LEAF_MALFORMED, at, SMALL));
        });
        var salt = SampleEvent.salt(1, "/sourceIp");
        vectors.add(wrongDisclosure(
                "bad-disclosure",
                "A disclosure shows another value",
                SampleEvent.disclosure(salt, "/sourceIp", "\"192.0.2.1\"")));
        vectors.add(wrongDisclosure(
                "bad-disclosure-path",
                "A disclosure stands at another path",
                SMALL.get(SHOWN)
                        .disclosures()
                        .get("/userAgent")
                        .replaceAll("^.*$", SampleEvent.disclosure(salt, "/userAgent", "\"2001:db8::1\""))));
        vectors.add(wrongDisclosure(
                "bad-disclosure-moved",
                "A disclosure is of another leaf",
                SMALL.get(0).disclosures().get("/actor/kind")));
        return vectors;
    }

    private static Vector wrongDisclosure(String name, String shows, String disclosure) {
        return Vector.good(
                        name,
                        shows,
                        edited(events -> with(events, SHOWN, events.get(SHOWN).disclosing("/sourceIp", disclosure))))
                .bad(Fault.DISCLOSURE_WRONG, SHOWN, SMALL);
    }

    private static List<Vector> proofs() {
        var event = SMALL.get(SHOWN);
        var proof = new Vector(
                        "proof-good",
                        "One event and two of its values",
                        "",
                        -1,
                        "",
                        List.of(KEY.vkey()),
                        List.of(),
                        Map.of(),
                        Map.of())
                .giving("proof", SampleLog.proof(SMALL, SHOWN))
                .giving("event", event.bytes())
                .giving(
                        "disclosures",
                        String.join(
                                        "\n",
                                        event.showing("/details/note", "/sourceIp")
                                                .disclosed())
                                .getBytes(UTF_8));
        var changed = event.changed("\"nodeSeq\":2", "\"nodeSeq\":3").bytes();
        return List.of(
                proof,
                named(proof, "proof-changed", "The event was changed")
                        .giving("event", changed)
                        .bad(Fault.NOT_INCLUDED),
                named(proof, "proof-other", "The proof is of another event")
                        .giving("proof", SampleLog.proof(SMALL, 4))
                        .bad(Fault.NOT_INCLUDED),
                named(proof, "proof-key", "The key is another one")
                        .trusting(OTHER_KEY)
                        .bad(Fault.KEY_UNKNOWN),
                named(proof, "proof-disclosure", "A disclosure shows another value")
                        .giving(
                                "disclosures",
                                SampleEvent.disclosure(SampleEvent.salt(1, "/sourceIp"), "/sourceIp", "\"192.0.2.1\"")
                                        .getBytes(UTF_8))
                        .bad(Fault.DISCLOSURE_WRONG),
                named(proof, "proof-malformed", "The proof is none")
                        .giving("proof", SampleLog.checkpoint(SMALL, KEY))
                        .bad(Fault.PROOF_MALFORMED));
    }

    private static Vector named(Vector vector, String name, String shows) {
        return new Vector(
                name,
                shows,
                vector.fault(),
                vector.leaf(),
                vector.event(),
                vector.keys(),
                vector.witnesses(),
                vector.files(),
                vector.extra());
    }
}
