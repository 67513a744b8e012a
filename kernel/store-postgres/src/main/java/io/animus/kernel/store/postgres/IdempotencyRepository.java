package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.IDEMPOTENCY_KEY;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.Digest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code idempotency_key}: first answers, for whoever asks the same again. */
public final class IdempotencyRepository {
    private final Transaction tx;

    IdempotencyRepository(Transaction tx) {
        this.tx = tx;
    }

    /**
     * The first answer to a request.
     *
     * @param request digest of caller, method, path, query and body
     * @param body as it was sent, without secrets and signed URLs
     */
    public record FirstAnswer(Digest request, int status, byte[] body, @Nullable String location) {}

    /** Waits for every other transaction that works under this key, and holds up those that follow until this one ends. */
    public void lock(String scope, String key) {
        tx.sql().execute("select pg_advisory_xact_lock(hashtextextended({0}, 0))", val(scope + " " + key));
    }

    /** @param scope the project's id, or {@code hub} */
    public Optional<FirstAnswer> find(String scope, String key) {
        return tx.sql()
                .select(
                        IDEMPOTENCY_KEY.REQUEST_DIGEST,
                        IDEMPOTENCY_KEY.STATUS,
                        IDEMPOTENCY_KEY.BODY,
                        IDEMPOTENCY_KEY.LOCATION)
                .from(IDEMPOTENCY_KEY)
                .where(IDEMPOTENCY_KEY.SCOPE.eq(scope).and(IDEMPOTENCY_KEY.KEY.eq(key)))
                .fetchOptional(row -> new FirstAnswer(row.value1(), row.value2(), row.value3(), row.value4()));
    }

    /** @throws AnswerTakenException if there is an answer now */
    public void requireNone(String scope, String key) {
        if (find(scope, key).isPresent()) {
            throw new AnswerTakenException();
        }
    }

    /** Keeps the answer, unless somebody else has kept one: the transaction fails with {@link AnswerTakenException} then. */
    public void insert(String scope, String key, FirstAnswer answer, Instant now) {
        tx.late()
                .add(
                        LateTable.IDEMPOTENCY_KEY,
                        scope,
                        key,
                        answer.request(),
                        answer.status(),
                        answer.body(),
                        answer.location(),
                        now);
    }

    /** Forgets answers from before {@code then}, at most {@code limit} of them; returns how many. */
    public int forgetBefore(Instant then, int limit) {
        return tx.sql()
                .execute(
                        """
                delete from idempotency_key where (scope, key) in
                    (select scope, key from idempotency_key where created_at < {0} order by created_at limit {1})""",
                        val(then), val(limit));
    }
}
