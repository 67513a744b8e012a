package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.Digest;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.ProjectRoles;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.ServiceAccount;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.data.Dataset;
import io.animus.kernel.domain.project.Project;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Service accounts, their keys, and who a key makes of its holder. */
class AccessTest {
    private static final Target TARGET = Target.inHub("request", null);
    private static final Duration DAY = Duration.ofDays(1);

    private static Kernel kernel;
    private static ServiceAccounts accounts;
    private static ApiKeys keys;
    private static Authentication authentication;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
        accounts = new ServiceAccounts(kernel.gate());
        keys = new ApiKeys(kernel.gate());
        authentication = new Authentication(kernel.database(), kernel.gate(), kernel.clock());
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @Test
    void keyLetsItsAccountIn() {
        var account = account("lets-in", SystemRole.SECURITY_OFFICER);
        var created = key(account);

        assertThat(created.secret()).matches("ank_[0-9A-Za-z_-]{43}");
        var caller = authenticate(created.secret());
        assertThat(caller.principal()).isEqualTo(account.principal());
        assertThat(caller.name()).isEqualTo("lets-in");
        assertThat(caller.systemRoles()).containsExactly(SystemRole.SECURITY_OFFICER);
        assertThat(caller.key()).isEqualTo(created.key().id());
        assertThat(keys.find(admin(), "lets-in", created.key().id().value()).lastUsed())
                .isNotNull();
    }

    @Test
    void absentMalformedUnknownExpiredAndRevokedKeysLetNobodyIn() {
        var account = account("all-the-same");
        var expired = key(account, Duration.ofSeconds(1));
        var revoked = key(account);
        keys.revoke(admin(), "all-the-same", revoked.key().id().value(), 1);
        kernel.advance(Duration.ofSeconds(2));

        for (var secret :
                new @Nullable String[] {null, "nonsense", "ank_" + "x".repeat(43), expired.secret(), revoked.secret()
                }) {
            assertThat(code(() -> authenticate(secret))).as(secret).isEqualTo(ProblemCode.UNAUTHENTICATED);
        }
    }

    @Test
    void secretIsStoredAndShownNowhere() throws SQLException {
        var created = key(account("secret"));
        authenticate(created.secret());

        assertThat(created.toString()).doesNotContain(created.secret());
        try (var owner = kernel.asOwner();
                var tables = owner.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
            var searched = 0;
            while (tables.next()) {
                var table = tables.getString("TABLE_NAME");
                assertThat(kernel.column("select t::text from " + table + " t"))
                        .as(table)
                        .noneMatch(row -> row.contains(created.secret()) || row.contains(hex(created.secret())));
                searched++;
            }
            assertThat(searched).isGreaterThan(20);
        }
    }

    @Test
    void staleVersionAndSecondRevocationAreRefused() {
        var created = key(account("revoked-twice"));
        var id = created.key().id().value();

        assertThat(code(() -> keys.revoke(admin(), "revoked-twice", id, 7))).isEqualTo(ProblemCode.PRECONDITION_FAILED);
        var revoked = Kernel.done(keys.revoke(officer(), "revoked-twice", id, 1));
        assertThat(revoked.version()).isEqualTo(2);
        assertThat(revoked.isValid(kernel.clock().instant())).isFalse();
        assertThat(code(() -> keys.revoke(admin(), "revoked-twice", id, 1))).isEqualTo(ProblemCode.PRECONDITION_FAILED);
        assertThat(code(() -> keys.revoke(admin(), "revoked-twice", id, 2))).isEqualTo(ProblemCode.STATE_CONFLICT);
        assertThat(kernel.audited(id))
                .containsExactly(
                        "api_key.created", "request.refused", "api_key.revoked", "request.refused", "request.refused");
    }

