package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.SERVICE_ACCOUNT;
import static java.util.stream.Collectors.toUnmodifiableSet;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.ServiceAccount;
import io.animus.kernel.domain.access.SystemRole;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;

/** Table {@code service_account}. */
public final class ServiceAccountRepository {
    private static final Columns COLUMNS = Columns.of(
            ListFields.SERVICE_ACCOUNTS,
            Map.of(
                    "name", SERVICE_ACCOUNT.NAME,
                    "systemRoles", SERVICE_ACCOUNT.SYSTEM_ROLES,
                    "createdBy.id", Columns.idOf(SERVICE_ACCOUNT.CREATED_BY),
                    "createdAt", SERVICE_ACCOUNT.CREATED_AT),
            Key.id(SERVICE_ACCOUNT.ID),
            Key.name(SERVICE_ACCOUNT.NAME));

    private final DSLContext sql;

    ServiceAccountRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * Stores a new account; returns false if the name is taken. Waits for a transaction that is just storing one of the
     * same name.
     */
    public boolean insert(ServiceAccount account) {
        return sql.insertInto(SERVICE_ACCOUNT)
                        .set(SERVICE_ACCOUNT.ID, account.id())
                        .set(SERVICE_ACCOUNT.NAME, account.name())
                        .set(SERVICE_ACCOUNT.DESCRIPTION, account.description())
                        .set(
                                SERVICE_ACCOUNT.SYSTEM_ROLES,
                                account.systemRoles().stream()
                                        .map(SystemRole::word)
                                        .sorted()
                                        .toArray(String[]::new))
                        .set(SERVICE_ACCOUNT.CREATED_AT, account.made().at())
                        .set(SERVICE_ACCOUNT.CREATED_BY, account.made().by())
                        .onConflict(SERVICE_ACCOUNT.NAME)
                        .doNothing()
                        .execute()
                == 1;
    }

    public Optional<ServiceAccount> find(String idOrName) {
        var isId = TypeId.isForm(ServiceAccount.PREFIX, idOrName);
        if (!isId && !Name.isForm(idOrName)) {
            return Optional.empty();
        }
        return sql.select(SERVICE_ACCOUNT.fields())
                .from(SERVICE_ACCOUNT)
                .where(isId ? SERVICE_ACCOUNT.ID.eq(new TypeId(idOrName)) : SERVICE_ACCOUNT.NAME.eq(new Name(idOrName)))
                .fetchOptional(ServiceAccountRepository::account);
    }

    public Page<ServiceAccount> page(PageRequest request) {
        return Paging.page(
                sql.select(SERVICE_ACCOUNT.fields()).from(SERVICE_ACCOUNT),
                new Scan(sql, SERVICE_ACCOUNT, DSL.noCondition(), COLUMNS),
                request,
                ServiceAccountRepository::account);
    }

    private static ServiceAccount account(Record row) {
        return new ServiceAccount(
                row.get(SERVICE_ACCOUNT.ID),
                row.get(SERVICE_ACCOUNT.NAME),
                row.get(SERVICE_ACCOUNT.DESCRIPTION),
                Arrays.stream(row.get(SERVICE_ACCOUNT.SYSTEM_ROLES))
                        .map(SystemRole::of)
                        .collect(toUnmodifiableSet()),
                new Made(row.get(SERVICE_ACCOUNT.CREATED_AT), row.get(SERVICE_ACCOUNT.CREATED_BY)));
    }
}
