package io.animus.kernel.core;

import static io.animus.kernel.domain.ProblemCode.PRECONDITION_FAILED;
import static io.animus.kernel.domain.ProblemCode.UNKNOWN_REFERENCE;

import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.domain.Page;
import io.animus.kernel.domain.PageRequest;
import io.animus.kernel.domain.RefusedException;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Permission;
import io.animus.kernel.domain.delivery.DeadLetter;
import io.animus.kernel.domain.delivery.EntryFilter;
import io.animus.kernel.domain.delivery.SinkFeed;
import io.animus.kernel.store.postgres.SinkRepository.Standing;
import io.animus.kernel.store.postgres.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Use cases of audit sinks. What is plugged in makes them; nobody creates or deletes one. Safe for many threads. */
@Component(service = AuditSinks.class)
public final class AuditSinks {
    private static final String TYPE = "auditSink";

    private final Gate gate;
    private final Ports ports;

    @Activate
    public AuditSinks(@Reference(name = "gate") Gate gate, @Reference(name = "ports") Ports ports) {
        this.gate = gate;
        this.ports = ports;
    }

    /**
     * A sink as it stands.
     *
     * @param lag how many entries of the log are not settled
     * @param waitsSince when the first of them happened; null if there is none
     * @param deadLetters how many it refused, at a replay too
     * @param isPresent whether its plugin is there; if not, what it lacks waits for it
     */
    public record Sink(SinkFeed feed, long lag, @Nullable Instant waitsSince, int deadLetters, boolean isPresent) {}

    /**
     * What may change about a sink's filter.
     *
     * @param projects ids or names; null to leave them
     * @param actions null to leave them
     */
    public record Edit(@Nullable List<String> projects, @Nullable List<Action> actions) {}

    public Page<Sink> list(Caller caller, PageRequest page) {
        return gate.readHub(caller, target(null), Permission.READ_AUDIT_SINKS, tx -> tx.sinks()
                .page(page)
                .map(this::sink));
    }

    /** @param sink id or name */
    public Sink find(Caller caller, String sink) {
        return gate.readHub(caller, target(sink), Permission.READ_AUDIT_SINKS, tx -> sink(require(tx, sink)));
    }

    /** Changes which entries go there; what was left out before stays left out. */
    public Answer<Sink> update(Caller caller, String sink, long version, Edit edit) {
        return gate.changeHub(caller, target(sink), Permission.MANAGE_AUDIT_SINKS, null, change -> {
            var tx = change.tx();
            var before = require(tx, sink).sink();
            Gate.requireVersion(version, before.version());
            var projects = edit.projects();
            var actions = edit.actions();
            var after = new EntryFilter(
                    projects == null ? before.filter().projects() : projects(tx, caller, projects),
                    actions == null ? before.filter().actions() : words(actions));
            if (!tx.sinks().filter(before.id(), after, version)) {
                throw RefusedException.of(PRECONDITION_FAILED, "Somebody else changed the sink at the same time.");
            }
            var details = Json.object()
                    .put("name", before.name())
                    .put("projects", Json.texts(sorted(after.projects(), TypeId::value)))
                    .put("actions", Json.texts(sorted(after.actions(), Function.identity())))
                    .build();
            change.audit(Action.AUDIT_SINK_UPDATED, before.id(), details);
            return sink(require(tx, sink));
        });
    }

    public Page<DeadLetter> deadLetters(Caller caller, String sink, PageRequest page) {
        return gate.readHub(caller, target(sink), Permission.READ_AUDIT_SINKS, tx -> tx.deadLetters()
                .page(require(tx, sink).sink().id(), page));
    }

    /**
     * Asks for dead letters to be sent again; those that were taken meanwhile, or wait already, are left as they are.
     *
     * @param indexes their leaf indexes; null for all
     * @return how many will be sent
     */
    public Answer<Integer> replay(
            Caller caller, @Nullable Once<Integer> once, String sink, @Nullable Set<Long> indexes) {
        return gate.changeHub(caller, target(sink), Permission.MANAGE_AUDIT_SINKS, once, change -> {
            var found = require(change.tx(), sink).sink();
            var wanted = change.tx().deadLetters().want(found.id(), indexes, change.now());
            if (wanted == 0) {
                change.unchanged();
            } else {
                var details = Json.object()
                        .put("name", found.name())
                        .put("deadLetters", wanted)
                        .build();
                change.audit(Action.DEAD_LETTERS_REPLAYED, found.id(), details);
            }
            return wanted;
        });
    }

    private Sink sink(Standing standing) {
        var feed = standing.sink();
        var isPresent = ports.sinks().containsKey(feed.name());
        return new Sink(feed, standing.lag(), standing.waitsSince(), standing.deadLetters(), isPresent);
    }

    private static Standing require(Transaction tx, String sink) {
        return tx.sinks().standing(sink).orElseThrow(() -> RefusedException.notFound("audit sink"));
    }

    private static Set<TypeId> projects(Transaction tx, Caller caller, List<String> refs) {
        var found = new HashSet<TypeId>();
        var unknown = new ArrayList<Violation>();
        for (var i = 0; i < refs.size(); i++) {
            var project = tx.access().findProject(refs.get(i), caller.principal());
            if (project.isPresent()) {
                found.add(project.get().project().id());
            } else {
                unknown.add(Violation.at(
                        "/filter/projects/" + i, UNKNOWN_REFERENCE, "There is no project " + refs.get(i) + "."));
            }
        }
        if (!unknown.isEmpty()) {
            throw new RefusedException(unknown);
        }
        return found;
    }

    private static Set<String> words(List<Action> actions) {
        var words = new HashSet<String>();
        actions.forEach(action -> words.add(action.word()));
        return words;
    }

    private static <T> List<String> sorted(Set<T> values, Function<T, String> word) {
        return values.stream().map(word).sorted().toList();
    }

    private static Target target(@Nullable String sink) {
        return Target.inHub(TYPE, sink);
    }
}
