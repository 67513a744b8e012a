package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A hub that only makes its audit log grow, and those who export and judge it. */
final class LogOfAHub {
    private final Path folder;
    private final TestHub hub;
    private final Client officer;

    LogOfAHub(Path folder) throws Exception {
        this.folder = folder;
        hub = new TestHub(folder.resolve("hub"));
        officer = hub.client("officer", "security-officer");
    }

    TestHub hub() {
        return hub;
    }

    Client officer() {
        return officer;
    }

    /** Has so many events recorded, and waits until a checkpoint covers them. */
    void grow(int events) {
        var last = "";
        for (var i = 0; i < events; i++) {
            last = refusedEvent();
        }
        awaitCovered(last);
    }

    /** An event of no project. */
    String refusedEvent() {
        return hub.client().get("/api/v1/me").header("Audit-Event");
    }

    void awaitCovered(String event) {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (officer.get("/api/v1/audit/proofs/inclusion?event=" + event).status() != 200) {
            assertThat(System.nanoTime()).as("time until a checkpoint").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** An auditor of a new project. */
    Client auditorOfAProject() {
        var auditor = hub.client("auditor");
        var admin = hub.client("admin", "platform-admin");
        var owner = hub.client("owner");
        assertThat(admin.post(
                                "/api/v1/projects",
                                "{\"name\": \"seen\", \"owners\": [{\"kind\": \"serviceAccount\", \"id\": \"%s\"}]}"
                                        .formatted(owner.account()))
                        .status())
                .isEqualTo(201);
        var bound = owner.post(
                "/api/v1/projects/seen/role-bindings",
                "{\"subject\": {\"kind\": \"serviceAccount\", \"id\": \"%s\"}, \"role\": \"auditor\"}"
                        .formatted(auditor.account()));
        awaitCovered(bound.header("Audit-Event"));
        return auditor;
    }

    Path export(String name) throws Exception {
        return export(officer, name);
    }

    Path export(Client caller, String name) throws Exception {
        var answer = caller.get("/api/v1/audit/export");
        assertThat(answer.status()).isEqualTo(200);
        return Files.write(folder.resolve(name), answer.response().body());
    }

    /** Up to an older checkpoint. */
    Path exportUpTo(long size, String name) throws Exception {
        var answer = officer.get("/api/v1/audit/export?size=" + size);
        assertThat(answer.status()).isEqualTo(200);
        return Files.write(folder.resolve(name), answer.response().body());
    }

    /** The checkpoint in an export, in a file of its own. */
    String checkpointOf(Path export) throws Exception {
        var unpacked = Judge.unpack(export, Files.createTempDirectory(folder, "checkpoint"));
        return unpacked.resolve("checkpoint").toString();
    }

    Judge.Verdict judge(Path log, String... options) throws Exception {
        var arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--key", key(), log.toString()));
        return Judge.judge(arguments.toArray(String[]::new));
    }

    Judge.Verdict judgeProof(Path proof, Path leaf, Path disclosures) throws Exception {
        return Judge.judge(
                "proof",
                proof.toString(),
                "--event",
                leaf.toString(),
                "--disclosures",
                disclosures.toString(),
                "--key",
                key());
    }

    void close() throws Exception {
        hub.close();
    }

    /** The first public key, out of band. */
    String key() throws SQLException {
        try (var sql = hub.owner().createStatement();
                var rows = sql.executeQuery("select vkey from audit_key order by number")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
