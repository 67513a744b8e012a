package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.animus.api.types.Digest;
import io.animus.kernel.audit.RequestContext;
import io.animus.kernel.core.KnownCallers.Known;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Database;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
    private final KnownCallers known;
    private final Clock clock;

    @Activate
    public Authentication(@Reference(name = "database") Database database, @Reference(name = "gate") Gate gate) {
        this(database, gate, Clock.systemUTC());
    }

    Authentication(Database database, Gate gate, Clock clock) {
        this.database = database;
        this.known = gate.known();
        this.clock = clock;
    }

    /**
     * Whoever holds this API key; nobody if it is absent, malformed, unknown, expired or revoked, and which of them is not
     * told. A key that let somebody in is gone by for a second; what changes anything looks again.
     *
     * @param secret the key as it was sent; null if none was
     * @param project id or name of the one that the request is about; null if it is about none
     */
    public Optional<Caller> find(
            @Nullable String secret, @Nullable String project, String operation, RequestContext request) {
        if (secret == null || !isForm(secret)) {
            return Optional.empty();
        }
        var question = new KnownCallers.Question(hash(secret), project);
        var now = clock.instant();
        return known.find(question, now)
                .or(() -> look(question, now))
                .map(found -> caller(found, operation, project, request));
    }

    /** {@code UNAUTHENTICATED}: what whoever isn't let in is told, and nobody more. */
    public static RefusedException refusal() {
        return new RefusedException(List.of(Violation.of(
                ProblemCode.UNAUTHENTICATED,
                "Send a valid API key: Authorization: Bearer ank_… Ask who runs this hub.")));
    }

    private Optional<Known> look(KnownCallers.Question question, Instant now) {
        var era = known.era();
        var entry = database.read(tx -> {
            var found = tx.access().findEntry(question.secretHash().array(), now, question.project());
            found.ifPresent(valid -> tx.access().markUsed(valid, now));
            return found;
        });
        var found = entry.map(valid -> new Known(valid, now));
        // A project that isn't there has a name of any length.
        found.filter(answer -> question.project() == null || answer.entry().project() != null)
                .ifPresent(answer -> known.keep(question, answer, era));
        return found;
    }

    private static Caller caller(Known known, String operation, @Nullable String project, RequestContext request) {
        var entry = known.entry();
        return new Caller(
                entry.principal(),
                entry.name().value(),
                entry.systemRoles(),
                entry.key(),
                operation,
                request,
                standing(project, entry.project(), known.at()));
    }

    private static Caller.@Nullable Standing standing(
            @Nullable String ref, @Nullable ProjectAccess access, Instant at) {
        return ref == null || access == null ? null : new Caller.Standing(ref, access, at);
    }

    private static boolean isForm(String secret) {
        return SECRET.matcher(secret).matches();
    }

    /** What is stored of a key: it has 256 random bits, so one plain SHA-256 can't be guessed backwards. */
    static byte[] hash(String secret) {
        return Digest.sha256().digest(secret.getBytes(US_ASCII));
    }
}
