package io.animus.kernel.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import java.io.IOException;
import java.io.Serial;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeafTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SealedEvent sealed = Leaf.seal(Events.approval(someDetails()), RANDOM);

    /** Pins format 1; the vector was computed a second time by leaf-vector.py. A change would orphan every stored leaf. */
    @Test
    void formatOneNeverChanges() throws IOException {
        var vector = vector();

        var known = Leaf.seal(Events.approval(someDetails()), new Counting());

        assertThat(new String(known.leaf().canonical(), UTF_8)).isEqualTo(vector.get(0));
        assertThat(known.leaf().hash().value()).isEqualTo(vector.get(1));
        assertThat(known.disclosures()).map(Disclosure::encoded).isEqualTo(vector.subList(2, vector.size()));
    }

    @Test
    void asksForAllSaltsAtOnce() {
        var counting = new Counting();

        Leaf.seal(Events.approval(someDetails()), counting);

        assertThat(counting.calls).isEqualTo(1);
    }

    @Test
    void verifiesEveryDisclosureAfterItWasStored() {
        var stored = Leaf.read(sealed.leaf().canonical());

        assertThat(sealed.disclosures())
                .map(Disclosure::encoded)
                .map(Disclosure::decode)
                .hasSize(8)
                .allMatch(stored::verifies);
        assertThat(stored).isEqualTo(sealed.leaf());
        assertThat(stored.hash()).isEqualTo(sealed.leaf().hash());
    }

    @Test
    void refusesAnotherValuePathOrSalt() {
        var subject = disclosure(sealed, "/actor/subject");
        var other = disclosure(sealed, "/actor/kind");

        assertThat(sealed.leaf().verifies(new Disclosure(subject.path(), subject.salt(), Json.of("eve"))))
                .isFalse();
        assertThat(sealed.leaf().verifies(new Disclosure(subject.path(), other.salt(), subject.value())))
                .isFalse();
        assertThat(sealed.leaf().verifies(new Disclosure("/actor/onBehalfOf", subject.salt(), subject.value())))
                .isFalse();
        assertThat(sealed.leaf().verifies(new Disclosure("/details/none", subject.salt(), subject.value())))
                .isFalse();
    }

    @Test
    void theSameEventTwiceHasNoHashInCommon() {
        var again = Leaf.seal(Events.approval(someDetails()), RANDOM);

        assertThat(again.leaf().hash()).isNotEqualTo(sealed.leaf().hash());
        assertThat(again.disclosures())
                .map(Disclosure::commitment)
                .doesNotContainAnyElementsOf(sealed.disclosures().stream()
                        .map(Disclosure::commitment)
                        .toList());
        assertThat(sealed.disclosures()).map(Disclosure::salt).doesNotHaveDuplicates();
    }

    @Test
    void leafHoldsNoPersonalValueAndNoDetail() {
        assertThat(new String(sealed.leaf().canonical(), UTF_8))
                .contains("/actor/subject", "/details/note", "hub-1")
                .doesNotContain("ada@", "grace@", "2001:db8", "curl", "draft", "user\"", "9007199254740991");
    }

    @Test
    void printsNoValueOrSalt() {
        var subject = disclosure(sealed, "/actor/subject");

        assertThat(sealed.toString()).doesNotContain("ada@", "draft", subject.salt());
    }

    @Test
    void showsTheWholeEventWithEveryDisclosure() {
        assertThat(sealed.leaf().disclosed(sealed.disclosures()))
                .isEqualTo(Events.approval(someDetails()).json());
    }

    @Test
    void showsWhatWasStoredAndNothingThatWasChangedSince() {
        var leaf = Leaf.read(sealed.leaf().canonical());
        var stored = new ArrayList<Json>(
                sealed.disclosures().stream().map(Disclosure::json).toList());
        assertThat(Leaf.disclosed(leaf.canonical(), stored))
                .isEqualTo(Events.approval(someDetails()).json());

        var subject = disclosure(sealed, "/actor/subject");
        var forged = new Disclosure(subject.path(), subject.salt(), Json.of("eve")).json();
        stored.replaceAll(one -> one.equals(subject.json()) ? forged : one);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Leaf.disclosed(leaf.canonical(), stored))
                .withMessageContaining("/actor/subject")
                .withMessageNotContaining("eve");
    }

    @Test
    void staysProvableWhateverIsErased() {
        var random = new Random(1);
        for (var i = 0; i < 300; i++) {
            var event = Events.approval(anyDetails(random));
            var whole = Leaf.seal(event, RANDOM);
            var kept = new ArrayList<>(whole.disclosures());
            kept.removeIf(disclosure -> random.nextBoolean());

            var leaf = Leaf.read(whole.leaf().canonical());

            assertThat(leaf.hash()).isEqualTo(whole.leaf().hash());
            assertThat(kept).allMatch(leaf::verifies);
            assertThat(leaf.disclosed(kept).find("action")).contains(Json.of("model_version.approved"));
            assertThat(leaf.disclosed(whole.disclosures())).isEqualTo(event.json());
        }
    }

    @Test
    void showsNothingThatTheLeafDidNotCommitTo() {
        var foreign = Leaf.seal(Events.approval(someDetails()), RANDOM).disclosures();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> sealed.leaf().disclosed(foreign))
                .withMessageContaining("/actor/kind")
                .withMessageNotContaining("user");
    }

    @Test
    void changesOfTheReturnedBytesDoNotReachIn() {
        sealed.leaf().canonical()[0] = 'x';

        assertThat(sealed.leaf().canonical()[0]).isEqualTo((byte) '{');
    }

    @Test
    void detachesTheLargestDetailsUntilTheRestFits() {
        var large = Json.of("x".repeat(9_000));
        var larger = Json.of("y".repeat(70_000));
        var details = Json.object()
                .put("small", 1)
                .put("large", large)
                .put("larger", larger)
                .build();

        var event = Leaf.seal(Events.approval(details), RANDOM);

        assertThat(event.detached())
                .containsExactly(new DetachedDetail("audit-details/" + Events.ID + "/larger", larger));
        assertThat(disclosure(event, "/details/large").value()).isEqualTo(large);
        assertThat(disclosure(event, "/details/small").value()).isEqualTo(Json.of(1));
        var reference = disclosure(event, "/details/larger");
        assertThat(event.leaf().verifies(reference)).isTrue();
        assertThat(reference.value())
                .isEqualTo(Json.object()
                        .put("detached", Digest.of(larger.canonical()).value())
                        .put("pointer", "audit-details/" + Events.ID + "/larger")
                        .put("size", 70_002)
                        .build());
    }

    @Test
    void noEventIsOver16KiB() {
        var details = Json.object();
        for (var i = 0; i < AuditEvent.MAX_DETAILS; i++) {
            details.put("a".repeat(61) + (char) ('a' + i / 16) + (char) ('a' + i % 16), "\u0001".repeat(2_000));
        }
        var widest = new Actor("\"".repeat(255), Actor.Kind.SERVICE_ACCOUNT, "\"".repeat(255));
        var resource = new Resource("t".repeat(63), "\"".repeat(255), Events.ID);
        var request = new RequestContext("\"".repeat(128), "a".repeat(32), "\"".repeat(63), "\"".repeat(512));
        var origin = new Origin("\"".repeat(255), Json.MAX_WHOLE, Events.HUB_1.composition());
        var event = Events.event(widest, resource, "\"".repeat(1024), request, origin, details.build());

        var largest = Leaf.seal(event, RANDOM);

        var whole = largest.leaf().disclosed(largest.disclosures());
        assertThat(whole.canonical().length).isBetween(15_000, Leaf.MAX_BYTES);
        assertThat(largest.leaf().canonical().length).isLessThan(Leaf.MAX_BYTES);
        assertThat(largest.detached()).isNotEmpty();
        assertThat(whole.isDeeperThan(8)).isFalse();
    }

    @Test
    void readsNothingButALeaf() {
        for (var text :
                List.of("{}", "[]", "{\"committed\":{}}", "{\"committed\":{},\"format\":2}", "{\"format\":1}")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Leaf.read(text.getBytes(UTF_8)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Leaf.read(new byte[Leaf.MAX_BYTES + 1]));
    }

    @Test
    void decodesNothingButADisclosure() {
        var good = disclosure(sealed, "/sourceIp").encoded();

        for (var text : List.of("", "!", good + "=", good.substring(1), "W10", good + "A")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Disclosure.decode(text));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "actor", "/Actor", "//actor", "/actor/", "/a/b/c", "/a~1b", "/a b", "/1"})
    void refusesPathsThatNoEventHas(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Disclosure(path, "A".repeat(22), Json.NULL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAB",
                "AAAAAAAAAA+AAAAAAAAAAA"
            })
    void refusesSaltsOfAnotherForm(String salt) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Disclosure("/sourceIp", salt, Json.NULL));
    }

    private static Json.Members someDetails() {
        return Json.object()
                .put("note", "line\n\u0001 tab\t \ud83d\ude00 €")
                .put("number", Json.MAX_WHOLE)
                .put(
                        "stages",
                        Json.array(
                                Json.of("draft"),
                                Json.of(true),
                                Json.NULL,
                                Json.object()
                                        .put("b", -1)
                                        .put("a", Json.object().build())
                                        .build()))
                .build();
    }

    private static Json.Members anyDetails(Random random) {
        var details = Json.object();
        for (var i = random.nextInt(AuditEvent.MAX_DETAILS + 1); i > 0; i--) {
            var text = new StringBuilder();
            for (var length = random.nextInt(20); length > 0; length--) {
                text.appendCodePoint(random.nextBoolean() ? random.nextInt(0x80) : random.nextInt(0x110000));
            }
            details.put("detail" + i, Json.clean(text.toString()));
        }
        return details.build();
    }

    private static Disclosure disclosure(SealedEvent event, String path) {
        return event.disclosures().stream()
                .filter(disclosure -> disclosure.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> vector() throws IOException {
        try (var file = LeafTest.class.getResourceAsStream("/leaf-vector.txt")) {
            return new String(file.readAllBytes(), UTF_8).lines().toList();
        }
    }

    /** Gives the bytes 0, 1, 2 … */
    private static final class Counting extends SecureRandom {
        @Serial
        private static final long serialVersionUID = 1L;

        private byte next;
        private int calls;

        @Override
        public void nextBytes(byte[] bytes) {
            calls++;
            for (var i = 0; i < bytes.length; i++) {
                bytes[i] = next++;
            }
        }
    }
}
