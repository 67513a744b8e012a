package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.domain.project.Project;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets through the gate: every right with every role, and what stays of a change that doesn't come about. */
class GateTest {
    private static final String[] ROLES = {
        "viewer", "developer", "maintainer", "approver", "owner", "auditor", "platform-admin", "security-officer"
    };

    /** By hand, from the roles of the domain model: a change of the matrix must be made twice. */
    private static final String MATRIX =
            """
            CREATE_PROJECT          - - - - - - x -
            READ_PROJECT            x x x x x x x -
            UPDATE_PROJECT          - - x - x - x -
            LIMIT_PROJECT           - - - - - - x -
            ARCHIVE_PROJECT         - - - - x - - -
            BIND_ROLES              - - - - x - - -
            READ                    x x x x x x - -
            WRITE                   - x x - x - - -
            SET_DATASET_ACCESS      - - x - x - - -
            DOWNLOAD_DATASET        - x x - x x - -
            READ_RESULTS            - x x x x x - -
            VALIDATE_MODEL          - - x - x - - -
            APPROVE_MODEL           - - - x - - - -
            DEPRECATE_MODEL         - - x x x - - -
            READ_AUDIT              - - - - - x - x
            CHANGE_TRUST_ROOTS      - - - - - - - x
            ERASE_AUDIT             - - - - - - - x
            READ_WEBHOOKS           - - x - x x - -
            MANAGE_WEBHOOKS         - - x - x - - -
            READ_AUDIT_SINKS        - - - - - - x x
            MANAGE_AUDIT_SINKS      - - - - - - x -
            CREATE_SERVICE_ACCOUNT  - - - - - - x -
            READ_SERVICE_ACCOUNTS   - - - - - - x x
            REVOKE_API_KEY          - - - - - - x x
            READ_COMPOSITION        - - - - - x x x
            READ_PLUGINS            - - - - - x x x
            MANAGE_PLUGINS          - - - - - - x -
            PROPOSE_TRUST_MODE      - - - - - - x x
            CONFIRM_TRUST_MODE      - - - - - - - x
            """;

    private static final Set<Permission> OF_THE_HUB = EnumSet.of(
            Permission.CREATE_PROJECT,
            Permission.READ_AUDIT,
            Permission.CHANGE_TRUST_ROOTS,
            Permission.ERASE_AUDIT,
            Permission.READ_AUDIT_SINKS,
            Permission.MANAGE_AUDIT_SINKS,
            Permission.CREATE_SERVICE_ACCOUNT,
            Permission.READ_SERVICE_ACCOUNTS,
            Permission.REVOKE_API_KEY,
            Permission.READ_COMPOSITION,
            Permission.READ_PLUGINS,
            Permission.MANAGE_PLUGINS,
            Permission.PROPOSE_TRUST_MODE,
            Permission.CONFIRM_TRUST_MODE);

    private static Kernel kernel;
    private static Project project;

    @BeforeAll
    static void start(@TempDir Path folder) {
        kernel = new Kernel(folder);
        project = kernel.project();
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    static Stream<Arguments> cells() {
        return MATRIX.lines().map(line -> line.split(" +")).flatMap(row -> Stream.iterate(0, i -> i + 1)
                .limit(ROLES.length)
                .map(i -> Arguments.of(Permission.valueOf(row[0]), ROLES[i], row[i + 1].equals("x"))));
    }

    @Test
    void matrixNamesEveryRight() {
        assertThat(MATRIX.lines().map(line -> line.split(" +")[0]))
                .containsExactlyElementsOf(
                        Arrays.stream(Permission.values()).map(Permission::name).toList());
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @MethodSource("cells")
    void letsInWhoMayAndNobodyElse(Permission permission, String role, boolean mayPass) {
        var caller = holderOf(role);
        if (mayPass) {
            ask(caller, permission);
            return;
        }
        var refusal = catchThrowableOfType(RefusedException.class, () -> ask(caller, permission));
        var hidden = role.equals("security-officer") && !OF_THE_HUB.contains(permission);
        assertThat(refusal.violations().get(0).code())
                .isEqualTo(hidden ? ProblemCode.NOT_FOUND : ProblemCode.FORBIDDEN);
        assertThat(kernel.column(
                        "select action from audit_event where id = ?::uuid",
                        refusal.auditEvent().orElseThrow().number().toString()))
                .containsExactly("access.denied");
    }

    @ParameterizedTest
    @EnumSource(Permission.class)
    void rolesInAnotherProjectDontCount(Permission permission) {
        if (!OF_THE_HUB.contains(permission)) {
            var elsewhere = kernel.member(kernel.project(), Role.values());

            var refusal = catchThrowableOfType(RefusedException.class, () -> ask(elsewhere, permission));

            assertThat(refusal.violations().get(0).code()).isEqualTo(ProblemCode.NOT_FOUND);
        }
    }

    @Test
    void nothingStaysOfARefusedChangeButTheRefusal() {
        var owner = kernel.member(project, Role.OWNER);
        var target = Target.inProject(project.id().value(), "project", "refused-change");

        var refusal = catchThrowableOfType(RefusedException.class, () -> kernel.gate()
                .change(owner, target, Permission.ARCHIVE_PROJECT, null, change -> {
                    change.audit(
                            Action.PROJECT_ARCHIVED, project.id(), Json.object().build());
                    change.emit("ProjectArchived", project.id());
                    throw RefusedException.of(ProblemCode.STATE_CONFLICT, "not now");
                }));

        assertThat(kernel.audited("refused-change")).containsExactly("request.refused");
        assertThat(kernel.audited(project.id())).doesNotContain("project.archived");
        assertThat(kernel.column("select type from outbox")).doesNotContain("ProjectArchived");
        assertThat(refusal.auditEvent()).isPresent();
    }

    @Test
    void nothingStaysOfAChangeThatFails() {
        var owner = kernel.member(project, Role.OWNER);
        var before = kernel.column("select count(*) from audit_event");

        assertThatIllegalStateException().isThrownBy(() -> kernel.gate()
                .change(
                        owner,
                        Target.inProject(project.id().value(), "project", null),
                        Permission.ARCHIVE_PROJECT,
                        null,
                        change -> {
                            change.audit(
                                    Action.PROJECT_ARCHIVED,
                                    project.id(),
                                    Json.object().build());
                            throw new IllegalStateException("a defect");
                        }));

        assertThat(kernel.column("select count(*) from audit_event")).isEqualTo(before);
    }

    @Test
    void withoutAnEventNothingIsDone() {
        var owner = kernel.member(project, Role.OWNER);

        assertThatIllegalStateException().isThrownBy(() -> kernel.gate()
                .change(
                        owner,
                        Target.inProject(project.id().value(), "project", null),
                        Permission.ARCHIVE_PROJECT,
                        null,
                        change -> change.tx().projects().update(project.archived(change.now()))));

        assertThat(kernel.column(
                        "select status from project where id = ?", project.id().value()))
                .containsExactly("active");
    }

    private static Caller holderOf(String role) {
        return switch (role) {
            case "platform-admin", "security-officer" -> kernel.somebody(SystemRole.of(role));
            default -> kernel.member(project, Role.of(role));
        };
    }

    private static void ask(Caller caller, Permission permission) {
        if (OF_THE_HUB.contains(permission)) {
            kernel.gate().readHub(caller, Target.inHub("request", null), permission, tx -> true);
        } else {
            var target = Target.inProject(project.id().value(), "request", null);
            kernel.gate().read(caller, target, permission, reading -> true);
        }
    }
}
