package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.ALREADY_EXISTS;

import io.animus.api.types.Json;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.ServiceAccount;
import io.animus.kernel.domain.access.SystemRole;
import io.animus.kernel.store.postgres.Transaction;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of service accounts. Safe for many threads. */
@Component(service = ServiceAccounts.class)
public final class ServiceAccounts {
    private static final String TYPE = "serviceAccount";

    private final Gate gate;

    @Activate
    public ServiceAccounts(@Reference(name = "gate") Gate gate) {
        this.gate = gate;
    }

    /** What somebody wants as a service account. */
    public record Draft(Name name, @Nullable String description, Set<SystemRole> systemRoles) {
        public Draft {
            systemRoles = Set.copyOf(systemRoles);
        }
    }

    /** Makes a service account; it has no key yet. */
    public Answer<ServiceAccount> create(Caller caller, @Nullable Once<ServiceAccount> once, Draft draft) {
        var target = Target.inHub(TYPE, draft.name().value());
        return gate.changeHub(caller, target, Permission.CREATE_SERVICE_ACCOUNT, once, change -> {
            var account = new ServiceAccount(
                    change.newId(ServiceAccount.PREFIX),
                    draft.name(),
                    draft.description(),
                    draft.systemRoles(),
                    change.made());
            if (!change.tx().serviceAccounts().insert(account)) {
                throw RefusedException.at(
                        "/name", ALREADY_EXISTS, "There is a service account " + draft.name() + " already.");
            }
            change.audit(Action.SERVICE_ACCOUNT_CREATED, account.id(), details(account));
            return account;
        });
    }

    /** @param serviceAccount id or name */
    public ServiceAccount find(Caller caller, String serviceAccount) {
        return gate.readHub(
                caller,
                Target.inHub(TYPE, serviceAccount),
                Permission.READ_SERVICE_ACCOUNTS,
                tx -> require(tx, serviceAccount));
    }

    public Page<ServiceAccount> list(Caller caller, PageRequest page) {
        return gate.readHub(
                caller, Target.inHub(TYPE, null), Permission.READ_SERVICE_ACCOUNTS, tx -> tx.serviceAccounts()
                        .page(page));
    }

    static ServiceAccount require(Transaction tx, String idOrName) {
        return tx.serviceAccounts().find(idOrName).orElseThrow(() -> RefusedException.notFound("service account"));
    }

    static Json.Members details(ServiceAccount account) {
        return Json.object()
                .put("name", account.name().value())
                .put(
                        "systemRoles",
                        Json.texts(account.systemRoles().stream()
                                .map(SystemRole::word)
                                .sorted()
                                .toList()))
                .build();
    }
}
