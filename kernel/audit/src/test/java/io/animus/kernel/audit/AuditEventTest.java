package io.animus.kernel.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditEventTest {
    private static final Json.Members NO_DETAILS = Json.object().build();

    @ParameterizedTest
    @EnumSource
    void everyActionIsANounAndAPastParticiple(Action action) {
        assertThat(action.word()).matches("[a-z]+(_[a-z]+)*\\.([a-z]+_)?[a-z]+(ed|n|d|t)");
        assertThat(action.word().replace('.', '_')).isEqualToIgnoringCase(action.name());
        assertThat(Action.find(action.word())).contains(action);
    }

    @Test
    void findsNoActionThatIsNotRegistered() {
        assertThat(Action.find("run.made")).isEmpty();
    }

    @Test
    void leavesOutWhatIsNull() {
        var event = new AuditEvent(
                Events.ID,
                Instant.parse("2026-01-01T12:00:00Z"),
                Actor.HUB,
                Action.NODE_STARTED,
                new Resource("hub", null, null),
                Outcome.SUCCESS,
                null,
                RequestContext.NONE,
                Events.HUB_1,
                NO_DETAILS);

        assertThat(new String(event.json().canonical(), UTF_8))
                .isEqualTo("{\"action\":\"node.started\",\"actor\":{\"kind\":\"system\",\"subject\":\"hub\"},"
                        + "\"composition\":\"sha256:" + "ab".repeat(32) + "\",\"details\":{},\"id\":\"" + Events.ID
                        + "\",\"node\":\"hub-1\",\"nodeSeq\":7,\"outcome\":\"success\",\"resource\":{\"type\":\"hub\"},"
                        + "\"time\":\"2026-01-01T12:00:00.000000Z\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0000", "a\nb", "\u007f", "\u0085", "e\u0301", "\ud800", "\uffff"})
    void refusesTextsThatDoNotFit(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Actor(text, Actor.Kind.USER, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Actor("ada", Actor.Kind.USER, text));
        assertThatIllegalArgumentException().isThrownBy(() -> new Resource("run", text, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new RequestContext(text, null, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new RequestContext(null, text, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new RequestContext(null, null, text, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new RequestContext(null, null, null, text));
        assertThatIllegalArgumentException().isThrownBy(() -> new Origin(text, 1, Events.HUB_1.composition()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Events.event(
                        Events.ADA, new Resource("run", null, null), text, Events.REQUEST, Events.HUB_1, NO_DETAILS));
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Actor("é".repeat(128), Actor.Kind.USER, null));
        assertThat(new Actor("é".repeat(127), Actor.Kind.USER, null).subject()).hasSize(127);
    }

    @Test
    void refusesTimesFinerThanTheDatabaseKeeps() {
        assertThatIllegalArgumentException().isThrownBy(() -> at(Instant.parse("2026-01-01T12:00:00.123456789Z")));
        assertThatIllegalArgumentException().isThrownBy(() -> at(Instant.parse("+10000-01-01T00:00:00Z")));
    }

    @Test
    void refusesAForeignId() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AuditEvent(
                        new TypeId("run_01jd8m3v6qfz0s8t3p1k5n7r9w"),
                        Instant.EPOCH,
                        Actor.HUB,
                        Action.RUN_CREATED,
                        new Resource("run", null, null),
                        Outcome.SUCCESS,
                        null,
                        RequestContext.NONE,
                        Events.HUB_1,
                        NO_DETAILS));
    }

    @Test
    void refusesDetailsWithoutBounds() {
        Json deep = Json.of(1);
        for (var i = 0; i < 7; i++) {
            deep = Json.array(deep);
        }
        var tooDeep = Json.object().put("deep", deep).build();
        var tooMany = Json.object();
        for (var i = 0; i <= AuditEvent.MAX_DETAILS; i++) {
            tooMany.put("detail" + i, i);
        }

        assertThatIllegalArgumentException().isThrownBy(() -> Events.approval(tooDeep));
        assertThatIllegalArgumentException().isThrownBy(() -> Events.approval(tooMany.build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a/b", "a~b", "a.b", "ada@example.org", "ä"})
    void refusesNamesOfDetailsThatMightBeData(String name) {
        var details = Json.object().put(name, 1).build();

        assertThatIllegalArgumentException().isThrownBy(() -> Events.approval(details));
    }

    @Test
    void recordsWhateverACallerSends() {
        var context =
                RequestContext.received("a\r\nb", "not-a-trace", "", "e\u0301\ud800\u0000" + "€".repeat(1_000_000));

        assertThat(context.requestId()).isEqualTo("a  b");
        assertThat(context.traceId()).isNull();
        assertThat(context.sourceIp()).isNull();
        assertThat(context.userAgent()).startsWith("é\ufffd €€").endsWith("€…");
        assertThat(context.userAgent().getBytes(UTF_8).length).isBetween(509, 512);
    }

    @Test
    void fitsAnyText() {
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++) {
            var text = new StringBuilder();
            for (var length = random.nextInt(60); length > 0; length--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x400) : random.nextInt(0x10000)));
            }

            AuditText.check("text", AuditText.fit(text.toString(), 40), 40);
        }
    }

    @Test
    void leavesTextsThatFitAlone() {
        assertThat(AuditText.fit("x".repeat(40), 40)).isEqualTo("x".repeat(40));
        assertThat(AuditText.fit("e\u0301".repeat(20), 40)).isEqualTo("é".repeat(20));
        assertThat(AuditText.fit("x".repeat(41), 40)).isEqualTo("x".repeat(37) + "…");
    }

    private static AuditEvent at(Instant time) {
        return new AuditEvent(
                Events.ID,
                time,
                Actor.HUB,
                Action.NODE_STARTED,
                new Resource("hub", null, null),
                Outcome.SUCCESS,
                null,
                RequestContext.NONE,
                Events.HUB_1,
                NO_DETAILS);
    }
}
