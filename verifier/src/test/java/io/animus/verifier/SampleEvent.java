package io.animus.verifier;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An event of a test vector: its leaf and its disclosures. Everything that looks random comes from its number.
 *
 * @param leaf as text, which is canonical as long as what is put in is
 * @param disclosures by path
 */
record SampleEvent(String leaf, Map<String, String> disclosures) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Instant START = Instant.parse("2026-01-01T12:00:00.123456Z");
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /**
     * An event.
     *
     * @param number in the whole log; gives its id and its salts
     * @param seconds since the start of the log
     * @param details JSON values by name
     */
    static SampleEvent of(
            int number, double seconds, String node, long nodeSeq, String action, Map<String, String> details) {
        var values = new TreeMap<String, String>();
        values.put("/actor/kind", "\"user\"");
        values.put("/actor/subject", "\"ada" + number + "@example.org\"");
        details.forEach((name, value) -> values.put("/details/" + name, value));
        return of(number, seconds, node, nodeSeq, action, "", values);
    }

    /** @param optional members from reason to requestId, each with a comma at its end */
    static SampleEvent of(
            int number,
            double seconds,
            String node,
            long nodeSeq,
            String action,
            String optional,
            TreeMap<String, String> values) {
        var disclosures = new TreeMap<String, String>();
        values.forEach((path, value) -> disclosures.put(path, disclosure(salt(number, path), path, value)));
        var committed = disclosures.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":\"" + commitment(entry.getValue()) + "\"")
                .collect(Collectors.joining(",", "{", "}"));
        var leaf =
                "{\"action\":\"%s\",\"committed\":%s,\"composition\":\"sha256:%s\",\"format\":1,\"id\":\"%s\",\"node\":\"%s\",\"nodeSeq\":%d,\"outcome\":\"success\",%s\"resource\":{\"type\":\"hub\"},\"time\":\"%s\"}"
                        .formatted(
                                action, committed, "ab".repeat(32), id(number), node, nodeSeq, optional, time(seconds));
        return new SampleEvent(leaf, disclosures);
    }

    static String id(int number) {
        return "aud_01kdx" + "%021d".formatted(number);
    }

    static String time(double seconds) {
        return TIME.format(START.plusNanos(Math.round(seconds * 1e6) * 1000));
    }

    static String salt(int number, String path) {
        return BASE64.encodeToString(Arrays.copyOf(Sha256.of(("salt " + number + " " + path).getBytes(US_ASCII)), 16));
    }

    static String disclosure(String salt, String path, String value) {
        return BASE64.encodeToString(("[\"" + salt + "\",\"" + path + "\"," + value + "]").getBytes(UTF_8));
    }

    static String commitment(String disclosure) {
        return BASE64.encodeToString(Sha256.of(disclosure.getBytes(US_ASCII)));
    }

    byte[] bytes() {
        return leaf.getBytes(UTF_8);
    }

    /** Disclosures in the order of their paths. */
    List<String> disclosed() {
        return new ArrayList<>(disclosures.values());
    }

    /** The same disclosures, but a leaf in which something else stands. */
    SampleEvent changed(String from, String to) {
        if (!leaf.contains(from)) {
            throw new AssertionError(from + " is not in " + leaf);
        }
        return new SampleEvent(leaf.replace(from, to), disclosures);
    }

    /** The same leaf, but only those disclosures whose path starts so. */
    SampleEvent showing(String... starts) {
        var kept = new TreeMap<>(disclosures);
        kept.keySet().removeIf(path -> Arrays.stream(starts).noneMatch(path::startsWith));
        return new SampleEvent(leaf, kept);
    }

    /** The same leaf with another disclosure at a path. */
    SampleEvent disclosing(String path, String disclosure) {
        var changed = new TreeMap<>(disclosures);
        changed.put(path, disclosure);
        return new SampleEvent(leaf, changed);
    }
}
