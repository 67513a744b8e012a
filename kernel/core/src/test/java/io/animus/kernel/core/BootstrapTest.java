package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.access.SystemRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first administrator gets in, once, and its key is never lost. */
class BootstrapTest {
    private static final String FILE = "bootstrap-admin.key";

    private static Kernel kernel;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start(@TempDir Path database) {
        kernel = new Kernel(database);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void empty() throws SQLException {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("drop trigger if exists refuse on api_key");
            for (var table : List.of("audit_event", "audit_disclosure")) {
                sql.execute("alter table " + table + " disable trigger user");
            }
            sql.execute("truncate api_key, service_account, audit_event, audit_disclosure");
            for (var table : List.of("audit_event", "audit_disclosure")) {
                sql.execute("alter table " + table + " enable trigger user");
            }
        }
    }

    @Test
    void firstStartLeavesAKeyThatLetsAnAdministratorIn() throws IOException {
        begin(folder);

        var file = folder.resolve(FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var caller = new Authentication(kernel.database(), kernel.gate())
                .find(Files.readString(file).strip(), null, "test", RequestContext.NONE)
                .orElseThrow();
        assertThat(caller.name()).isEqualTo("bootstrap-admin");
        assertThat(caller.systemRoles()).containsExactly(SystemRole.PLATFORM_ADMIN);
        assertThat(kernel.column("select action from audit_event e join audit_disclosure d on d.event_id = e.id"
                        + " where d.actor = 'system:hub' order by e.id"))
                .containsExactly("service_account.created", "api_key.created");
    }

    @Test
    void laterStartMakesNothing() throws IOException {
        begin(folder);
        Files.delete(folder.resolve(FILE));

        begin(folder);

        assertThat(folder.resolve(FILE)).doesNotExist();
        assertThat(count("api_key")).isEqualTo("1");
    }

    @Test
    void ofTwoHubsThatStartAtOnceOneMakesTheAccount() throws Exception {
        var barrier = new CyclicBarrier(2);
        var hubs = Executors.newFixedThreadPool(2);
        try {
            var starts = Stream.of("a", "b")
                    .<Future<?>>map(hub -> hubs.submit(() -> {
                        barrier.await();
                        begin(folder.resolve(hub));
                        return true;
                    }))
                    .toList();
            for (var start : starts) {
                start.get();
            }
        } finally {
            hubs.shutdownNow();
        }

        assertThat(count("service_account")).isEqualTo("1");
        assertThat(count("api_key")).isEqualTo("1");
        assertThat(count("audit_event")).isEqualTo("2");
        assertThat(Stream.of("a", "b")
                        .filter(hub -> Files.exists(folder.resolve(hub).resolve(FILE))))
                .hasSize(1);
    }

    @Test
    void withoutTheFileNothingIsMade() throws IOException {
        var notAFolder = Files.createFile(folder.resolve("file"));

        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> begin(notAFolder));

        assertThat(count("service_account")).isEqualTo("0");
        assertThat(count("audit_event")).isEqualTo("0");
        begin(folder);
        assertThat(folder.resolve(FILE)).exists();
    }

    @Test
    void withoutTheCommitThereIsNoFile() throws Exception {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute("create function refuse_commit() returns trigger language plpgsql as"
                    + " $$ begin raise exception 'not today'; end $$");
            sql.execute("create constraint trigger refuse after insert on api_key deferrable initially deferred"
                    + " for each row execute function refuse_commit()");
        }

        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> begin(folder))
                .withMessageContaining("not today");

        assertThat(folder.resolve(FILE)).doesNotExist();
        assertThat(count("service_account")).isEqualTo("0");
    }

    @Test
    void keyOfAnotherDatabaseIsMovedAside() throws IOException {
        Files.writeString(folder.resolve(FILE), "old");

        begin(folder);

        assertThat(Files.readString(folder.resolve(FILE))).startsWith("ank_");
        assertThat(folder.resolve(FILE + ".stale")).hasContent("old");
    }

    private void begin(Path data) {
        var keys = new ApiKeys(kernel.gate());
        assertThat(new Bootstrap(kernel.database(), kernel.trail(), keys, kernel.clock(), data))
                .isNotNull();
    }

    private String count(String table) {
        return kernel.column("select count(*) from " + table).get(0);
    }
}
