package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The matrix of {@code x-animus-roles} against the running hub. */
class RoleMatrixTest {
    private static final List<String> PROJECT_ROLES =
            List.of("viewer", "developer", "maintainer", "approver", "owner", "auditor");
    private static final List<String> SYSTEM_ROLES = List.of("platform-admin", "security-officer");

    /** The project roles that can be had on one object. */
    private static final List<String> OBJECT_ROLES = List.of("viewer", "developer", "maintainer", "approver");

    private static final Map<String, Client> GUESTS = new LinkedHashMap<>();

    private static TestHub hub;
    private static Story story;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        story = new Story(hub);
        for (var role : OBJECT_ROLES) {
            var guest = hub.client("guest-" + role);
            story.bind(guest, role, story.dataset().text("id"));
            story.bind(guest, role, story.model().text("id"));
            GUESTS.put(role, guest);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    /** Every operation of the document by every role: who is named gets through, who is not gets 403 or 404. */
    @Test
    void letsInExactlyWhoTheDocumentNames() throws Exception {
        var callers = new LinkedHashMap<String, Client>();
        PROJECT_ROLES.forEach(role -> callers.put(role, story.member("only-" + role, role)));
        SYSTEM_ROLES.forEach(role -> callers.put(role, hub.client("only-" + role, role)));
        callers.put("nobody", hub.client("only-nobody"));
        var operations = Contract.all().stream()
                .filter(operation -> !operation.roles().contains("public"))
                .sorted(Comparator.comparing(operation -> operation.id().equals("archiveProject")))
                .toList();

        var wrong = new ArrayList<String>();
        for (var operation : operations) {
            callers.forEach((role, caller) -> {
                var answer = call(caller, operation);
                var isNamed =
                        operation.roles().contains(role) || operation.roles().contains("authenticated");
                if (!isRight(operation, role, isNamed, answer.status())) {
                    wrong.add("%s by %s: %d %s".formatted(operation.id(), role, answer.status(), answer.body()));
                }
            });
        }

        assertThat(wrong).isEmpty();
        assertThat(OnRecord.missing(hub)).isEmpty();
    }

    /** Who has a role on the dataset and on the model alone has the rights of this role there, and sees nothing else. */
    @Test
    void roleOnAnObjectEndsAtTheObject() {
        var operations = Contract.all().stream()
                .filter(operation -> operation.path().contains("{project}"))
                .toList();

        var wrong = new ArrayList<String>();
        for (var operation : operations) {
            var isOfTheObject =
                    operation.path().contains("{dataset}") || operation.path().contains("{model}");
            GUESTS.forEach((role, guest) -> {
                var status = call(guest, operation).status();
                var isRight = isOfTheObject
                        ? isRight(operation, role, operation.roles().contains(role), status)
                        : status == 404;
                if (!isRight) {
                    wrong.add("%s by %s: %d".formatted(operation.id(), role, status));
                }
            });
        }

        assertThat(wrong).isEmpty();
    }

    private static boolean isRight(Contract.Operation operation, String role, boolean isNamed, int status) {
        if (isNamed) {
            return status != 401 && status != 403 && status != 404;
        }
        var seesTheProject = PROJECT_ROLES.contains(role) || role.equals("platform-admin");
        return status == (seesTheProject || !operation.path().contains("{project}") ? 403 : 404);
    }

    private static Client.Reply call(Client caller, Contract.Operation operation) {
        var request = caller.request(story.path(operation));
        if (operation.method().equals("PATCH") || operation.method().equals("DELETE")) {
            request.header("If-Match", "\"999\"");
        }
        var type = story.typeOf(operation);
        if (!type.isEmpty()) {
            request.header("Content-Type", type);
        }
        return caller.send(request.method(operation.method(), story.bodyOf(operation.id())));
    }
}
