package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.IDEMPOTENCY_CONFLICT;
import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;

import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.IdempotencyRepository.FirstAnswer;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The one way into the kernel: authorise, decide, write state, audit and outbox in one transaction. Who is refused is
 * refused on record. Safe for many threads.
 */
@Component(service = Gate.class)
public final class Gate {
    private static final String HUB = "hub";

    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;
    private final Ids ids;

    @Activate
    public Gate(@Reference(name = "database") Database database, @Reference(name = "trail") AuditTrail trail) {
        this(database, trail, Clock.systemUTC(), trail.ids());
    }

    Gate(Database database, AuditTrail trail, Clock clock, Ids ids) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** Reads something of a project. */
    <T> T read(Caller caller, Target target, Permission permission, Function<Reading, T> work) {
        return onRecord(
                caller,
                target,
                () -> database.read(tx -> {
                    var project = authorise(tx, caller, target, permission);
                    return work.apply(new Reading(tx, project, now()));
                }));
    }

    /** Reads something of the hub. */
    <T> T readHub(Caller caller, Target target, Permission permission, Function<Transaction, T> work) {
        return onRecord(
                caller,
                target,
                () -> database.read(tx -> {
                    authoriseInHub(tx, caller, permission);
                    return work.apply(tx);
                }));
    }

    /** Reads what everybody may ask who has shown who it is. */
    <T> T readOwn(Caller caller, Target target, Function<Transaction, T> work) {
        return onRecord(caller, target, () -> database.read(work));
    }

    /**
     * Changes something of a project.
     *
     * @param once null if the caller gave no idempotency key
     */
    <T> Answer<T> change(
            Caller caller, Target target, Permission permission, @Nullable Once<T> once, Function<Change, T> work) {
        return onRecord(
                caller,
                target,
                () -> attempt(
                        once,
                        () -> database.write(tx -> {
                            var project = authorise(tx, caller, target, permission);
                            return answer(tx, new Change(tx, caller, project, trail, ids, now()), once, work);
                        })));
    }

    /**
     * Changes something of a project for which plugins must be asked first, outside of any transaction. A request that was
     * answered before, under the same idempotency key, gets that answer and nobody is asked.
     *
     * @param look reads and checks what it takes to ask, and answers how; what it found may be otherwise when {@code work}
     *     runs, which must check again
     */
    <A, T> Answer<T> askAndChange(
            Caller caller,
            Target target,
            Permission permission,
            @Nullable Once<T> once,
            Function<Reading, Supplier<A>> look,
            BiFunction<Change, A, T> work) {
        return onRecord(caller, target, () -> {
            Supplier<Answer<T>> next = read(caller, target, permission, reading -> {
                var first = firstAnswer(reading, once);
                if (first.isPresent()) {
                    return first::get;
                }
                var ask = look.apply(reading);
                return () -> {
                    var asked = ask.get();
                    return change(caller, target, permission, once, change -> work.apply(change, asked));
                };
            });
            return next.get();
        });
    }

    /** Changes something of the hub. */
    <T> Answer<T> changeHub(
            Caller caller, Target target, Permission permission, @Nullable Once<T> once, Function<Change, T> work) {
        return onRecord(
                caller,
                target,
                () -> attempt(
                        once,
                        () -> database.write(tx -> {
                            authoriseInHub(tx, caller, permission);
                            return answer(tx, new Change(tx, caller, null, trail, ids, now()), once, work);
                        })));
    }

    /** Runs what may refuse outside a transaction, plugin calls for example, with refusals on record. */
    <T> T onRecord(Caller caller, Target target, Supplier<T> work) {
        try {
            return work.get();
        } catch (RefusedException refusal) {
            if (refusal.auditEvent().isPresent()) {
                throw refusal;
            }
            throw refusal.recordedAs(trail.refuse(caller, target, refusal.violations()));
        }
    }

    /** @throws RefusedException if what was read isn't what the caller has read before */
    static void requireVersion(long expected, long actual) {
        if (expected != actual) {
            throw RefusedException.of(
                    PRECONDITION_FAILED, "It was changed since you read it. Read it again and repeat the change.");
        }
    }

