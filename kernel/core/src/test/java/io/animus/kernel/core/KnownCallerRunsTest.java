package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.Digest;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.OutboxRepository.OutboxEvent;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.Unchanged;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of somebody whom the hub let in a moment ago, and what has changed in that moment. */
class KnownCallerRunsTest {
    private static Kernel kernel;
    private static ApiKeys keys;

    private Laboratory lab;
    private Hub hub;
    private ApiKeys.Created key;
    private Caller caller;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
        keys = new ApiKeys(kernel.gate());
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @BeforeEach
    void letIn() {
        lab = new Laboratory(kernel);
        hub = lab.hub();
        var draft = new ServiceAccounts.Draft(new Name("account-" + UUID.randomUUID()), null, Set.of());
        var account = Kernel.done(new ServiceAccounts(kernel.gate()).create(admin(), null, draft));
        kernel.bind(account.principal(), lab.project(), Role.DEVELOPER, null);
        key = Kernel.done(keys.create(admin(), null, account.id().value(), null, Duration.ofHours(1)));
        // The first run has the commit confirmed.
        lab.create(hub, lab.wish("trains"));
        caller = enter();
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void createsARunWithEverythingThatBelongsToIt() {
        var run = Kernel.done(create("whole")).run();

        var found = hub.runs().find(caller, lab.projectId(), run.id().value()).run();
        assertThat(found.spec()).isEqualTo(run.spec());
        assertThat(found.progress()).isEqualTo(run.progress());
        assertThat(found.made()).isEqualTo(run.made());
        assertThat(kernel.audited(run.id())).containsExactly("run.created");
        assertThat(kernel.column(
                        "select type from outbox where subject = ?", run.id().value()))
                .containsExactly("RunCreated");
        assertThat(kernel.column(
                        "select to_id from lineage_edge where from_id = ?",
                        run.id().value()))
                .hasSize(3);
        assertThat(hub.results().transitions(caller, lab.projectId(), run.id().value(), 0))
                .hasSize(1);
    }

    @Test
    void answersASecondRequestUnderTheSameKeyLikeTheFirst() {
        var run = Kernel.done(create("again")).run();

        assertThat(create("again")).isInstanceOf(Answer.Replayed.class);
        assertThat(runs()).contains(run.id().value()).hasSize(2);
    }

    @Test
    void sameKeyAtTheSameTimeMakesOneRun() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try {
            var start = new CyclicBarrier(8);
            Callable<Answer<Runs.View>> request = () -> {
                start.await();
                return create("race");
            };
            var done = 0;
            for (var answer :
                    threads.invokeAll(Stream.generate(() -> request).limit(8).toList())) {
                done += answer.get() instanceof Answer.Done ? 1 : 0;
            }
            assertThat(done).isEqualTo(1);
            assertThat(runs()).hasSize(2);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesAKeyThatWasRevokedSince() {
        keys.revoke(admin(), caller.name(), key.key().id().value(), 1);

        assertRefused(ProblemCode.UNAUTHENTICATED);
    }

    @Test
    void refusesAKeyThatExpiredSince() {
        kernel.advance(Duration.ofMinutes(59).plusSeconds(59).plusMillis(500));
        caller = enter();
        kernel.advance(Duration.ofMillis(600));
        try {
            assertRefused(ProblemCode.UNAUTHENTICATED);
        } finally {
            kernel.returnToNow();
        }
    }

    @Test
    void refusesWhoHasLostTheRoleSince() {
        takeRole();

        assertRefused(ProblemCode.NOT_FOUND);
    }

    @Test
    void refusesAProjectThatWasArchivedSince() {
        kernel.archive(lab.project());

        assertRefused(ProblemCode.STATE_CONFLICT);
    }

    @Test
    void refusesDataThatWasRestrictedSince() {
        Kernel.done(create("before"));
        new Datasets(kernel.gate())
                .restrict(
                        kernel.member(lab.project(), Role.OWNER),
                        lab.projectId(),
                        lab.data().dataset().value(),
                        1,
                        Dataset.Access.RESTRICTED);

        assertRefused(ProblemCode.UNKNOWN_REFERENCE);
    }

    @Test
    void refusesNobodyForARoleThatWasGivenSince() {
        takeRole();
        caller = enter();
        kernel.bind(caller.principal(), lab.project(), Role.MAINTAINER, null);

        Kernel.done(create("given"));
    }

    @Test
    void writesNothingUnlessAllIsStillSo() {
        var access = caller.standing().access();
        var rights = access.rights();
        var who = caller.principal();
        var apiKey = caller.key();
        var now = kernel.clock().instant();

        assertThat(append(new Unchanged(access, who, apiKey, "free", now))).isEqualTo(Transaction.End.COMMITTED);
        for (var other : List.of(
                new Unchanged(access, who, apiKey, "taken", now),
                new Unchanged(access, who, apiKey, "free", now.plus(Duration.ofHours(2))),
                new Unchanged(access, who, lab.data().id(), "free", now),
                new Unchanged(access, kernel.somebody().principal(), apiKey, "free", now),
                new Unchanged(with(access, new Rights(Set.of(), Map.of(), false)), who, apiKey, "free", now),
                new Unchanged(with(access, new Rights(rights.roles(), Map.of(), true)), who, apiKey, "free", now),
                new Unchanged(
                        with(
                                access,
                                new Rights(rights.roles(), Map.of(lab.data().id(), Set.of(Role.VIEWER)), false)),
                        who,
                        apiKey,
                        "free",
                        now),
                new Unchanged(
                        with(access, new Rights(Set.of(Role.DEVELOPER, Role.VIEWER), Map.of(), false)),
                        who,
                        apiKey,
                        "free",
                        now))) {
            assertThat(append(other)).as(other.toString()).isEqualTo(Transaction.End.ROLLED_BACK);
        }
    }

    /** Appends to the outbox if all is still so, and looks whether that is there. */
    private Transaction.End append(Unchanged unchanged) {
        var taken =
                "insert into idempotency_key values ('%s', 'taken', '%s', 201, '', null, now()) on conflict do nothing"
                        .formatted(lab.projectId(), Digest.of(new byte[0]));
        sql(taken);
        var event = kernel.trail().ids().next("evt");
        var ends = new ArrayList<Transaction.End>();
        var written = kernel.database().writeIf(unchanged, tx -> {
            tx.whenOver(ends::add);
            tx.outbox().append(new OutboxEvent(event, lab.project().id(), "Test", "test", unchanged.now()));
            return true;
        });
        assertThat(kernel.column("select id from outbox where id = ?", event.value()))
                .hasSize(written.isPresent() ? 1 : 0);
        assertThat(ends).hasSize(1);
        return ends.get(0);
    }

    /** As another hub would do it. */
    private void takeRole() {
        sql("delete from role_binding where subject = '" + caller.principal() + "'");
    }

    private static void sql(String statement) {
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            sql.execute(statement);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static ProjectAccess with(ProjectAccess access, Rights rights) {
        return new ProjectAccess(access.project(), rights);
    }

    private void assertRefused(ProblemCode code) {
        var before = runs();
        var refusal = catchThrowableOfType(RefusedException.class, () -> create("refused"));

        assertThat(refusal.violations().get(0).code()).isEqualTo(code);
        assertThat(runs()).isEqualTo(before);
        assertThat(kernel.column(
                        "select key from idempotency_key where scope = ? and key = 'refused'", lab.projectId()))
                .isEmpty();
    }

    private Answer<Runs.View> create(String idempotencyKey) {
        var once = new Once<Runs.View>(
                idempotencyKey,
                Digest.of(idempotencyKey.getBytes(UTF_8)),
                view -> new Once.Rendered(201, view.run().spec(), null));
        return hub.runs()
                .create(caller, once, lab.projectId(), lab.wish("trains").draft());
    }

    private List<String> runs() {
        return kernel.column("select id from run where project_id = ?", lab.projectId());
    }

    private Caller enter() {
        // With a gate of its own, as in another hub: nothing that is changed here makes it forget.
        var gate = new Gate(
                kernel.database(),
                kernel.trail(),
                kernel.clock(),
                kernel.trail().ids());
        return new Authentication(kernel.database(), gate, kernel.clock())
                .find(key.secret(), lab.projectId(), "createRun", RequestContext.NONE)
                .orElseThrow();
    }

    private static Caller admin() {
        return kernel.somebody(SystemRole.PLATFORM_ADMIN);
    }
}
