package io.animus.kernel.core;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.audit.Action;
import io.animus.kernel.audit.Actor;
import io.animus.kernel.audit.AuditEvent;
import io.animus.kernel.audit.AuditText;
import io.animus.kernel.audit.Leaf;
import io.animus.kernel.audit.Origin;
import io.animus.kernel.audit.Outcome;
import io.animus.kernel.audit.Resource;
import io.animus.kernel.core.NodeNumbers.Account;
import io.animus.kernel.core.NodeNumbers.Numbered;
import io.animus.kernel.domain.ProblemCode;
import io.animus.kernel.domain.Violation;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.store.postgres.AuditRepository.Entry;
import io.animus.kernel.store.postgres.Database;
import io.animus.kernel.store.postgres.DatabaseUnavailableException;
import io.animus.kernel.store.postgres.Transaction;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * Writes audit events: with the change that they record, or alone where nothing was changed. Safe for many threads. Not final
 * for the benchmarks alone, which take {@link #append} out in order to say what it costs.
 */
@Component(service = AuditTrail.class, configurationPid = "io.animus.node")
@Designate(ocd = AuditTrail.Config.class)
public class AuditTrail {
    private static final Set<ProblemCode> DENIALS = EnumSet.of(
            ProblemCode.UNAUTHENTICATED, ProblemCode.FORBIDDEN, ProblemCode.SELF_APPROVAL, ProblemCode.NOT_FOUND);

    private static final String NAME = "hub";
    private static final int HEARTBEAT_SECONDS = 30;
    private static final int MAX_NAME = 200;

    private final Database database;
    private final CompositionRecord installed;
    private final Clock clock;
    private final Ids ids;
    private final SecureRandom random;
    private final String name;
    private final Duration heartbeat;
    private final EventRing ring;
    private volatile Life life;

    /** This hub process among others. */
    @ObjectClassDefinition(name = "Node")
    public @interface Config {
        @AttributeDefinition(description = "Name of this hub process in audit events, 1 to 200 bytes")
        String name() default NAME;

        @AttributeDefinition(description = "A sign of life is on record at least this often; 1 to 60 seconds")
        int heartbeat__seconds() default HEARTBEAT_SECONDS;
    }

    /** One life of this hub process, whose events are numbered from 1. */
    private record Life(TypeId id, String node, NodeNumbers numbers) {}

    @Activate
    public AuditTrail(
            @Reference(name = "database") Database database,
            @Reference(name = "composition") Composition composition,
            Config config) {
        this(
                database,
                composition,
                Clock.systemUTC(),
                new SecureRandom(),
                config.name(),
                Duration.ofSeconds(config.heartbeat__seconds()),
                new EventRing(database));
    }

    /** On its own, with what the configuration has by default. */
    public AuditTrail(Database database, Composition composition) {
        this(database, composition, Clock.systemUTC(), new SecureRandom());
    }

    AuditTrail(Database database, Composition composition, Clock clock, SecureRandom random) {
        this(database, composition, clock, random, new EventRing(database));
    }

    AuditTrail(Database database, Composition composition, Clock clock, SecureRandom random, EventRing ring) {
        this(database, composition, clock, random, NAME, Duration.ofSeconds(HEARTBEAT_SECONDS), ring);
    }

    private AuditTrail(
            Database database,
            Composition composition,
            Clock clock,
            SecureRandom random,
            String name,
            Duration heartbeat,
            EventRing ring) {
        if (heartbeat.toSeconds() < 1 || heartbeat.toSeconds() > 60) {
            throw new IllegalArgumentException("heartbeat_seconds must be 1 to 60");
        }
        this.database = database;
        this.installed = new CompositionRecord(composition);
        this.clock = clock;
        this.random = random;
        this.ids = new Ids(clock, random);
        this.name = AuditText.fit(name, MAX_NAME);
        this.heartbeat = heartbeat;
        this.ring = ring;
        this.life = newLife();
    }

    @Deactivate
    void close() {
        ring.close();
    }

    /** From now on events are of another life, which gives no numbers before its first sign is on record. */
    void begin() {
        var next = newLife();
        next.numbers().stayFresh(System.nanoTime(), Duration.ZERO);
        life = next;
    }

    private Life newLife() {
        var id = ids.next("node");
        return new Life(id, name + "/" + id, new NodeNumbers());
    }

    /** The source of ids that ascend together with those of audit events. */
    Ids ids() {
        return ids;
    }

    /** Names this life of this hub process: the node's name and the id of the life. */
    String node() {
        return life.node();
    }

    /** The id of this life. */
    TypeId nodeId() {
        return life.id();
    }

    /** The numbers of this life's events. */
    NodeNumbers numbers() {
        return life.numbers();
    }

    /** How often this hub gives a sign of life. */
    Duration heartbeat() {
        return heartbeat;
    }

    /** The digest of what is installed now, to be shown to somebody. */
    Digest composition() {
        return installed.now().digest();
    }

    /** The digest of what is installed now, to be kept: what it stands for is on record with this transaction at the latest. */
    Digest composition(Transaction tx) {
        return recorded(tx).digest();
    }

    private CompositionContents recorded(Transaction tx) {
        var contents = installed.now();
        record(tx, contents);
        return contents;
    }

    private void record(Transaction tx, CompositionContents contents) {
        installed.record(tx, contents, clock.instant(), draft -> append(tx, draft, contents, NodeNumbers::next));
    }

    /** Records, within the transaction of the change, that something was done. */
    TypeId succeed(
            Transaction tx,
            Caller caller,
            Action action,
            TypeId resource,
            @Nullable TypeId project,
            Json.Members details,
            Instant now) {
        return append(
                tx,
                new Draft(
                        caller,
                        action,
                        Resource.of(typeOf(resource), resource, project),
                        Outcome.SUCCESS,
                        null,
                        details,
                        now));
    }

    /** Something that was done. */
    record Deed(Action action, TypeId resource, TypeId project, Json.Members details) {}

    /** Records all of this at once, as {@link #succeed} does one by one. */
    void succeed(Transaction tx, Caller caller, List<Deed> deeds, Instant now) {
        deeds.forEach(deed -> succeed(tx, caller, deed.action(), deed.resource(), deed.project(), deed.details(), now));
    }

    /**
     * Records that a request was refused, in one transaction with others that are refused now.
     *
     * @return the event, which is committed
     * @throws DatabaseUnavailableException if it can't be, or more are refused than the database can take
     */
    public TypeId refuse(Caller caller, Target target, List<Violation> violations) {
        var first = violations.get(0).code();
        var denied = DENIALS.contains(first);
        var details = Json.object()
                .put("operation", caller.operation())
                .put(
                        "codes",
                        Json.texts(violations.stream()
                                .limit(16)
                                .map(violation -> violation.code().name())
                                .toList()))
                .putIfPresent("project", clean(target.project()))
                .build();
        var project = projectOf(caller, target, first);
        return await(append(new Draft(
                caller,
                denied ? Action.ACCESS_DENIED : Action.REQUEST_REFUSED,
                new Resource(target.type(), fit(target.ref()), project),
                denied ? Outcome.DENIED : Outcome.REFUSED,
                first.name(),
                details,
                clock.instant())));
    }

    /** So that a project's auditor sees who was refused in it; not for what anybody on the network may send. */
    private @Nullable TypeId projectOf(Caller caller, Target target, ProblemCode code) {
        var ref = target.project();
        if (ref == null || code == ProblemCode.UNAUTHENTICATED) {
            return null;
        }
        return database.read(tx -> tx.access().findProject(ref, caller.principal()))
                .map(access -> access.project().id())
                .orElse(null);
    }

    /**
     * Records, as {@link #succeed} does, what keeps account of the numbers of this life.
     *
     * @param details made of the account
     */
    Account account(
            Transaction tx, Caller caller, Action action, Function<Account, Json.Members> details, Instant now) {
        var current = life;
        var contents = recorded(tx);
        var id = ids.next(AuditEvent.ID_PREFIX);
        var account = current.numbers().account(id);
        tx.whenOver(end -> current.numbers().over(account.number(), end));
        var node = Resource.of(typeOf(current.id()), current.id(), null);
        var draft = new Draft(caller, action, node, Outcome.SUCCESS, null, details.apply(account), now);
        tx.audit().append(() -> seal(id, draft, new Origin(current.node(), account.number(), contents.digest())));
        return account;
    }

    /** Records, as {@link #succeed} does, that this life begins. */
    void open(Transaction tx, Caller caller, Json.Members details, Instant now) {
        var contents = installed.now();
        var node = Resource.of(typeOf(nodeId()), nodeId(), null);
        installed.record(tx, contents, now, draft -> append(tx, draft, contents, NodeNumbers::begin));
        append(
                tx,
                new Draft(caller, Action.NODE_STARTED, node, Outcome.SUCCESS, null, details, now),
                contents,
                NodeNumbers::begin);
    }

    TypeId append(Transaction tx, Draft draft) {
        return append(tx, draft, recorded(tx), NodeNumbers::next);
    }

    private TypeId append(
            Transaction tx,
            Draft draft,
            CompositionContents contents,
            ToLongBiFunction<NodeNumbers, TypeId> numbering) {
        var id = ids.next(AuditEvent.ID_PREFIX);
        tx.audit().append(() -> {
            var current = life;
            var number = numbering.applyAsLong(current.numbers(), id);
            tx.whenOver(end -> current.numbers().over(number, end));
            return seal(id, draft, new Origin(current.node(), number, contents.digest()));
        });
        return id;
    }

    /** Records what comes with no change of state, in one transaction with others; answers when it is committed. */
    CompletableFuture<TypeId> append(Draft draft) {
        return ring.append(() -> {
            var current = life;
            var contents = installed.now();
            var id = ids.next(AuditEvent.ID_PREFIX);
            var number = new Numbered(current.numbers(), current.numbers().next(id));
            try {
                var origin = new Origin(current.node(), number.number(), contents.digest());
                return new EventRing.Sealed(seal(id, draft, origin), number, tx -> record(tx, contents));
            } catch (RuntimeException e) {
                number.over(Transaction.End.ROLLED_BACK);
                throw e;
            }
        });
    }

    private static TypeId await(CompletableFuture<TypeId> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DatabaseUnavailableException away
                    ? new DatabaseUnavailableException(away)
                    : new IllegalStateException("a refusal can't be put on record", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseUnavailableException(e);
        }
    }

    /** What is known of an event before its transaction writes it. */
    record Draft(
            Caller caller,
            Action action,
            Resource resource,
            Outcome outcome,
            @Nullable String reason,
            Json.Members details,
            Instant at) {}

    /** Called as the last thing before the event is written: whatever orders events is given out by then. */
    private Entry seal(TypeId id, Draft draft, Origin origin) {
        var principal = draft.caller().principal();
        var event = new AuditEvent(
                id,
                draft.at().truncatedTo(ChronoUnit.MICROS),
                actor(principal),
                draft.action(),
                draft.resource(),
                draft.outcome(),
                draft.reason(),
                draft.caller().request(),
                origin,
                draft.details());
        return new Entry(event, principal, Leaf.seal(event, random));
    }

    private static Actor actor(Principal principal) {
        return switch (principal.kind()) {
            case SYSTEM -> new Actor(principal.id(), Actor.Kind.SYSTEM, null);
            case ANONYMOUS -> Actor.ANONYMOUS;
            case SERVICE_ACCOUNT -> new Actor(principal.id(), Actor.Kind.SERVICE_ACCOUNT, null);
            case USER, GROUP -> new Actor(principal.id(), Actor.Kind.USER, null);
        };
    }

    private static String typeOf(TypeId id) {
        return ResourceType.of(id.prefix());
    }

    private static Json.@Nullable Text clean(@Nullable String text) {
        return text == null ? null : Json.clean(AuditText.fit(text, 255));
    }

    private static @Nullable String fit(@Nullable String text) {
        return text == null ? null : AuditText.fit(text, 255);
    }
}
