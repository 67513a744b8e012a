package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.FORBIDDEN;
import static io.animus.kernel.domain.ProblemCode.STATE_CONFLICT;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.lineage.LineageEdge;
import io.animus.kernel.domain.lineage.Relation;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.run.AttemptEnd;
import io.animus.kernel.domain.run.DispatchOrder.Demand;
import io.animus.kernel.domain.run.DispatchOrder.Room;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunDraft;
import io.animus.kernel.domain.run.RunFilter;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunSpec;
import io.animus.kernel.domain.run.RunState;
import io.animus.kernel.domain.run.WaitingReason;
import io.animus.kernel.store.postgres.AccessRepository.ProjectAccess;
import io.animus.kernel.store.postgres.RunRepository.Shown;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of runs, from the wish to the end of it. Safe for many threads. */
@Component(service = Runs.class)
public final class Runs {
    static final String TYPE = "run";

    private final Gate gate;
    private final RunPlanner planner;
    private final Ports ports;
    private final AuditTrail trail;
    private final Bell bell;

    @Activate
    public Runs(
            @Reference(name = "gate") Gate gate,
            @Reference(name = "planner") RunPlanner planner,
            @Reference(name = "ports") Ports ports,
            @Reference(name = "trail") AuditTrail trail,
            @Reference(name = "bell") Bell bell) {
        this.bell = bell;
        this.gate = gate;
        this.planner = planner;
        this.ports = ports;
        this.trail = trail;
    }

    /** A run, without its spec in lists, and why it waits: derived when it is looked at, never stored. */
    public record View(Run run, @Nullable WaitingReason waiting) {}

    /**
     * What a run would be.
     *
     * @param spec null exactly if something is wrong
     */
    public record Preview(@Nullable RunSpec spec, Digest composition, List<Violation> violations) {}

    /** Freezes what was asked for and puts it into the queue. */
    public Answer<View> create(Caller caller, @Nullable Once<View> once, String project, RunDraft draft) {
        var labels =
                new Run.Labels(draft.experiment(), draft.tags(), draft.code().ref(), null);
        return rung(gate.askAndChange(
                caller,
                Target.inProject(project, TYPE, null),
                Permission.WRITE,
                once,
                reading -> {
                    var active = reading.project().requireActive();
                    var facts = planner.facts(reading.tx(), reading.access(), draft);
                    var isAllReached =
                            reading.rights().reach(Permission.DOWNLOAD_DATASET).isAll();
                    return facts.isCommitConfirmed() && isAllReached
                            ? new Gate.Known<>(
                                    planner.plan(active, draft, facts).require())
                            : () -> planner.plan(active, draft, facts).require();
                },
                (change, spec) -> {
                    RunPlanner.requireReached(change, spec);
                    return insert(change, spec, labels, draft.priority());
                }));
    }

    /** Says what {@link #create} would freeze, or all that is wrong, and creates nothing. */
    public Answer<Preview> preview(Caller caller, String project, RunDraft draft) {
        var target = Target.inProject(project, TYPE, null);
        var plan = gate.onRecord(caller, target, () -> planner.plan(active(caller, target), draft));
        return gate.change(caller, target, Permission.WRITE, null, change -> {
            var details = Json.object()
                    .put("valid", plan.spec() != null)
                    .putIfPresent(
                            "specDigest",
                            plan.spec() == null ? null : plan.spec().digest().value())
                    .build();
            change.audit(Action.RUN_VALIDATED, change.project().id(), details);
            return new Preview(plan.spec(), trail.composition(), plan.violations());
        });
    }

