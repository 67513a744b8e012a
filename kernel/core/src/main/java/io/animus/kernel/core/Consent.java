package io.animus.kernel.core;

import io.animus.api.plugin.permission.Permissions;
import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator agreed that a plugin may do.
 *
 * @param permissions all that it asks for
 * @param added what of that it had not before
 */
record Consent(Permissions permissions, List<String> added) {
    private static final int MOST_SHOWN = 256;
    private static final int MOST_RECORDED = 32;

    /**
     * Holds what is asked for against what was agreed to.
     *
     * @param before what the plugin could do till now
     * @param agreed digest of the permissions that the operator has seen; null if there is none
     * @throws RefusedException {@code CONSENT_REQUIRED} if something is new and that wasn't agreed to, or something else was
     */
    static Consent require(Permissions before, Permissions wanted, @Nullable Digest agreed) {
        var added = wanted.beyond(before);
        if (agreed == null ? added.isEmpty() : agreed.equals(wanted.digest())) {
            return new Consent(wanted, added);
        }
        var violations = new ArrayList<Violation>();
        violations.add(violation("%s Read them, and if they are right send the same again with consent=%s."
                .formatted(
                        agreed == null
                                ? "The plugin asks for permissions that it did not have: " + added.size() + "."
                                : "You agreed to other permissions than the plugin asks for.",
                        wanted.digest())));
        added.stream().limit(MOST_SHOWN).map(Consent::violation).forEach(violations::add);
        if (added.size() > MOST_SHOWN) {
            violations.add(violation("And more, which bin/animus plugin show tells."));
        }
        throw new RefusedException(violations);
    }

    /** For the audit log; what doesn't fit there is in the package, whose digest is there too. */
    void describe(Json.Builder details) {
        details.put("permissions", permissions.digest().value())
                .put(
                        "permissionsAdded",
                        Json.texts(added.stream().limit(MOST_RECORDED).toList()))
                .put("permissionsAddedCount", added.size());
    }

    private static Violation violation(String detail) {
        return Violation.inParameter("consent", ProblemCode.CONSENT_REQUIRED, detail);
    }
}
