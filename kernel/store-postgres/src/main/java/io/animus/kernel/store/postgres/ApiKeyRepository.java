package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.API_KEY;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.ListFields;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.access.ApiKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;

/** Table {@code api_key}. Of a secret only the hash ever comes here, and it never comes out again. */
public final class ApiKeyRepository {
    private static final List<Field<?>> SHOWN = List.of(
            API_KEY.ID,
            API_KEY.SERVICE_ACCOUNT_ID,
            API_KEY.DESCRIPTION,
            API_KEY.CREATED_AT,
            API_KEY.CREATED_BY,
            API_KEY.EXPIRES_AT,
            API_KEY.LAST_USED_AT,
            API_KEY.REVOKED_AT,
            API_KEY.VERSION);

    private static final Columns COLUMNS = Columns.of(
            ListFields.API_KEYS,
            Map.of(
                    "createdBy.id", Columns.idOf(API_KEY.CREATED_BY),
                    "createdAt", API_KEY.CREATED_AT,
                    "expiresAt", API_KEY.EXPIRES_AT,
                    "lastUsedAt", API_KEY.LAST_USED_AT,
                    "revokedAt", API_KEY.REVOKED_AT),
            Key.id(API_KEY.ID));

    private final DSLContext sql;

    ApiKeyRepository(DSLContext sql) {
        this.sql = sql;
    }

    /** @param secretHash SHA-256 of the secret */
    public void insert(ApiKey key, byte[] secretHash) {
        sql.insertInto(API_KEY)
                .set(API_KEY.ID, key.id())
                .set(API_KEY.SERVICE_ACCOUNT_ID, key.serviceAccount())
                .set(API_KEY.DESCRIPTION, key.description())
                .set(API_KEY.SECRET_HASH, secretHash)
                .set(API_KEY.CREATED_AT, key.made().at())
                .set(API_KEY.CREATED_BY, key.made().by())
                .set(API_KEY.EXPIRES_AT, key.expires())
                .set(API_KEY.VERSION, key.version())
                .execute();
    }

    /** Stores that a key is revoked; returns false if it was changed by somebody else since it was read. */
    public boolean revoke(ApiKey revoked) {
        return sql.update(API_KEY)
                        .set(API_KEY.REVOKED_AT, revoked.revoked())
                        .set(API_KEY.VERSION, revoked.version())
                        .where(API_KEY.ID.eq(revoked.id()).and(API_KEY.VERSION.eq(revoked.version() - 1)))
                        .execute()
                == 1;
    }

    public Optional<ApiKey> find(TypeId id) {
        return sql.select(SHOWN).from(API_KEY).where(API_KEY.ID.eq(id)).fetchOptional(ApiKeyRepository::key);
    }

    /** The keys of a service account, those that let nobody in any more too. */
    public Page<ApiKey> page(TypeId serviceAccount, PageRequest request) {
        return Paging.page(
                sql.select(SHOWN).from(API_KEY),
                new Scan(sql, API_KEY, API_KEY.SERVICE_ACCOUNT_ID.eq(serviceAccount), COLUMNS),
                request,
                ApiKeyRepository::key);
    }

    private static ApiKey key(Record row) {
        return new ApiKey(
                row.get(API_KEY.ID),
                row.get(API_KEY.SERVICE_ACCOUNT_ID),
                row.get(API_KEY.DESCRIPTION),
                new Made(row.get(API_KEY.CREATED_AT), row.get(API_KEY.CREATED_BY)),
                row.get(API_KEY.EXPIRES_AT),
                row.get(API_KEY.LAST_USED_AT),
                row.get(API_KEY.REVOKED_AT),
                row.get(API_KEY.VERSION));
    }
}
