package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.SELF_APPROVAL;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.core.TrustMode.InForce;
import io.animus.kernel.core.TrustMode.Source;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.trust.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who decides how strict the hub is, on a real database. */
@Timeout(60)
class TrustDecisionsTest {
    private static Kernel kernel;

    @TempDir
    private Path folder;

    private final Caller admin = kernel.somebody(SystemRole.PLATFORM_ADMIN);
    private final Caller officer = kernel.somebody(SystemRole.SECURITY_OFFICER);
    private final Caller another = kernel.somebody(SystemRole.SECURITY_OFFICER);
    private TrustMode trust;
    private TrustDecisions decisions;

    @BeforeAll
    static void startKernel(@TempDir Path folder) {
        kernel = new Kernel(folder.resolve("database"));
    }

    @AfterAll
    static void stopKernel() {
        kernel.close();
    }

    /** Decisions stay for ever: each test begins with the strictest. */
    @BeforeEach
    void start() throws SQLException {
        trust = new TrustMode(folder, null, false);
        decisions = new TrustDecisions(kernel.gate(), trust, kernel.clock());
        decisions.enforce(officer, null, "a new test");
        kernel.emptyAudit();
    }

    @AfterEach
    void stop() {
        kernel.returnToNow();
    }

    @Test
    void twoMakeTheHubLaxerAndItStaysSoAfterAStart() throws Exception {
        var proposed = propose(admin, Mode.WARN);
        assertThat(trust.mode()).isEqualTo(Mode.ENFORCE);

        var decided = Kernel.done(decisions.confirm(officer, null, proposed));

        assertThat(decided.inForce()).isEqualTo(new InForce(Mode.WARN, Source.DECISION));
        assertThat(decided.open()).isNull();
        assertThat(trust.mode()).isEqualTo(Mode.WARN);
        assertThat(decisions.find(officer)).isEqualTo(decided);
        assertThat(audited()).containsExactly("trust_mode.proposed", "trust_mode.changed");
        var restarted = new TrustMode(folder, null, false);
        assertThat(restarted.mode()).isEqualTo(Mode.ENFORCE);
        watch(restarted).look();
        assertThat(restarted.mode()).isEqualTo(Mode.WARN);
    }

