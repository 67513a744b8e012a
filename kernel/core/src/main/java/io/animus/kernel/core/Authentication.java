package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.types.Digest;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Database;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Finds out who asks. Safe for many threads. */
@Component(service = Authentication.class)
public final class Authentication {
    private static final Pattern SECRET = Pattern.compile("ank_[0-9A-Za-z_-]{43,128}");

    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;

    @Activate
    public Authentication(
            @Reference(name = "database") Database database, @Reference(name = "trail") AuditTrail trail) {
        this(database, trail, Clock.systemUTC());
    }

    Authentication(Database database, AuditTrail trail, Clock clock) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
    }

    /**
     * Whoever holds this API key.
     *
     * @param secret the key as it was sent; null if none was
     * @param target what the request is about, for the record of a refusal
     * @throws RefusedException {@code UNAUTHENTICATED}, on record, if the key is absent, malformed, unknown, expired or
     *     revoked; which of them is not told
     */
    public Caller authenticate(@Nullable String secret, String operation, Target target, RequestContext request) {
        var now = clock.instant();
        if (secret != null && SECRET.matcher(secret).matches()) {
            var hash = hash(secret);
            var entry = database.read(tx -> {
                var found = tx.access().findEntry(hash, now, target.project());
                found.ifPresent(known -> tx.access().markUsed(known, now));
                return found;
            });
            if (entry.isPresent()) {
                var known = entry.get();
                return new Caller(
                        known.principal(),
                        known.name().value(),
                        known.systemRoles(),
                        known.key(),
                        operation,
                        request,
                        standing(target.project(), known.project(), now));
            }
        }
        var violation = Violation.of(
                ProblemCode.UNAUTHENTICATED,
                "Send a valid API key: Authorization: Bearer ank_… Ask who runs this hub.");
        var anonymous = Caller.anonymous(operation, request);
        throw new RefusedException(List.of(violation)).recordedAs(trail.refuse(anonymous, target, List.of(violation)));
    }

    private static Caller.@Nullable Standing standing(
            @Nullable String ref, @Nullable ProjectAccess access, Instant now) {
        return ref == null || access == null ? null : new Caller.Standing(ref, access.project(), access.roles(), now);
    }

    /** What is stored of a key: it has 256 random bits, so one plain SHA-256 can't be guessed backwards. */
    static byte[] hash(String secret) {
        return Digest.sha256().digest(secret.getBytes(US_ASCII));
    }
}