    /** Runs the frozen spec of another run again, as a new run. */
    public Answer<View> rerun(Caller caller, @Nullable Once<View> once, String project, String run) {
        var target = target(project, run);
        return rung(gate.change(caller, target, Permission.WRITE, once, change -> {
            var original = require(change.tx(), change.access(), run);
            change.project().requireActive();
            var spec = RunSpec.of(Json.read(original.spec()));
            var wrong = planner.recheck(change.tx(), change.access(), spec);
            if (!wrong.isEmpty()) {
                throw new RefusedException(wrong);
            }
            var labels = new Run.Labels(
                    original.labels().experiment(),
                    original.labels().tags(),
                    original.labels().requestedRef(),
                    original.id());
            return insert(change, spec, labels, original.progress().priority());
        }));
    }

    /** Ends a queued run at once, and any other as soon as the executor has proven its end. */
    public Answer<View> cancel(
            Caller caller, @Nullable Once<View> once, String project, String run, @Nullable String reason) {
        return rung(gate.change(caller, target(project, run), Permission.WRITE, once, change -> {
            // Locked, so that a scheduler or reconciler that is at it doesn't make the wish fail.
            var id = require(change.tx(), change.access(), run).id();
            var before = change.tx().runs().lock(id).orElseThrow();
            var progress = before.progress();
            if (progress.state().isFinal()) {
                throw RefusedException.of(
                        STATE_CONFLICT, "The run is " + progress.state().word() + " already.");
            }
            if (progress.cancelRequested() != null) {
                change.unchanged();
                return view(change.tx(), change.project(), before, change.now());
            }
            var requested = progress.cancelRequested(change.now());
            advance(change, before, requested);
            change.audit(
                    Action.RUN_CANCEL_REQUESTED,
                    before.id(),
                    Json.object()
                            .putIfPresent("reason", reason == null ? null : Json.clean(reason))
                            .build());
            if (progress.state() == RunState.QUEUED) {
                advance(change, before, requested.ended(AttemptEnd.canceled(requested.exitCode(), change.now())));
                change.audit(Action.RUN_CANCELED, before.id(), Json.object().build());
                change.emit("RunFinished", before.id());
            }
            var after = require(change.tx(), change.access(), run);
            return view(change.tx(), change.project(), after, change.now());
        }));
    }

    public View find(Caller caller, String ref, String run) {
        return gate.read(caller, target(ref, run), Permission.READ, reading -> {
            var project = reading.project();
            var reach = reading.rights().reach(Permission.READ);
            var found = TypeId.isForm(Run.PREFIX, run)
                    ? reading.tx().runs().show(project.id(), new TypeId(run), reach)
                    : Optional.<Shown>empty();
            var shown = found.orElseThrow(() -> RefusedException.notFound("run"));
            BooleanSupplier fits = () -> {
                var room = shown.isBehindOthers() ? room(reading.tx(), project) : Room.whole(project.quota());
                return room != null && room.fits(shown.demand());
            };
            return new View(shown.run(), waiting(project, shown.run(), fits, reading.now()));
        });
    }

    public Page<View> list(Caller caller, String project, RunFilter filter, PageRequest page) {
        return gate.read(caller, Target.inProject(project, TYPE, null), Permission.READ, reading -> {
            var tx = reading.tx();
            var runs = tx.runs().page(reading.project().id(), reading.rights().reach(Permission.READ), filter, page);
            var isWaiting = runs.items().stream()
                    .anyMatch(listed -> listed.run().progress().state() == RunState.QUEUED);
            var room = isWaiting ? room(tx, reading.project()) : null;
            return runs.map(listed -> new View(
                    listed.run(),
                    waiting(
                            reading.project(),
                            listed.run(),
                            () -> room != null && room.fits(listed.demand()),
                            reading.now())));
        });
    }

    /** Now that it is committed, whoever moves runs need not wait to find out. */
    private Answer<View> rung(Answer<View> answer) {
        bell.ring();
        return answer;
    }

    /** The run, unless it read what is kept from the caller. */
    static Run require(Transaction tx, ProjectAccess access, String run) {
        return find(tx, access, run, Permission.READ).orElseThrow(() -> RefusedException.notFound("run"));
    }