    @Test
    void nobodyConfirmsTheirOwnNotEvenInTheDatabase() throws Exception {
        var proposed = propose(officer, Mode.OFF);

        assertRefused(SELF_APPROVAL, () -> decisions.confirm(officer, null, proposed));

        assertThat(trust.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(audited()).containsExactly("trust_mode.proposed", "access.denied");
        try (var owner = kernel.asOwner();
                var sql = owner.createStatement()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(
                            () -> sql.execute("update trust_proposal set decided_at = now(), decided_by = proposed_by"
                                    + " where decided_at is null"))
                    .withMessageContaining("check constraint");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> sql.execute("update trust_proposal set mode = 'off'"))
                    .withMessageContaining("immutable");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() ->
                            sql.execute("update trust_proposal set decided_at = now() where decided_at is not null"))
                    .withMessageContaining("immutable");
        }
    }

    @Test
    void anAdministratorOfThePlatformConfirmsNothing() {
        var proposed = propose(officer, Mode.WARN);

        assertRefused(ProblemCode.FORBIDDEN, () -> decisions.confirm(admin, null, proposed));
    }

    @Test
    void aProposalIsTooOldAfterADay() {
        var proposed = propose(officer, Mode.WARN);

        kernel.advance(Duration.ofHours(24));

        assertThat(decisions.find(officer).open()).isNull();
        assertRefused(STATE_CONFLICT, () -> decisions.confirm(another, null, proposed));
        assertThat(trust.mode()).isEqualTo(Mode.ENFORCE);
    }

    @Test
    void theLastProposalAloneCanBeConfirmed() {
        var first = propose(officer, Mode.OFF);
        var second = propose(admin, Mode.WARN);

        assertRefused(STATE_CONFLICT, () -> decisions.confirm(another, null, first));
        decisions.confirm(another, null, second);
        assertRefused(STATE_CONFLICT, () -> decisions.confirm(another, null, second));

        assertThat(trust.mode()).isEqualTo(Mode.WARN);
        assertRefused(STATE_CONFLICT, () -> decisions.propose(admin, null, Mode.WARN, "again"));
    }

    @Test
    void oneAloneMakesItStrictAndEndsWhatIsOpen() {
        decisions.confirm(another, null, propose(officer, Mode.OFF));
        var open = propose(officer, Mode.WARN);

        var enforced = Kernel.done(decisions.enforce(admin, null, "an incident"));

        assertThat(enforced.inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.DECISION));
        assertThat(trust.mode()).isEqualTo(Mode.ENFORCE);
        assertRefused(STATE_CONFLICT, () -> decisions.confirm(another, null, open));
    }

    @Test
    void ofTwoThatConfirmAtOnceOneDoes() throws Exception {
        var proposed = propose(admin, Mode.WARN);
        var together = new CyclicBarrier(2);

        var both = Stream.of(officer, another)
                .map(caller -> CompletableFuture.supplyAsync(() -> {
                    try {
                        together.await();
                        decisions.confirm(caller, null, proposed);
                        return "decided";
                    } catch (RefusedException e) {
                        return e.violations().get(0).code().name();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }))
                .toList();

        assertThat(List.of(both.get(0).get(), both.get(1).get()))
                .containsExactlyInAnyOrder("decided", STATE_CONFLICT.name());
        assertThat(audited()).containsOnlyOnce("trust_mode.changed");
    }

    @Test
    void aFileThatDecidesInsteadIsOnRecordOnce() throws Exception {
        decisions.confirm(another, null, propose(officer, Mode.OFF));
        kernel.emptyAudit();
        var watch = watch(new TrustMode(folder, Mode.WARN, false));

        watch.look();
        watch.look();

        assertThat(audited()).containsExactly("trust_mode.overridden");
        assertThat(kernel.column("select disclosures::text from audit_disclosure"))
                .singleElement()
                .asString()
                .contains("etc/io.animus.plugins.trust.cfg", "warn", "off");
    }

    @Test
    void whatTheStrictestRefusesAtTheStartComesWhenTheDatabaseSaysOtherwise() throws Exception {
        decisions.confirm(another, null, propose(officer, Mode.WARN));
        try (var framework = new PluginFramework(folder)) {
            install(framework);
            assertThat(reasons("plugin.installed")).singleElement().asString().contains("It is not signed");

            var restarted = new TrustMode(folder.resolve("trust"), null, false);
            var runtime = framework.runtime(restarted, Duration.ofSeconds(30));
            assertThat(runtime.refused()).hasSize(1);
            assertThat(framework.present()).isEmpty();

            var watch =
                    new TrustWatch(kernel.database(), kernel.trail(), restarted, runtime::reconsider, kernel.clock());
            watch.look();
            assertThat(framework.ask()).isEqualTo("1.0.0");
            assertThat(runtime.refused()).isEmpty();

            var packaged = runtime.all().get(0).packaged();
            record(framework, runtime);
            Await.until("it is on record", () -> runtime.untold().isEmpty());
            assertThat(reasons("plugin.refused")).isEmpty();
            assertThat(reasons("plugin.admitted"))
                    .singleElement()
                    .asString()
                    .contains("It is not signed", "/details/trust\",\"warn\"", packaged.value());
            decisions.enforce(officer, null, "for a moment");
            watch.look();
            decisions.confirm(another, null, propose(officer, Mode.WARN));
            watch.look();
            assertThat(runtime.untold()).isEmpty();
        }
    }

    @Test
    void whatALaxerModeRefusesForAnotherReasonIsOnRecordWithThat() throws Exception {
        decisions.confirm(another, null, propose(officer, Mode.WARN));
        try (var framework = new PluginFramework(folder)) {
            install(framework);
            var bundle = framework
                    .context()
                    .getBundle(
                            "animus:" + Digest.of(SwapBundle.of("1.0.0").jar()).hex());
            bundle.stop();
            Files.write(framework.cached(bundle), new byte[] {1});
            decisions.enforce(officer, null, "for a start");
            var runtime = framework.runtime(trust, Duration.ofSeconds(30));
            record(framework, runtime);
            Await.until("it is on record", () -> reasons("plugin.refused").size() == 1);

            decisions.confirm(another, null, propose(officer, Mode.WARN));
            new TrustWatch(kernel.database(), kernel.trail(), trust, runtime::reconsider, kernel.clock()).look();

            Await.until("so is the other", () -> reasons("plugin.refused").size() == 2);
            assertThat(reasons("plugin.refused").get(0)).contains("It is not signed");
            assertThat(reasons("plugin.refused").get(1)).contains("is not the one of the package");
        }
    }

    private void install(PluginFramework framework) throws Exception {
        var before = framework.runtime(Duration.ofSeconds(30));
        var configurations = framework.configurations(before, Duration.ofSeconds(30));
        var plugins = new Plugins(
                kernel.gate(),
                new PluginRecord(kernel.database(), kernel.trail(), before, configurations),
                before,
                configurations,
                trust);
        plugins.install(admin, null, SwapBundle.of("1.0.0").in(folder).file(), null);
        assertThat(framework.ask()).isEqualTo("1.0.0");
    }

    private static void record(PluginFramework framework, FrameworkPlugins runtime) throws Exception {
        var configurations = framework.configurations(runtime, Duration.ofSeconds(30));
        new PluginRecord(kernel.database(), kernel.trail(), runtime, configurations);
    }

    /** What the events say of the reasons, and of all else. */
    private static List<String> reasons(String action) {
        return kernel.column(
                "select d.disclosures::text from audit_event e join audit_disclosure d on d.event_id = e.id"
                        + " where e.action = '" + action + "' order by e.id");
    }

    @Test
    void aPackageIsJudgedByWhatAnotherHubDecidedAMomentAgo() throws Exception {
        try (var framework = new PluginFramework(folder)) {
            var runtime = framework.runtime(Duration.ofSeconds(30));
            var here = new TrustMode(folder.resolve("trust"), null, false);
            var configurations = framework.configurations(runtime, Duration.ofSeconds(30));
            var plugins = new Plugins(
                    kernel.gate(),
                    new PluginRecord(kernel.database(), kernel.trail(), runtime, configurations),
                    runtime,
                    configurations,
                    here);
            var unsigned = SwapBundle.of("1.0.0").in(folder).file();
            assertRefused(ProblemCode.INVALID_VALUE, () -> plugins.install(admin, null, unsigned, null));

            decisions.confirm(another, null, propose(officer, Mode.WARN));
            plugins.install(admin, null, unsigned, null);
            assertThat(framework.ask()).isEqualTo("1.0.0");
        }
    }

    @Test
    void whatWasJudgedByALaxerModeIsNotLetInOnceItIsStricter() throws Exception {
        decisions.confirm(another, null, propose(officer, Mode.WARN));
        try (var framework = new PluginFramework(folder)) {
            var runtime = framework.runtime(Duration.ofSeconds(30));
            var configurations = framework.configurations(runtime, Duration.ofSeconds(30));
            var plugins = new Plugins(
                    kernel.gate(),
                    new PluginRecord(kernel.database(), kernel.trail(), runtime, configurations),
                    runtime,
                    configurations,
                    trust);
            plugins.install(admin, null, SwapBundle.of("1.0.0").in(folder).file(), null);
            var next = SwapBundle.of("2.0.0").that("unsure").in(folder).file();
            var update = CompletableFuture.supplyAsync(() -> plugins.update(admin, null, SwapBundle.NAME, next, null));
            Await.until(
                    "the new version is looked at", () -> framework.present().size() == 2);

            decisions.enforce(officer, null, "an incident");
            System.setProperty("animus.test.sure", "true");

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(update::get)
                    .withCauseInstanceOf(RefusedException.class)
                    .withMessageContaining("stricter meanwhile");
            assertThat(framework.ask()).isEqualTo("1.0.0");
            assertThat(audited()).doesNotContain("plugin.updated");
        } finally {
            System.clearProperty("animus.test.sure");
        }
    }

    private TypeId propose(Caller caller, Mode mode) {
        var standing = Kernel.done(decisions.propose(caller, null, mode, "a test"));
        return Objects.requireNonNull(standing.open(), "open").id();
    }

    private static TrustWatch watch(TrustMode trust) {
        return new TrustWatch(kernel.database(), kernel.trail(), trust, () -> {}, kernel.clock());
    }

    private static List<String> audited() {
        return kernel.column("select action from audit_event where action not like 'composition%' order by id");
    }

    private static void assertRefused(ProblemCode code, Runnable work) {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(work::run)
                .satisfies(e -> assertThat(e.violations().get(0).code()).isEqualTo(code));
    }
}
