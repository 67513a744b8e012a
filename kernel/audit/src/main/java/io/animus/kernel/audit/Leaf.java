package io.animus.kernel.audit;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The part of an event that stays in the log for ever: what is in the clear, and salted commitments to what is not. It
 * stays provable whatever becomes of the disclosures. Format 1, see docs/audit/leaf.md.
 */
public final class Leaf {
    /** The most bytes of a leaf. */
    public static final int MAX_BYTES = 16 * 1024;

    private static final int FORMAT = 1;
    private static final int SALT_BYTES = 16;
    private static final byte LEAF_PREFIX = 0;
    private static final String DETAILS = "/details/";
    private static final String ACTOR = "/actor/";

    private final Json.Members content;
    private final Json.Members committed;
    private final byte[] canonical;

    private Leaf(Json.Members content, Json.Members committed, byte[] canonical) {
        this.content = content;
        this.committed = committed;
        this.canonical = canonical;
    }

    /**
     * Commits to an event.
     *
     * @param random asked once for all salts of the event
     */
    public static SealedEvent seal(AuditEvent event, SecureRandom random) {
        var fitted = FittedDetails.of(event);
        var values = committedValues(event, fitted.details());
        var salts = new byte[SALT_BYTES * values.size()];
        random.nextBytes(salts);

        var sha256 = Digest.sha256();
        var disclosures = new ArrayList<Disclosure>(values.size());
        var committed = Json.object();
        for (var value : values.entrySet()) {
            var at = SALT_BYTES * disclosures.size();
            var salt = Arrays.copyOfRange(salts, at, at + SALT_BYTES);
            var disclosure = Disclosure.of(value.getKey(), salt, value.getValue());
            disclosures.add(disclosure);
            committed.put(value.getKey(), disclosure.commitment(sha256));
        }
        var commitments = committed.build();
        var content = event.clear()
                .put("format", FORMAT)
                .put("committed", commitments)
                .build();
        return new SealedEvent(new Leaf(content, commitments, content.canonical()), disclosures, fitted.detached());
    }

    private static SortedMap<String, Json> committedValues(AuditEvent event, SortedMap<String, Json> details) {
        SortedMap<String, Json> values = new TreeMap<>();
        values.put("/actor/subject", Json.of(event.actor().subject()));
        values.put("/actor/kind", Json.of(event.actor().kind().word()));
        var onBehalfOf = event.actor().onBehalfOf();
        if (onBehalfOf != null) {
            values.put("/actor/onBehalfOf", Json.of(onBehalfOf));
        }
        var sourceIp = event.request().sourceIp();
        if (sourceIp != null) {
            values.put("/sourceIp", Json.of(sourceIp));
        }
        var userAgent = event.request().userAgent();
        if (userAgent != null) {
            values.put("/userAgent", Json.of(userAgent));
        }
        details.forEach((name, value) -> values.put(DETAILS + name, value));
        return values;
    }

    /**
     * The leaf with these bytes, as they were stored.
     *
     * @throws IllegalArgumentException if they are not a leaf of format 1
     */
    public static Leaf read(byte[] canonical) {
        return of(canonical.clone());
    }

    private static Leaf of(byte[] canonical) {
        if (canonical.length <= MAX_BYTES
                && Json.read(canonical) instanceof Json.Members content
                && content.find("format").equals(Optional.of(Json.of(FORMAT)))
                && content.members().get("committed") instanceof Json.Members committed) {
            return new Leaf(content, committed, canonical);
        }
        throw new IllegalArgumentException("not an audit leaf of format " + FORMAT);
    }

    /** The bytes that the log holds: canonical JSON, at most {@link #MAX_BYTES}. */
    public byte[] canonical() {
        return canonical.clone();
    }

    /** The leaf hash of RFC 6962: SHA-256 over a zero byte and {@link #canonical()}. */
    public Digest hash() {
        var sha256 = Digest.sha256();
        sha256.update(LEAF_PREFIX);
        sha256.update(canonical);
        return Digest.finish(sha256);
    }

    /** Whether this leaf committed to exactly this value at exactly this path. */
    public boolean verifies(Disclosure disclosure) {
        return holds(disclosure.path(), disclosure.commitment());
    }

    private boolean holds(String path, String commitment) {
        return committed.members().get(path) instanceof Json.Text held
                && held.value().equals(commitment);
    }

    /**
     * The event as far as it can be shown: what is in the clear, and the values disclosed. What was erased or withheld is
     * left out. With every disclosure this is {@link AuditEvent#json()}, references in place of detached details.
     *
     * @param disclosures all different
     * @throws IllegalArgumentException if one is not of this leaf
     */
    public Json.Members disclosed(Collection<Disclosure> disclosures) {
        var sha256 = Digest.sha256();
        var opening = new Opening();
        for (var disclosure : disclosures) {
            require(disclosure.path(), disclosure.commitment(sha256));
            opening.put(disclosure.path(), disclosure.value());
        }
        return opening.event();
    }

    /**
     * As {@link #disclosed(Collection)}, of the leaf with these bytes and disclosures as {@link Disclosure#json()} made them; nothing is
     * copied. What was stored is hashed as it is: where that is what the leaf commits to, it is what was sealed, and nothing else of its
     * form needs to be checked.
     *
     * @throws IllegalArgumentException if the bytes are not a leaf of format 1, or one of the disclosures is not of this leaf
     */
    public static Json.Members disclosed(byte[] canonical, Collection<Json> stored) {
        var leaf = of(canonical);
        var sha256 = Digest.sha256();
        var opening = leaf.new Opening();
        for (var one : stored) {
            var parts = Disclosure.parts(one);
            var path = ((Json.Text) parts.get(1)).value();
            leaf.require(path, Disclosure.commitment(one, sha256));
            opening.put(path, parts.get(2));
        }
        return opening.event();
    }

    private void require(String path, String commitment) {
        if (!holds(path, commitment)) {
            throw new IllegalArgumentException("the leaf does not commit to what is disclosed of " + path);
        }
    }

    /** The event while values are put back to where they stood. */
    private final class Opening {
        private final Json.Builder event = Json.object();
        private final Json.Builder actor = Json.object();
        private final Json.Builder details = Json.object();

        void put(String path, Json value) {
            if (path.startsWith(ACTOR)) {
                actor.put(path.substring(ACTOR.length()), value);
            } else if (path.startsWith(DETAILS)) {
                details.put(path.substring(DETAILS.length()), value);
            } else {
                event.put(path.substring(1), value);
            }
        }

        Json.Members event() {
            content.members().forEach((name, value) -> {
                if (!name.equals("format") && !name.equals("committed")) {
                    event.put(name, value);
                }
            });
            return event.put("actor", actor.build())
                    .put("details", details.build())
                    .build();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Leaf leaf && Arrays.equals(canonical, leaf.canonical);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(canonical);
    }

    @Override
    public String toString() {
        return "Leaf[hash=" + hash() + "]";
    }
}
