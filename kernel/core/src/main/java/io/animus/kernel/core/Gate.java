package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;

import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.access.Role;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.Transaction;
import io.animus.kernel.store.postgres.Unchanged;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
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
    private final LongAdder asked = new LongAdder();

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

    /** How often somebody came, since the hub was started: what has time gives way while this grows. */
    long asked() {
        return asked.sum();
    }

    /** Reads something of a project. */
    <T> T read(Caller caller, Target target, Permission permission, Function<Reading, T> work) {
        return read(caller, target, new Admission.ToProject(permission), (reading, project) -> work.apply(reading));
    }

    /** Reads something of an object of a project. */
    <O, T> T read(Caller caller, Target target, Admission<O> admission, BiFunction<Reading, O, T> work) {
        return onRecord(
                caller,
                target,
                () -> database.read(tx -> {
                    var ref = projectOf(target);
                    var standing = caller.standing();
                    if (standing != null && standing.holds(ref, clock.instant())) {
                        try {
                            return readAs(tx, caller, standing.access(), admission, work);
                        } catch (RefusedException e) {
                            // Nobody is refused for what may have changed.
                        }
                    }
                    return readAs(tx, caller, accessTo(tx, caller, ref), admission, work);
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
        return change(
                caller, target, new Admission.ToProject(permission), once, (change, project) -> work.apply(change));
    }

    /** Changes something of an object of a project. */
    <O, T> Answer<T> change(
            Caller caller,
            Target target,
            Admission<O> admission,
            @Nullable Once<T> once,
            BiFunction<Change, O, T> work) {
        return onRecord(
                caller,
                target,
                () -> covered(FirstAnswers.attempt(
                        once,
                        () -> write(
                                admission.permission(),
                                tx -> changeIn(tx, caller, projectOf(target), admission, once, work)))));
    }

    /**
     * Changes something of a project for which plugins must be asked first, outside of any transaction. A request that was
     * answered before, under the same idempotency key, gets that answer and nobody is asked.
     *
     * @param look reads and checks what it takes to ask, and answers how; what it found may be otherwise when {@code work}
     *     runs, which must check again. {@link Known} says that nobody need be asked, and that {@code work} only inserts
     */
    <A, T> Answer<T> askAndChange(
            Caller caller,
            Target target,
            Permission permission,
            @Nullable Once<T> once,
            Function<Reading, Supplier<A>> look,
            BiFunction<Change, A, T> work) {
        return askAndChange(
                caller,
                target,
                new Admission.ToProject(permission),
                once,
                (reading, project) -> look.apply(reading),
                (change, project, asked) -> work.apply(change, asked));
    }

    /**
     * A change that asks the database nothing and only inserts: goes by what the caller is known to be, if that is still so
     * in the statement that writes it. Else it is done as any other.
     */
    private <O, T> Answer<T> insert(
            Caller caller,
            Target target,
            Admission<O> admission,
            @Nullable Once<T> once,
            BiFunction<Change, O, T> work) {
        var standing = caller.standing();
        var key = caller.key();
        var now = clock.instant();
        if (once != null
                && key != null
                && standing != null
                && standing.holds(projectOf(target), now)
                && admission.permission() == Permission.WRITE) {
            var access = standing.access();
            var unchanged = new Unchanged(access, caller.principal(), key, once.key(), now);
            try {
                var answer = database.writeIf(unchanged, tx -> {
                    var object = admission.admit(tx, caller, access);
                    var change = new Change(tx, caller, access, trail, ids, now());
                    return FirstAnswers.kept(change, once, work.apply(change, object));
                });
                if (answer.isPresent()) {
                    return covered(answer.get());
                }
            } catch (RefusedException e) {
                // Nobody is refused for what may have changed.
            }
        }
        return change(caller, target, admission, once, work);
    }

    /** What is done to an object with what was asked. */
    @FunctionalInterface
    interface Work<O, A, T> {
        T apply(Change change, O object, A asked);
    }

    /** The same for an object of a project. */
    <O, A, T> Answer<T> askAndChange(
            Caller caller,
            Target target,
            Admission<O> admission,
            @Nullable Once<T> once,
            BiFunction<Reading, O, Supplier<A>> look,
            Work<O, A, T> work) {
        return onRecord(caller, target, () -> {
            Supplier<Answer<T>> next = read(caller, target, admission, (reading, object) -> {
                var ask = FirstAnswers.orFind(reading, once, () -> look.apply(reading, object));
                if (ask instanceof Known<A> known) {
                    return () -> insert(
                            caller,
                            target,
                            admission,
                            once,
                            (change, found) -> work.apply(change, found, known.value()));
                }
                var first = FirstAnswers.find(reading, once);
                if (first.isPresent()) {
                    return first::get;
                }
                return () -> {
                    var asked = ask.get();
                    return change(caller, target, admission, once, (change, found) -> work.apply(change, found, asked));
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

    /**
     * What this request was answered before, under the same idempotency key. Who must wait long before it changes something of
     * the hub asks this first.
     */
    <T> Optional<Answer<T>> answeredInHub(Caller caller, Target target, Permission permission, @Nullable Once<T> once) {
        return readHub(caller, target, permission, tx -> FirstAnswers.findInHub(tx, once));
    }

    /** Runs what may refuse outside a transaction, plugin calls for example, with refusals on record. */
    <T> T onRecord(Caller caller, Target target, Supplier<T> work) {
        asked.increment();
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

    private <O, T> Answer<T> changeIn(
            Transaction tx,
            Caller caller,
            String ref,
            Admission<O> admission,
            @Nullable Once<T> once,
            BiFunction<Change, O, T> work) {
        if (once == null) {
            requireKey(tx, caller);
            var access = accessTo(tx, caller, ref);
            var object = admission.admit(tx, caller, access);
            var change = new Change(tx, caller, access, trail, ids, now());
            return FirstAnswers.answer(change, null, same -> work.apply(same, object));
        }
        var opening = tx.access()
                .open(ref, caller.principal(), once.key(), caller.key(), clock.instant())
                .orElseThrow(() -> RefusedException.notFound("project"));
        if (!opening.isKeyValid()) {
            throw Authentication.refusal();
        }
        var access = opening.access();
        var object = admission.admit(tx, caller, access);
        var first = opening.first();
        return first == null
                ? FirstAnswers.answer(
                        new Change(tx, caller, access, trail, ids, now()), once, change -> work.apply(change, object))
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

    private <O, T> T readAs(
            Transaction tx,
            Caller caller,
            ProjectAccess access,
            Admission<O> admission,
            BiFunction<Reading, O, T> work) {
        return work.apply(new Reading(tx, access, now()), admission.admit(tx, caller, access));
    }

    /** @throws RefusedException if the key that let the caller in is no longer good */
    void requireKey(Transaction tx, Caller caller) {
        var key = caller.key();
        if (key != null && !tx.access().isValid(key, clock.instant())) {
            throw Authentication.refusal();
        }
    }

    /** The project, if the caller has the right in it; a use case of the hub may ask this of a project that it is given. */
    static Project authoriseIn(Transaction tx, Caller caller, String ref, Permission permission) {
        return new Admission.ToProject(permission).admit(tx, caller, accessTo(tx, caller, ref));
    }

    private static ProjectAccess accessTo(Transaction tx, Caller caller, String ref) {
        return tx.access().findProject(ref, caller.principal()).orElseThrow(() -> RefusedException.notFound("project"));
    }

    private static void authoriseInHub(Transaction tx, Caller caller, Permission permission) {
        if (permission.isGranted(EnumSet.noneOf(Role.class), caller.systemRoles())) {
            return;
        }
        var roles = tx.access().rolesAnywhere(caller.principal());
        if (!permission.isGranted(roles, caller.systemRoles())) {
            throw Admission.forbidden(permission, roles);
        }
    }

    /** What need not be asked of anybody, the database least of all: what is done with it only inserts. */
    record Known<A>(A value) implements Supplier<A> {
        @Override
        public A get() {
            return value;
        }
    }
}
