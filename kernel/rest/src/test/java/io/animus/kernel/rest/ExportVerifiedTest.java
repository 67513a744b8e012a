package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real hub exports, judged by {@code animus-verify} in another process. */
class ExportVerifiedTest {
    private static final String EVENTS = "/api/v1/audit/events";

    @TempDir
    private static Path folder;

    private static LogOfAHub log;

    @BeforeAll
    static void start() throws Exception {
        log = new LogOfAHub(folder);
        log.grow(300);
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
    }

    @Test
    void wholeLogIsIntactAndCompleteAndContinuesTheOneBefore() throws Exception {
        var before = log.export("before.zip");
        log.grow(20);
        var after = log.export("after.zip");

        assertThat(log.judge(before).status()).isZero();
        var verdict = log.judge(after, "--older-checkpoint", log.checkpointOf(before));

        assertThat(verdict.status()).as(verdict.json().toString()).isZero();
        assertThat(verdict.json().path("intact").asBoolean()).isTrue();
        assertThat(verdict.json().path("complete").asBoolean()).isTrue();
    }

    @Test
    void oneFlippedBitOfAnEntryIsNamed() throws Exception {
        var whole = Judge.unpack(log.export("whole.zip"), folder.resolve("whole"));
        var bundle = whole.resolve("tile/entries/000");
        var bytes = Files.readAllBytes(bundle);
        var second = 2 + ((bytes[0] & 0xff) << 8 | bytes[1] & 0xff) + 2;
        bytes[second + 40] ^= 1;
        Files.write(bundle, bytes);

        var verdict = log.judge(whole);

        assertThat(verdict.status()).isEqualTo(2);
        assertThat(verdict.first()).endsWith(" 1");
    }

    @Test
    void oneEventIsProvenWithTheRestHidden() throws Exception {
        var event = log.refusedEvent();
        log.awaitCovered(event);
        var shown =
                log.officer().get(EVENTS + "/" + event + "?disclose=/sourceIp").json();
        var leaf = Files.writeString(
                folder.resolve("leaf.json"), shown.path("leaf").asText());
        var proof = Files.writeString(
                folder.resolve("event.tlog-proof"), shown.path("proof").asText());
        var lines = new ArrayList<String>();
        shown.path("disclosures").forEach(one -> lines.add(one.asText()));
        var disclosures = Files.write(folder.resolve("shown.txt"), lines);

        var verdict = log.judgeProof(proof, leaf, disclosures);

        assertThat(verdict.status()).as(verdict.json().toString()).isZero();
        assertThat(shown.at("/event/sourceIp").asText()).isEqualTo("127.0.0.1");
        assertThat(shown.at("/event/actor/subject").isNull()).isTrue();
        assertThat(lines).hasSize(1);
        Files.writeString(leaf, Files.readString(leaf).replace("denied", "deniee"));
        assertThat(log.judgeProof(proof, leaf, disclosures).status()).isEqualTo(2);
    }

    @Test
    void erasedValuesAreGoneAndEveryProofHolds() throws Exception {
        var person = log.hub().client("person");
        var events = new ArrayList<String>();
        for (var i = 0; i < 260; i++) {
            events.add(person.get("/api/v1/projects/absent").header("Audit-Event"));
        }
        log.awaitCovered(events.get(events.size() - 1));
        var before = log.export("before-erasure.zip");
        assertThat(namedIn(before, person.account())).isTrue();

        var wish = "{\"subject\": \"%s\", \"reason\": \"article 17\"}".formatted(person.account());
        var first = log.officer().post(EVENTS + ":erase", wish);
        var second = log.officer().post(EVENTS + ":erase", wish);
        var third = log.officer().post(EVENTS + ":erase", wish);
        log.awaitCovered(second.header("Audit-Event"));
        var after = log.export("after-erasure.zip");

        assertThat(first.json().path("events").asInt()).isEqualTo(250);
        assertThat(first.json().path("complete").asBoolean()).isFalse();
        assertThat(second.json().path("events").asInt()).isEqualTo(10);
        assertThat(second.json().path("complete").asBoolean()).isTrue();
        assertThat(third.json().path("events").asInt()).isZero();
        assertThat(third.header("Audit-Event")).isEmpty();
        assertThat(log.judge(after, "--older-checkpoint", log.checkpointOf(before))
                        .status())
                .isZero();
        assertThat(namedIn(after, person.account())).isFalse();
        var shown = log.officer().get(EVENTS + "/" + events.get(0) + "?disclose=/actor/subject&disclose=/actor/kind");
        assertThat(shown.json().at("/event/actor/subject").isNull()).isTrue();
        assertThat(shown.json().at("/event/actor/kind").asText()).isEqualTo("serviceAccount");
        var record = log.officer()
                .get(EVENTS + "?action=audit.erased&orderBy=time")
                .json()
                .at("/items/0");
        assertThat(record.at("/details/reason").asText()).isEqualTo("article 17");
        assertThat(record.at("/details/events").size()).isEqualTo(250);
    }

    @Test
    void auditorOfAProjectGetsAllLeavesButOnlyItsOwnValues() throws Exception {
        var auditor = log.auditorOfAProject();
        var verdict = log.judge(log.export(auditor, "auditor.zip"));
        var all = log.judge(log.export("officer.zip"));

        assertThat(verdict.status()).as(verdict.json().toString()).isZero();
        assertThat(all.status()).isZero();
        var lines = disclosed(folder.resolve("auditor.zip"));
        assertThat(lines.size())
                .isBetween(2, disclosed(folder.resolve("officer.zip")).size() / 2);
        assertThat(auditor.get(EVENTS + "/" + log.refusedEvent()).status()).isEqualTo(404);
    }

    private static List<String> disclosed(Path export) throws Exception {
        var unpacked = Judge.unpack(export, Files.createTempDirectory(folder, "unpacked"));
        return Files.readAllLines(unpacked.resolve("disclosures.jsonl"));
    }

    /** Whether any disclosure has this value. */
    private static boolean namedIn(Path export, String value) throws Exception {
        for (var line : disclosed(export)) {
            for (var disclosure : line.replaceAll(".*\\[\"|\"].*", "").split("\",\"")) {
                if (new String(java.util.Base64.getUrlDecoder().decode(disclosure)).contains(value)) {
                    return true;
                }
            }
        }
        return false;
    }
}
