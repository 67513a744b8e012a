package io.animus.kernel.rest;

import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.access.SystemRole;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;

/** Who acts and who may do what, in bodies of requests and answers. */
final class Access {
    private static final Shape<Principal.Kind> KIND = Shape.oneOf(
            List.of(Principal.Kind.USER, Principal.Kind.GROUP, Principal.Kind.SERVICE_ACCOUNT), Principal.Kind::word);

    static final Shape<Principal> SUBJECT =
            Shape.object(body -> new Principal(body.required("kind", KIND), body.required("id", Shape.text(1, 255))));
    static final Shape<Role> ROLE = Shape.oneOf(List.of(Role.values()), Role::word);
    static final Shape<SystemRole> SYSTEM_ROLE = Shape.oneOf(List.of(SystemRole.values()), SystemRole::word);

    private Access() {}

    /** {@code createdAt} and {@code createdBy}. */
    static JsonOutput writeMade(JsonOutput output, Made made) {
        return output.put("createdAt", made.at())
                .object("createdBy", principal -> writePrincipal(principal, made.by()));
    }

    static void writePrincipal(JsonOutput output, Principal principal) {
        output.put("kind", principal.kind().word()).put("id", principal.id());
    }

    /** In the order of their declaration. */
    static List<String> roleWords(Collection<Role> roles) {
        return roles.stream().sorted().map(Role::word).toList();
    }

    /** In the order of their declaration. */
    static List<String> words(Collection<SystemRole> roles) {
        return roles.isEmpty()
                ? List.of()
                : EnumSet.copyOf(roles).stream().map(SystemRole::word).toList();
    }
}
