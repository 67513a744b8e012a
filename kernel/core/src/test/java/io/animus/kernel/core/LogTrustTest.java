package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.kernel.audit.log.Checkpoint;
import io.animus.kernel.audit.log.Note;
import io.animus.kernel.audit.log.VerifierKey;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.CheckpointRepository.Signed;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a security officer may do to what the audit log is trusted by. */
@Timeout(120)
class LogTrustTest {
    private static final String WITNESS = "witness.example/1";

    private static Kernel kernel;

    @TempDir
    private Path keys;

    private LogHub hub;
    private Sequencer sequencer;
    private LogTrust trust;
    private Caller officer;
    private KeyPair pair;
    private VerifierKey witness;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void log() throws GeneralSecurityException {
        hub = new LogHub(kernel, keys);
        sequencer = hub.run(new LogStatus(new Metrics()));
        trust = new LogTrust(gate(hub), sequencer);
        officer = kernel.somebody(SystemRole.SECURITY_OFFICER);
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        witness = VerifierKey.of(WITNESS, VerifierKey.Type.COSIGNATURE, pair.getPublic());
        hub.record(2);
        Await.until("a first checkpoint", () -> hub.database()
                .<Boolean>read(tx -> tx.checkpoints().covered() >= 2));
    }

    @AfterEach
    void close() throws SQLException {
        hub.close();
        kernel.emptyAudit();
    }

    @Test
    void rotatesWhereTheLogIsWrittenAndSaysWhichKeysThereWere() {
        var first = trust.keys(officer).get(0).key();
        var rotated = done(trust.rotate(officer, null)).value();

        Await.until("the new key signs alone", () -> {
            hub.record(1);
            var note = newest().note();
            return note.isSignedBy(rotated.key()) && !note.isSignedBy(first);
        });
        assertThat(trust.keys(officer)).extracting(LogTrust.Key::key).containsExactly(first, rotated.key());
        assertThat(kernel.column("select count(*) from audit_event where action = 'log.key_rotated'"))
                .containsExactly("1");
        try (var other = new LogHub(kernel, keys)) {
            var standby = new LogTrust(gate(other), other.run(new LogStatus(new Metrics())));
            assertRefused(ProblemCode.STATE_CONFLICT, () -> standby.rotate(officer, null));
        }
    }

    @Test
    void onlyASecurityOfficerChangesTrustRoots() {
        var admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
        var note = newest().note();

        assertRefused(ProblemCode.FORBIDDEN, () -> trust.keys(admin));
        assertRefused(ProblemCode.FORBIDDEN, () -> trust.rotate(admin, null));
        assertRefused(ProblemCode.FORBIDDEN, () -> trust.cosign(admin, null, note, witness));
        assertRefused(ProblemCode.FORBIDDEN, () -> trust.rebase(admin, null));
    }

    @Test
    void keepsWhatAWitnessSaidOnce() throws GeneralSecurityException {
        var own = newest();
        var returned = own.note().with(cosigned(own.note().text()));
        var answer = done(trust.cosign(officer, null, returned, witness));

        assertThat(answer.auditEvent()).isNotNull();
        assertThat(answer.value().note()).isEqualTo(returned);
        assertThat(done(trust.cosign(officer, null, returned, witness)).auditEvent())
                .isNull();
        assertThat(hub.database()
                        .read(tx -> tx.checkpoints().find(own.size()))
                        .orElseThrow()
                        .note())
                .isEqualTo(returned);
    }

    @Test
    void keepsNoSignatureThatIsWrongOrOfAnotherCheckpoint() throws GeneralSecurityException {
        var own = newest();
        var checkpoint = Checkpoint.parse(own.note().text());
        var lines = own.note().signatures();
        var signedElse = own.note().with(cosigned(checkpoint.origin() + "\n1\nAAAA\n"));
        var otherLog = own.note().text().replace(checkpoint.origin(), "log.example/other");
        var otherRoot = own.note().text().replaceFirst("\n.{44}\n$", "\n" + "A".repeat(43) + "=\n");
        var otherSize = own.note().text().replaceFirst("\n[0-9]+\n", "\n987654\n");

        assertRefused(ProblemCode.INVALID_VALUE, () -> trust.cosign(officer, null, own.note(), witness));
        assertRefused(ProblemCode.INVALID_VALUE, () -> trust.cosign(officer, null, signedElse, witness));
        assertRefused(ProblemCode.INVALID_VALUE, () -> trust.cosign(officer, null, new Note("x\n", lines), witness));
        for (var text : List.of(otherLog, otherRoot, otherSize)) {
            var note = new Note(text, lines).with(cosigned(text));
            assertRefused(
                    text.equals(otherLog) ? ProblemCode.INVALID_VALUE : ProblemCode.STATE_CONFLICT,
                    () -> trust.cosign(officer, null, note, witness));
        }
        assertThat(kernel.column("select count(*) from audit_cosignature")).containsExactly("0");
    }

    @Test
    void goesOnInAnotherDatabaseSystemWhenTold() throws SQLException {
        assertRefused(ProblemCode.STATE_CONFLICT, () -> trust.rebase(officer, null));
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("update audit_log set system_identifier = 1, cursor_tx = '800000000'");
        }
        var before = hub.record();
        assertThat(new Coverage(hub.database(), sequencer::hurry).await(before)).isFalse();

        var answer = done(trust.rebase(officer, null));

        assertThat(answer.auditEvent()).isNotNull();
        assertThat(new Coverage(hub.database(), sequencer::hurry).await(before)).isTrue();
        Await.until("all is in the log", () -> kernel.column("select count(*) from audit_event")
                .equals(kernel.column("select count(*) from audit_leaf")));
    }

    private static Gate gate(LogHub hub) {
        return new Gate(hub.database(), hub.trail(), kernel.clock(), hub.trail().ids());
    }

    private Signed newest() {
        return hub.database().read(tx -> tx.checkpoints().latest()).orElseThrow();
    }

    private Note.Signature cosigned(String text) throws GeneralSecurityException {
        var signing = Signature.getInstance("Ed25519");
        signing.initSign(pair.getPrivate());
        signing.update(("cosignature/v1\ntime 1750000000\n" + text).getBytes(UTF_8));
        var bytes = ByteBuffer.allocate(76)
                .putInt(witness.id())
                .putLong(1_750_000_000)
                .put(signing.sign())
                .array();
        return Note.Signature.parse("— " + WITNESS + " " + Base64.getEncoder().encodeToString(bytes));
    }

    private static <T> Answer.Done<T> done(Answer<T> answer) {
        return (Answer.Done<T>) answer;
    }

    private static void assertRefused(ProblemCode code, Runnable work) {
        assertThatExceptionOfType(RefusedException.class).isThrownBy(work::run).satisfies(refusal -> assertThat(
                        refusal.violations().get(0).code())
                .isEqualTo(code));
    }
}