    /** The run, if the caller has this right on all that it read. */
    static Run require(Transaction tx, ProjectAccess access, String run, Permission permission) {
        return find(tx, access, run, permission).orElseGet(() -> {
            require(tx, access, run);
            throw RefusedException.of(
                    FORBIDDEN,
                    "The run read a restricted dataset; on that it takes one of " + permission.words() + ".");
        });
    }

    private static Optional<Run> find(Transaction tx, ProjectAccess access, String run, Permission permission) {
        return TypeId.isForm(Run.PREFIX, run)
                ? tx.runs()
                        .find(
                                access.project().id(),
                                new TypeId(run),
                                access.rights().reach(permission))
                : Optional.empty();
    }

    private ProjectAccess active(Caller caller, Target target) {
        return gate.read(caller, target, Permission.WRITE, reading -> {
            reading.project().requireActive();
            return reading.access();
        });
    }

    private View insert(Change change, RunSpec spec, Run.Labels labels, int priority) {
        var project = change.project().requireActive();
        var canonical = spec.toJson().canonical();
        var run = new Run(
                change.newId(Run.PREFIX),
                project.id(),
                spec.kind(),
                canonical,
                Digest.of(canonical),
                trail.composition(change.tx()),
                labels,
                change.made(),
                RunProgress.created(priority, change.now()));
        change.tx().runs().insert(run, spec);
        change.tx().lineage().insert(project.id(), edges(run, spec));
        var details = Json.object()
                .put("kind", run.kind().word())
                .put("specDigest", run.specDigest().value())
                .build();
        change.audit(Action.RUN_CREATED, run.id(), details);
        change.emit("RunCreated", run.id());
        return new View(run, WaitingReason.IN_QUEUE);
    }

    private static List<LineageEdge> edges(Run run, RunSpec spec) {
        var edges = new ArrayList<LineageEdge>();
        var code = spec.code().repository() + "@" + spec.code().commit();
        edges.add(new LineageEdge(run.id().value(), Relation.BUILT_FROM, code));
        edges.add(
                LineageEdge.of(run.id(), Relation.BUILT_FROM, spec.environment().environmentLock()));
        spec.inputs().stream()
                .map(input -> LineageEdge.of(run.id(), Relation.TRAINED_ON, input.datasetVersion()))
                .distinct()
                .forEach(edges::add);
        var original = run.labels().rerunOf();
        if (original != null) {
            edges.add(LineageEdge.of(run.id(), Relation.DERIVED_FROM, original));
        }
        return edges;
    }

    private static void advance(Change change, Run run, RunProgress next) {
        if (!change.tx().runs().advance(run.id(), next, change.now())) {
            throw RefusedException.of(STATE_CONFLICT, "The run moved on at the same moment. Look at it and try again.");
        }
    }

    private View view(Transaction tx, Project project, Run run, Instant now) {
        var resources = RunSpec.of(Json.read(run.spec())).resources();
        var demand = new Demand(resources.cpu().amount(), resources.memory().amount(), resources.gpu());
        BooleanSupplier fits = () -> {
            var room = room(tx, project);
            return room != null && room.fits(demand);
        };
        return new View(run, waiting(project, run, fits, now));
    }

    private static @Nullable Room room(Transaction tx, Project project) {
        return tx.queue().rooms(List.of(project.id())).get(project.id());
    }

    private @Nullable WaitingReason waiting(Project project, Run run, BooleanSupplier fits, Instant now) {
        if (run.progress().state() != RunState.QUEUED) {
            return null;
        }
        if (run.progress().queuedAt().isAfter(now)) {
            return WaitingReason.RETRY_BACKOFF;
        }
        if (!ports.dataPlanes().isAble(project.plugins().executor())) {
            return WaitingReason.EXECUTOR_UNAVAILABLE;
        }
        return fits.getAsBoolean() ? WaitingReason.IN_QUEUE : WaitingReason.QUOTA_EXCEEDED;
    }

    private static Target target(String project, String run) {
        return Target.inProject(project, TYPE, run);
    }
}
