package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.store.postgres.Transaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who signs what of the log, through rotations, crashes and lost keys. */
@Timeout(120)
class CheckpointSignerTest {
    private static Kernel kernel;

    @TempDir
    private Path keys;

    private LogHub hub;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void hub() {
        hub = new LogHub(kernel, keys);
    }

    @AfterEach
    void close() throws Exception {
        hub.close();
        kernel.emptyAudit();
    }

    /** By the first key, and while two of them sign. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashBetweenSigningAndStoringLeavesNothingBehind(boolean isRotation) {
        try (var leader = hub.lead()) {
            hub.record(1);
            if (isRotation) {
                drain(hub, leader.epoch());
                hub.database().write(tx -> new KeyRotation(new LogKeys(keys)).rotate(change(tx)));
                hub.record(1);
            }
            while (hub.integrator(step -> {}).integrate(leader.epoch()) > 0) {
                // More is waiting.
            }
            var dying = hub.signer(step -> {
                throw new IllegalStateException("crash at " + step);
            });
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> dying.sign(leader.epoch()))
                    .withMessageContaining("SIGNED");
            assertThat(kernel.column("select max(size) from audit_checkpoint"))
                    .containsExactly(isRotation ? "1" : null);

            drain(hub, leader.epoch());
        }
        hub.assertWhole();
        assertThat(kernel.column("select count(*) from audit_key")).containsExactly(isRotation ? "2" : "1");
        assertThat(kernel.column("select size from audit_log"))
                .isEqualTo(kernel.column("select max(size) from audit_checkpoint"));
    }

    @Test
    void rightAfterARotationBothKeysSignAndThenTheNewOneAlone() throws IOException {
        try (var leader = hub.lead()) {
            hub.record(1);
            drain(hub, leader.epoch());
            var next = hub.database()
                    .write(tx -> new KeyRotation(new LogKeys(keys)).rotate(change(tx)))
                    .key();
            assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> hub.database()
                    .write(tx -> new KeyRotation(new LogKeys(keys)).rotate(change(tx))));
            // Signed before the rotation is in the log: by the old key alone.
            hub.signer().sign(leader.epoch());
            drain(hub, leader.epoch());
            hub.record(1);
            drain(hub, leader.epoch());

            var first =
                    hub.database().read(tx -> tx.checkpoints().keys()).get(0).key();
            assertThat(note(1).isSignedBy(first)).isTrue();
            assertThat(note(1).isSignedBy(next)).isFalse();
            assertThat(note(2).isSignedBy(first)).isTrue();
            assertThat(note(2).isSignedBy(next)).isTrue();
            assertThat(note(3).isSignedBy(first)).isFalse();
            assertThat(note(3).isSignedBy(next)).isTrue();
        }
        try (var files = Files.list(keys)) {
            assertThat(files).hasSize(1);
        }
        hub.assertWhole();
    }

    private Change change(Transaction tx) {
        var now = kernel.clock().instant().truncatedTo(ChronoUnit.MICROS);
        return new Change(tx, Caller.hub("test"), null, hub.trail(), hub.trail().ids(), now);
    }

    private Note note(long size) {
        return hub.database()
                .read(tx -> tx.checkpoints().find(size))
                .orElseThrow()
                .note();
    }

    @Test
    void theKeyIsForTheHubAlone() throws IOException {
        try (var leader = hub.lead()) {
            hub.record(1);
            drain(hub, leader.epoch());
        }
        try (var files = Files.list(keys)) {
            assertThat(files.toList()).singleElement().satisfies(file -> assertThat(Files.getPosixFilePermissions(file))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
        assertThat(kernel.column("select note from audit_checkpoint").get(0)).doesNotContain("PRIVATE");
    }

    @Test
    void signsNothingWithoutTheKeyThatMust(@TempDir Path elsewhere) {
        try (var leader = hub.lead()) {
            hub.record(1);
            drain(hub, leader.epoch());
        }
        try (var stranger = new LogHub(kernel, elsewhere);
                var leader = stranger.lead()) {
            stranger.record(1);
            assertThatExceptionOfType(LogStoppedException.class)
                    .isThrownBy(() -> drain(stranger, leader.epoch()))
                    .withMessageContaining("has no key");
            assertThat(Checkpoint.parse(stranger.database()
                                    .read(tx -> tx.checkpoints().latest())
                                    .orElseThrow()
                                    .note()
                                    .text())
                            .size())
                    .isEqualTo(1);
        }
    }

    private static void drain(LogHub hub, long epoch) {
        var integrator = hub.integrator(step -> {});
        while (integrator.integrate(epoch) > 0) {
            // The next batch.
        }
        if (hub.state().frontier().size() > 0) {
            hub.signer().sign(epoch);
        }
    }
}