    private static <T> Optional<Answer<T>> firstAnswer(Reading reading, @Nullable Once<T> once) {
        return once == null
                ? Optional.empty()
                : reading.tx()
                        .idempotency()
                        .find(reading.project().id().value(), once.key())
                        .map(first -> replay(once, first));
    }

    /** As exact as the database keeps it, so that an answer says what a later one will say. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private <T> Answer<T> answer(Transaction tx, Change change, @Nullable Once<T> once, Function<Change, T> work) {
        if (once != null) {
            // Without it, the second of two would find the first one's work done and be refused for that.
            tx.idempotency().lock(scope(change), once.key());
            var first = tx.idempotency().find(scope(change), once.key());
            if (first.isPresent()) {
                return replay(once, first.get());
            }
        }
        var value = work.apply(change);
        var event = change.firstEvent();
        if (once != null) {
            var rendered = once.render().apply(value);
            var kept = tx.idempotency()
                    .insert(
                            scope(change),
                            once.key(),
                            new FirstAnswer(once.request(), rendered.status(), rendered.body(), rendered.location()),
                            change.now());
            if (!kept) {
                throw new OvertakenException();
            }
        }
        return new Answer.Done<>(value, event);
    }

    /** A second request under the same key that loses the race rolls back and gets the first one's answer. */
    private <T> Answer<T> attempt(@Nullable Once<T> once, Supplier<Answer<T>> work) {
        try {
            return work.get();
        } catch (OvertakenException overtaken) {
            if (once == null) {
                throw overtaken;
            }
            return work.get();
        }
    }

    private static <T> Answer<T> replay(Once<T> once, FirstAnswer first) {
        if (!first.request().equals(once.request())) {
            throw RefusedException.of(
                    IDEMPOTENCY_CONFLICT,
                    "The Idempotency-Key was used for another request. Use a new key for a new request.");
        }
        return new Answer.Replayed<>(new Once.Rendered(first.status(), first.body(), first.location()));
    }

    private static String scope(Change change) {
        return change.hasProject() ? change.project().id().value() : HUB;
    }

    private Project authorise(Transaction tx, Caller caller, Target target, Permission permission) {
        var ref = target.project();
        if (ref == null) {
            throw new IllegalArgumentException("not about a project: " + target);
        }
        return authoriseIn(tx, caller, ref, permission);
    }

    /** The project, if the caller has the right in it; a use case of the hub may ask this of a project that it is given. */
    static Project authoriseIn(Transaction tx, Caller caller, String ref, Permission permission) {
        var access = tx.access()
                .findProject(ref, caller.principal())
                .orElseThrow(() -> RefusedException.notFound("project"));
        var systemRoles = caller.systemRoles();
        if (permission.isGranted(access.roles(), systemRoles)) {
            return access.project();
        }
        // Who has no business in a project learns nothing of it, not even that it exists.
        if (!Permission.READ_PROJECT.isGranted(access.roles(), systemRoles)) {
            throw RefusedException.notFound("project");
        }
        throw forbidden(permission, access.roles());
    }

    private static void authoriseInHub(Transaction tx, Caller caller, Permission permission) {
        if (permission.isGranted(EnumSet.noneOf(Role.class), caller.systemRoles())) {
            return;
        }
        var roles = tx.access().rolesAnywhere(caller.principal());
        if (!permission.isGranted(roles, caller.systemRoles())) {
            throw forbidden(permission, roles);
        }
    }

    private static RefusedException forbidden(Permission permission, Set<Role> held) {
        return RefusedException.of(
                FORBIDDEN,
                "None of your roles %s allows this; it takes one of %s."
                        .formatted(held.stream().map(Role::word).sorted().toList(), permission.words()));
    }

    /** Another request under the same idempotency key was faster. */
    private static final class OvertakenException extends RuntimeException {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        OvertakenException() {
            super("overtaken", null, false, false);
        }
    }
}
