package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Rights;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * That all is still as somebody was let in by, and that nothing was answered yet: what a change that goes by what was seen
 * before asks in the statement that writes it.
 *
 * @param access the project, and what {@code principal} is in it
 * @param apiKey what let the caller in
 * @param key the idempotency key
 * @param now when the API key must not have expired
 */
public record Unchanged(ProjectAccess access, Principal principal, TypeId apiKey, String key, Instant now) {
    /** Finds one row if it is so. The words of roles sort by their bytes, as ids do. */
    static final String QUESTION =
            """
            select from project where project.id = ? and project.version = ?
            and exists (select from api_key where api_key.id = ? and revoked_at is null and expires_at > ?)
            and array(select coalesce(binding.object_id || ' ', '') || binding.role from role_binding binding
                where binding.project_id = project.id and binding.subject = ? order by 1) = ?::text[]
            and exists (select from dataset where dataset.project_id = project.id and dataset.access = 'restricted') = ?
            and not exists (select from idempotency_key first where first.scope = project.id and first.key = ?)""";

    /** Binds what {@link #QUESTION} asks from the first parameter on; returns which one comes next. */
    int bind(PreparedStatement statement) throws SQLException {
        var project = access.project();
        Prepared.bind(statement, 1, project.id());
        Prepared.bind(statement, 2, project.version());
        Prepared.bind(statement, 3, apiKey);
        Prepared.bind(statement, 4, now);
        Prepared.bind(statement, 5, principal);
        Prepared.bind(statement, 6, words(access.rights()));
        statement.setBoolean(7, access.rights().hasRestricted());
        Prepared.bind(statement, 8, key);
        return 9;
    }

    /** As the table has them, in the order of their bytes. */
    private static List<String> words(Rights rights) {
        var onObjects = rights.onObjects().entrySet().stream()
                .flatMap(held -> held.getValue().stream().map(role -> held.getKey() + " " + role.word()));
        return Stream.concat(rights.roles().stream().map(Role::word), onObjects)
                .sorted()
                .toList();
    }
}
