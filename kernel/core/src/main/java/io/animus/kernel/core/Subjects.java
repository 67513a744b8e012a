package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.kernel.domain.Violations;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.access.ServiceAccount;
import io.animus.kernel.store.postgres.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Who is given a role. Users and groups are the identity provider's; a service account must be one of this hub. */
final class Subjects {
    private Subjects() {}

    /**
     * The subjects, with service accounts by id where they were named.
     *
     * @param pointer of the subject at an index, in the body
     * @throws io.animus.kernel.domain.RefusedException {@code UNKNOWN_REFERENCE} for every service account that there isn't
     */
    static List<Principal> require(Transaction tx, List<Principal> named, IntFunction<String> pointer) {
        var wrong = new Violations();
        var subjects = new ArrayList<Principal>();
        for (var i = 0; i < named.size(); i++) {
            var subject = named.get(i);
            if (subject.kind() == Principal.Kind.SERVICE_ACCOUNT) {
                var account = tx.serviceAccounts().find(subject.id());
                wrong.check(
                        account.isPresent(),
                        pointer.apply(i) + "/id",
                        UNKNOWN_REFERENCE,
                        "There is no service account with this id or name.");
                subject = account.map(ServiceAccount::principal).orElse(subject);
            }
            subjects.add(subject);
        }
        wrong.refuseIfAny();
        return subjects;
    }
}
