package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.ApiKey;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.ServiceAccount;
import io.animus.kernel.store.postgres.Transaction;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of API keys. Safe for many threads. */
@Component(service = ApiKeys.class)
public final class ApiKeys {
    /** The longest that a key may let anybody in. */
    public static final Duration MOST = Duration.ofDays(366);

    private static final String TYPE = "apiKey";
    private static final String SECRET_PREFIX = "ank_";
    private static final int SECRET_BYTES = 32;

    private final Gate gate;
    private final SecureRandom random;

    @Activate
    public ApiKeys(@Reference(name = "gate") Gate gate) {
        this(gate, new SecureRandom());
    }

    ApiKeys(Gate gate, SecureRandom random) {
        this.gate = gate;
        this.random = random;
    }

    /**
     * A key at the one moment at which its secret is known.
     *
     * @param secret to be shown once and kept nowhere
     */
    public record Created(ApiKey key, String secret) {

        /** Without the secret, wherever it may be printed. */
        @Override
        public String toString() {
            return "Created[key=" + key + "]";
        }
    }

    /**
     * Makes a key. What {@code once} remembers must not hold the secret: a replay answers without it.
     *
     * @param serviceAccount id or name
     * @param life until the key expires; from one second to {@link #MOST}
     */
    public Answer<Created> create(
            Caller caller,
            @Nullable Once<Created> once,
            String serviceAccount,
            @Nullable String description,
            Duration life) {
        return gate.changeHub(
                caller,
                Target.inHub("serviceAccount", serviceAccount),
                Permission.CREATE_SERVICE_ACCOUNT,
                once,
                change -> issue(change, ServiceAccounts.require(change.tx(), serviceAccount), description, life));
    }

    /** @param serviceAccount id or name */
    public ApiKey find(Caller caller, String serviceAccount, String key) {
        return gate.readHub(
                caller,
                Target.inHub(TYPE, key),
                Permission.READ_SERVICE_ACCOUNTS,
                tx -> require(tx, serviceAccount, key));
    }

    /** The keys of a service account, those that let nobody in any more too. */
    public Page<ApiKey> list(Caller caller, String serviceAccount, PageRequest page) {
        return gate.readHub(
                caller,
                Target.inHub("serviceAccount", serviceAccount),
                Permission.READ_SERVICE_ACCOUNTS,
                tx -> tx.apiKeys()
                        .page(ServiceAccounts.require(tx, serviceAccount).id(), page));
    }

    /**
     * Makes a key let nobody in from now on.
     *
     * @param version of the key as the caller has read it
     */
    public Answer<ApiKey> revoke(Caller caller, String serviceAccount, String key, long version) {
        return gate.changeHub(caller, Target.inHub(TYPE, key), Permission.REVOKE_API_KEY, null, change -> {
            var before = require(change.tx(), serviceAccount, key);
            Gate.requireVersion(version, before.version());
            if (before.revoked() != null) {
                throw RefusedException.of(STATE_CONFLICT, "The key is revoked already.");
            }
            var after = before.revoked(change.now());
            if (!change.tx().apiKeys().revoke(after)) {
                throw RefusedException.of(PRECONDITION_FAILED, "Somebody else changed the key at the same time.");
            }
            change.audit(Action.API_KEY_REVOKED, after.id(), details(after));
            return after;
        });
    }

    /** Makes a key for an account, within a change that may make the account itself. */
    Created issue(Change change, ServiceAccount account, @Nullable String description, Duration life) {
        if (life.isNegative() || life.isZero() || life.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("a key lives up to " + MOST + ", not " + life);
        }
        var bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        var secret = SECRET_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        var key = new ApiKey(
                change.newId(ApiKey.PREFIX),
                account.id(),
                description,
                change.made(),
                change.now().plus(life),
                null,
                null,
                1);
        change.tx().apiKeys().insert(key, Authentication.hash(secret));
        change.audit(Action.API_KEY_CREATED, key.id(), details(key));
        return new Created(key, secret);
    }

    private static Json.Members details(ApiKey key) {
        return Json.object()
                .put("serviceAccount", key.serviceAccount().value())
                .put("expiresAt", key.expires().toString())
                .build();
    }

    private static ApiKey require(Transaction tx, String serviceAccount, String key) {
        if (!TypeId.isForm(ApiKey.PREFIX, key)) {
            throw RefusedException.notFound("API key");
        }
        var account = tx.serviceAccounts().find(serviceAccount);
        return tx.apiKeys()
                .find(new TypeId(key))
                .filter(found -> account.isPresent() && account.get().id().equals(found.serviceAccount()))
                .orElseThrow(() -> RefusedException.notFound("API key"));
    }
}
