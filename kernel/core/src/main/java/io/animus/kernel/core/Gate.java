package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;

import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.Database;
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
    private final Database database;
    private final AuditTrail trail;
    private final Clock clock;
    private final Ids ids;
    private final @Nullable Coverage coverage;
    private final KnownCallers known = new KnownCallers();

    @Activate
    public Gate(
            @Reference(name = "database") Database database,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "coverage") Coverage coverage) {
        this(database, trail, Clock.systemUTC(), trail.ids(), coverage);
    }

    /** Without a log that anybody could wait for. */
    public Gate(Database database, AuditTrail trail) {
        this(database, trail, Clock.systemUTC(), trail.ids(), null);
    }

    Gate(Database database, AuditTrail trail, Clock clock, Ids ids) {
        this(database, trail, clock, ids, null);
    }

    Gate(Database database, AuditTrail trail, Clock clock, Ids ids, @Nullable Coverage coverage) {
        this.coverage = coverage;
        this.database = database;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** Whom keys have let in; forgotten by any change here but the plain ones in a project. */
    KnownCallers known() {
        return known;
    }

    /** Reads something of a project. */
    <T> T read(Caller caller, Target target, Permission permission, Function<Reading, T> work) {
        return onRecord(
                caller,
                target,
                () -> database.read(tx -> work.apply(new Reading(tx, look(tx, caller, target, permission), now()))));
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
                () -> covered(FirstAnswers.attempt(
                        once,
                        () -> write(
                                permission, tx -> changeIn(tx, caller, projectOf(target), permission, once, work)))));
    }

    /**
     * Changes something of a project for which plugins must be asked first, outside of any transaction. A request that was
     * answered before, under the same idempotency key, gets that answer and nobody is asked.
     *
     * @param look reads and checks what it takes to ask, and answers how, or {@link Known} if nobody need be asked; what it
     *     found may be otherwise when {@code work} runs, which must check again
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
                var ask = FirstAnswers.orFind(reading, once, () -> look.apply(reading));
                var first = ask instanceof Known ? Optional.<Answer<T>>empty() : FirstAnswers.find(reading, once);
                if (first.isPresent()) {
                    return first::get;
                }
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
                () -> FirstAnswers.attempt(
                        once,
                        () -> write(permission, tx -> {
                            requireKey(tx, caller);
                            authoriseInHub(tx, caller, permission);
                            return FirstAnswers.answerOnce(new Change(tx, caller, null, trail, ids, now()), once, work);
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

    /** As exact as the database keeps it, so that an answer says what a later one will say. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private <T> T write(Permission permission, Function<Transaction, T> work) {
        try {
            return database.write(work);
        } finally {
            // Also when it failed: a commit whose answer was lost may have been done.
            if (permission != Permission.WRITE) {
                known.forget();
            }
        }
    }

    private <T> Answer<T> changeIn(
            Transaction tx,
            Caller caller,
            String ref,
            Permission permission,
            @Nullable Once<T> once,
            Function<Change, T> work) {
        if (once == null) {
            requireKey(tx, caller);
            var project = authoriseIn(tx, caller, ref, permission);
            return FirstAnswers.answer(new Change(tx, caller, project, trail, ids, now()), null, work);
        }
        var opening = tx.access()
                .open(ref, caller.principal(), once.key(), caller.key(), clock.instant())
                .orElseThrow(() -> RefusedException.notFound("project"));
        if (!opening.isKeyValid()) {
            throw Authentication.refusal();
        }
        var access = opening.access();
        var project = granted(caller, access.project(), access.roles(), permission);
        var first = opening.first();
        return first == null
                ? FirstAnswers.answer(new Change(tx, caller, project, trail, ids, now()), once, work)
                : FirstAnswers.replay(once, first);
    }

    /** The change is committed: whatever becomes of the wait, it is answered. */
    private <T> Answer<T> covered(Answer<T> answer) {
        var wait = coverage;
        if (wait != null
                && answer instanceof Answer.Done<T> done
                && done.covered() != null
                && done.auditEvent() != null) {
            return new Answer.Done<>(done.value(), done.auditEvent(), wait.await(done.auditEvent()));
        }
        return answer;
    }

    private static String projectOf(Target target) {
        var ref = target.project();
        if (ref == null) {
            throw new IllegalArgumentException("not about a project: " + target);
        }
        return ref;
    }

    private Project look(Transaction tx, Caller caller, Target target, Permission permission) {
        var ref = projectOf(target);
        var standing = caller.standing();
        // Nobody is refused for what may have changed.
        return standing != null
                        && standing.holds(ref, clock.instant())
                        && permission.isGranted(standing.roles(), caller.systemRoles())
                ? standing.project()
                : authoriseIn(tx, caller, ref, permission);
    }

    /** @throws RefusedException if the key that let the caller in is no longer good */
    private void requireKey(Transaction tx, Caller caller) {
        var key = caller.key();
        if (key != null && !tx.access().isValid(key, clock.instant())) {
            throw Authentication.refusal();
        }
    }

    /** The project, if the caller has the right in it; a use case of the hub may ask this of a project that it is given. */
    static Project authoriseIn(Transaction tx, Caller caller, String ref, Permission permission) {
        var access = tx.access()
                .findProject(ref, caller.principal())
                .orElseThrow(() -> RefusedException.notFound("project"));
        return granted(caller, access.project(), access.roles(), permission);
    }

    private static Project granted(Caller caller, Project project, Set<Role> roles, Permission permission) {
        var systemRoles = caller.systemRoles();
        if (permission.isGranted(roles, systemRoles)) {
            return project;
        }
        // Who has no business in a project learns nothing of it, not even that it exists.
        if (!Permission.READ_PROJECT.isGranted(roles, systemRoles)) {
            throw RefusedException.notFound("project");
        }
        throw forbidden(permission, roles);
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

    /** What need not be asked of anybody. */
    record Known<A>(A value) implements Supplier<A> {
        @Override
        public A get() {
            return value;
        }
    }
}
