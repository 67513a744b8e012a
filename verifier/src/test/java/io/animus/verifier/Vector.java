package io.animus.verifier;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing to judge, and what must come out.
 *
 * @param name also of its files
 * @param shows what it is about, for people
 * @param fault empty if both verdicts are green
 * @param leaf index of the first wrong leaf; negative if none is named
 * @param event id that is named; may be empty
 * @param files of a log; empty if it is a proof
 * @param extra other files by their role: {@code older}, {@code proof}, {@code event}, {@code disclosures}
 */
record Vector(
        String name,
        String shows,
        String fault,
        long leaf,
        String event,
        List<String> keys,
        List<String> witnesses,
        Map<String, byte[]> files,
        Map<String, byte[]> extra) {

    static Vector good(String name, String shows, List<SampleEvent> events) {
        return new Vector(
                name, shows, "", -1, "", List.of(SampleLog.KEY.vkey()), List.of(), SampleLog.files(events), Map.of());
    }

    Vector bad(Fault wrong) {
        return bad(wrong, -1, "");
    }

    Vector bad(Fault wrong, long where, String id) {
        return new Vector(name, shows, wrong.name(), where, id, keys, witnesses, files, extra);
    }

    Vector bad(Fault wrong, int where, List<SampleEvent> events) {
        return bad(
                wrong,
                where,
                SampleEvent.id(Integer.parseInt(
                        events.get(where).leaf().replaceAll(".*\"id\":\"aud_01kdx0*(\\d+)\".*", "$1"))));
    }

    Vector with(String path, byte[] content) {
        var changed = new LinkedHashMap<>(files);
        changed.put(path, content);
        return new Vector(name, shows, fault, leaf, event, keys, witnesses, changed, extra);
    }

    Vector without(String path) {
        var changed = new LinkedHashMap<>(files);
        changed.remove(path);
        return new Vector(name, shows, fault, leaf, event, keys, witnesses, changed, extra);
    }

    Vector trusting(Signer... signers) {
        var vkeys = new ArrayList<String>();
        for (var signer : signers) {
            vkeys.add(signer.vkey());
        }
        return new Vector(name, shows, fault, leaf, event, vkeys, witnesses, files, extra);
    }

    Vector witnessed(Signer witness) {
        return new Vector(name, shows, fault, leaf, event, keys, List.of(witness.vkey()), files, extra);
    }

    Vector giving(String role, byte[] content) {
        var more = new LinkedHashMap<>(extra);
        more.put(role, content);
        return new Vector(name, shows, fault, leaf, event, keys, witnesses, files, more);
    }

    boolean isProof() {
        return files.isEmpty();
    }

    int status() {
        if (fault.isEmpty()) {
            return 0;
        }
        return switch (Fault.valueOf(fault).severity()) {
            case INCOMPLETE -> 1;
            case NOT_INTACT -> 2;
            case UNJUDGED -> 3;
        };
    }

    /** What any verifier must find, on one line. */
    String expected() {
        return String.join(" ", name, Integer.toString(status()), or(fault), leaf < 0 ? "-" : "" + leaf, or(event));
    }

    static String or(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