    @Test
    void keyIsFoundOnlyUnderItsAccount() {
        var id = key(account("mine")).key().id().value();
        account("theirs");

        assertThat(code(() -> keys.find(admin(), "theirs", id))).isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(() -> keys.revoke(admin(), "theirs", id, 1))).isEqualTo(ProblemCode.NOT_FOUND);
        assertThat(code(() -> keys.find(admin(), "mine", "key_1"))).isEqualTo(ProblemCode.NOT_FOUND);
    }

    @Test
    void takenNameIsRefusedAndNothingIsMade() {
        account("taken");

        assertThat(code(() -> account("taken"))).isEqualTo(ProblemCode.ALREADY_EXISTS);
        assertThat(kernel.column("select count(*) from service_account where name = 'taken'"))
                .containsExactly("1");
        assertThat(kernel.audited("taken")).containsExactly("request.refused");
    }

    @Test
    void whoIsNoAdministratorMayNotEvenLookUpAnAccount() {
        var nobody = kernel.somebody();

        assertThat(code(() -> accounts.find(nobody, "there-is-none"))).isEqualTo(ProblemCode.FORBIDDEN);
        assertThat(code(() -> keys.create(officer(), null, "there-is-none", null, DAY)))
                .isEqualTo(ProblemCode.FORBIDDEN);
        assertThat(code(() -> keys.create(admin(), null, "there-is-none", null, DAY)))
                .isEqualTo(ProblemCode.NOT_FOUND);
    }

    @Test
    void listsAccountsAndKeysPageByPage() {
        var account = account("listed");
        var first = key(account).key();
        var second = key(account).key();

        var page = keys.list(admin(), account.id().value(), new PageRequest(1, null, true));
        assertThat(page.items()).containsExactly(second);
        var rest = keys.list(admin(), "listed", new PageRequest(1, page.next(), true));
        assertThat(rest.items()).containsExactly(first);
        assertThat(rest.next()).isNull();
        assertThat(accounts.list(officer(), new PageRequest(500, null, true)).items())
                .contains(account);
    }

    @Test
    void callerLearnsWhoItIsAndWhatItMayDo() {
        var created = key(account("me", SystemRole.PLATFORM_ADMIN));
        var caller = authenticate(created.secret());
        var project = kernel.project();
        var roles = new RoleBindings(kernel.gate());
        var owner = kernel.member(project, Role.OWNER);
        roles.create(owner, null, project.id().value(), draft(caller, Role.VIEWER));
        roles.create(owner, null, project.id().value(), draft(caller, Role.APPROVER));

        var me = new Me(kernel.gate()).find(caller);

        assertThat(me.caller()).isEqualTo(caller);
        assertThat(me.key()).isNotNull();
        assertThat(me.key().expires()).isEqualTo(created.key().expires());
        assertThat(me.projectRoles())
                .containsExactly(
                        new ProjectRoles(project.id(), project.name(), Set.of(Role.VIEWER, Role.APPROVER), Map.of()));
    }

    @Test
    void revokedKeyIsRefusedAtOnceByTheHubThatRevokedItAndWithinASecondByAnother() {
        var another = new Authentication(
                kernel.database(),
                new Gate(
                        kernel.database(),
                        kernel.trail(),
                        kernel.clock(),
                        kernel.trail().ids()),
                kernel.clock());
        var created = key(account("remembered"));
        authenticate(created.secret());
        another.find(created.secret(), null, "test", RequestContext.NONE);

        keys.revoke(admin(), "remembered", created.key().id().value(), 1);
        assertThat(code(() -> authenticate(created.secret()))).isEqualTo(ProblemCode.UNAUTHENTICATED);
        kernel.advance(Duration.ofSeconds(1));
        assertThat(another.find(created.secret(), null, "test", RequestContext.NONE))
                .isEmpty();
    }

    @Test
    void changeIsRefusedToAKeyThatWasRevokedSinceItLetItsHolderIn() {
        var admin = account("too-late", SystemRole.PLATFORM_ADMIN);
        var created = key(admin);
        var project = kernel.project();
        var ref = project.id().value();
        var owner = kernel.member(project, Role.OWNER);
        new RoleBindings(kernel.gate())
                .create(owner, null, ref, new RoleBindings.Draft(admin.principal(), Role.OWNER, null));
        var let = authentication
                .find(created.secret(), ref, "test", RequestContext.NONE)
                .orElseThrow();
        keys.revoke(admin(), "too-late", created.key().id().value(), 1);

        var projects = new Projects(kernel.gate());
        var once = new Once<Project>(
                "too-late", Digest.of(new byte[0]), shown -> new Once.Rendered(200, new byte[0], null));
        assertThat(code(() -> projects.archive(let, once, ref))).isEqualTo(ProblemCode.UNAUTHENTICATED);
        assertThat(code(() -> projects.archive(let, null, ref))).isEqualTo(ProblemCode.UNAUTHENTICATED);
        var draft = new ServiceAccounts.Draft(new Name("never-made"), null, Set.of());
        assertThat(code(() -> accounts.create(let, null, draft))).isEqualTo(ProblemCode.UNAUTHENTICATED);
    }

    @Test
    void rememberedRightsShowNothingThatThisHubHidAndRefuseNobody() {
        var member = account("member");
        var secret = key(member).secret();
        var steps = new DatasetSteps(kernel);
        var owner = kernel.member(steps.project, Role.OWNER);
        new RoleBindings(kernel.gate())
                .create(owner, null, steps.project(), new RoleBindings.Draft(member.principal(), Role.VIEWER, null));
        Runnable look = () -> steps.datasets.find(
                authentication
                        .find(secret, steps.project(), "test", RequestContext.NONE)
                        .orElseThrow(),
                steps.project(),
                steps.dataset());
        look.run();

        steps.datasets.restrict(owner, steps.project(), steps.dataset(), 1, Dataset.Access.RESTRICTED);
        assertThat(code(look)).isEqualTo(ProblemCode.NOT_FOUND);

        // Unseen by this hub, as another one would do it.
        kernel.bind(member.principal(), steps.project, Role.VIEWER, steps.dataset.id());
        look.run();
    }

    @Test
    void keyThatExpiresIsNotRememberedAnyLonger() {
        var created = key(account("expires"), Duration.ofMillis(400));
        authenticate(created.secret());
        kernel.advance(Duration.ofMillis(400));
        assertThat(code(() -> authenticate(created.secret()))).isEqualTo(ProblemCode.UNAUTHENTICATED);
    }

    private static ServiceAccount account(String name, SystemRole... roles) {
        var draft = new ServiceAccounts.Draft(new Name(name), null, Set.of(roles));
        return Kernel.done(accounts.create(admin(), null, draft));
    }

    private static RoleBindings.Draft draft(Caller subject, Role role) {
        return new RoleBindings.Draft(subject.principal(), role, null);
    }

    private static ApiKeys.Created key(ServiceAccount account) {
        return key(account, DAY);
    }

    private static ApiKeys.Created key(ServiceAccount account, Duration life) {
        return Kernel.done(keys.create(admin(), null, account.id().value(), null, life));
    }

    private static Caller authenticate(@Nullable String secret) {
        return authentication.find(secret, null, "test", RequestContext.NONE).orElseThrow(Authentication::refusal);
    }

    private static Caller admin() {
        return kernel.somebody(SystemRole.PLATFORM_ADMIN);
    }

    private static Caller officer() {
        return kernel.somebody(SystemRole.SECURITY_OFFICER);
    }

    private static ProblemCode code(Runnable request) {
        return catchThrowableOfType(RefusedException.class, request::run)
                .violations()
                .get(0)
                .code();
    }

    private static String hex(String secret) {
        return HexFormat.of().formatHex(secret.getBytes(US_ASCII));
    }
}
