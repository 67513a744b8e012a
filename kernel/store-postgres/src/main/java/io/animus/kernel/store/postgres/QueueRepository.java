package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.RUN;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.sum;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.DispatchOrder.Candidate;
import io.animus.kernel.domain.run.DispatchOrder.Demand;
import io.animus.kernel.domain.run.DispatchOrder.Room;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.RunState;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What scheduler and reconciler ask of the runs, each at a cost that doesn't grow with the queue. */
public final class QueueRepository {
    private static final Prepared WAITING = new Prepared(
            """
            with recursive waiting (project_id) as (
                (select project_id from run where state = 'queued'
                    order by project_id, priority desc, queued_at, id limit 1)
                union all
                select (select project_id from run where state = 'queued' and project_id > waiting.project_id
                        order by project_id, priority desc, queued_at, id limit 1)
                from waiting where waiting.project_id is not null
            )
            select project_id from waiting where project_id is not null""");

    private static final Prepared HEADS = new Prepared(
            """
            select head.id, head.project_id, head.priority, head.queued_at, head.milli_cpus, head.memory_bytes, head.gpus
            from unnest(?, ?) as room (project_id, places)
            cross join lateral (
                select * from run
                where run.project_id = room.project_id and run.state = 'queued' and run.queued_at <= ?
                order by run.priority desc, run.queued_at, run.id
                limit room.places
                for update skip locked) head""");

    /**
     * The planner takes what is under way for much more than it is, and would rather read all runs in the order of their ids,
     * or all attempts there ever were: so the runs come by their state before they are put in order, and attempts run by run. For the same reason the
     * question whether a project has any note asks for the order of the index: else all notes of others may be read for it.
     */
    private static final Prepared UNDER_WAY = new Prepared(
            """
            select run.id, run.project_id, run.state, attempt.id, run.attempts, attempt.executor, attempt.data_plane,
                attempt.started_at, attempt.created_at, run.timeout_seconds, run.is_canceled,
                (select plugins ->> 'storage' from project where project.id = run.project_id),
                (select 1 from stored_object where stored_object.project_id = run.project_id
                    order by project_id, digest, store limit 1) is not null
            from (
                select * from (
                    select id, project_id, state, attempts, timeout_seconds, cancel_requested_at is not null as is_canceled
                    from run where state in (%s) offset 0) active
                order by id limit ?) run
            cross join lateral (
                select attempt.id, attempt.executor, attempt.data_plane, attempt.created_at, attempt_start.started_at
                from attempt left join attempt_start on attempt_start.attempt_id = attempt.id
                where attempt.run_id = run.id and attempt.number = run.attempts
                limit 1) attempt
            order by run.id"""
                    .formatted(RunRepository.ACTIVE_WORDS));

    private static final Prepared CURRENT = new Prepared(
            """
            select run.id, run.state, run.attempts, run.cancel_requested_at is not null
            from run join leader on leader.role = ? and leader.epoch = ? where run.id = any (?)""");

    private final Transaction tx;

    QueueRepository(Transaction tx) {
        this.tx = tx;
    }

    /**
     * A run that is under way.
     *
     * @param attempt its latest attempt, whose id is the dispatch id
     * @param number of that attempt
     * @param placement where the job of that attempt is
     * @param store where its project keeps what it stores now; null for the first there is
     * @param isNoted whether it is noted of any of its project's objects where they are
     * @param started when that attempt was confirmed; null if it wasn't yet
     * @param since when the attempt was made
     */
    public record UnderWay(
            TypeId run,
            TypeId project,
            RunState state,
            TypeId attempt,
            int number,
            Placement placement,
            @Nullable String store,
            boolean isNoted,
            @Nullable Instant started,
            Instant since,
            int timeoutSeconds,
            boolean cancelRequested) {
        /** The same, with its job where it was found. */
        public UnderWay foundAt(Placement there) {
            return new UnderWay(
                    run,
                    project,
                    state,
                    attempt,
                    number,
                    there,
                    store,
                    isNoted,
                    started,
                    since,
                    timeoutSeconds,
                    cancelRequested);
        }
    }

    /**
     * What the next runs of a project may take.
     *
     * @param executor the instance that they go to; null for the first there is
     */
    public record Share(Room room, @Nullable String executor) {}

    /**
     * The projects that have runs in the queue: a walk over the queue's index that touches one entry of each. It asks for
     * the whole order of that index, because by the project alone the planner may take another one and read past every
     * run that ever ended.
     */
    public List<TypeId> waitingProjects() {
        return WAITING.all(tx.connection(), row -> new TypeId(row.getString(1)));
    }

    /** What is left of the quotas of these projects. */
    public Map<TypeId, Room> rooms(Collection<TypeId> projects) {
        var rooms = new HashMap<TypeId, Room>();
        shares(projects).forEach((project, share) -> rooms.put(project, share.room()));
        return rooms;
    }

    /** What the next runs of these projects may take, and where they go. */
    public Map<TypeId, Share> shares(Collection<TypeId> projects) {
        var shares = new HashMap<TypeId, Share>();
        tx.sql()
                .select(
                        PROJECT.ID,
                        PROJECT.QUOTA,
                        count(RUN.ID),
                        coalesce(sum(RUN.MILLI_CPUS), BigDecimal.ZERO),
                        coalesce(sum(RUN.MEMORY_BYTES), BigDecimal.ZERO),
                        coalesce(sum(RUN.GPUS), BigDecimal.ZERO),
                        PROJECT.PLUGINS)
                .from(PROJECT)
                .leftJoin(RUN)
                .on(RUN.PROJECT_ID.eq(PROJECT.ID).and(RUN.STATE.in(RunRepository.ACTIVE)))
                .where(PROJECT.ID.in(projects))
                .groupBy(PROJECT.ID)
                .fetch()
                .forEach(row -> {
                    var quota = ProjectRepository.quota(row.value2());
                    var active = row.value3();
                    var left = new Demand(
                            quota.cpu().amount() - row.value4().longValue(),
                            quota.memory().amount() - row.value5().longValue(),
                            quota.gpu() - row.value6().intValue());
                    var room = new Room(active, quota.concurrentRuns() - active, left);
                    var bound = ProjectRepository.plugins(row.value7());
                    shares.put(row.value1(), new Share(room, bound.executor()));
                });
        return shares;
    }

    /**
     * The heads of the queues of the projects that have places, at most {@code most} of each, in one statement. They stay
     * locked until the transaction ends; one that somebody else has locked is left out.
     */
    public List<Candidate> heads(Map<TypeId, Room> rooms, int most, Instant now) {
        var open = rooms.entrySet().stream()
                .filter(room -> room.getValue().places() > 0)
                .toList();
        if (open.isEmpty()) {
            return List.of();
        }
        return HEADS.all(
                tx.connection(),
                QueueRepository::candidate,
                Column.texts(open, Entry::getKey),
                Column.integers(open, room -> Math.min(room.getValue().places(), most)),
                now);
    }

    /** All runs that are under way, oldest first, at most {@code most}. */
    public List<UnderWay> underWay(int most) {
        return UNDER_WAY.all(
                tx.connection(),
                row -> new UnderWay(
                        new TypeId(row.getString(1)),
                        new TypeId(row.getString(2)),
                        RunState.of(row.getString(3)),
                        new TypeId(row.getString(4)),
                        row.getInt(5),
                        new Placement(row.getString(6), row.getString(7)),
                        row.getString(12),
                        row.getBoolean(13),
                        Prepared.instant(row, 8),
                        Objects.requireNonNull(Prepared.instant(row, 9)),
                        row.getInt(10),
                        row.getBoolean(11)),
                most);
    }

    /** Those of these runs that are as they were seen, and that nobody has asked to end since; none if another hub leads. */
    public Set<TypeId> current(Leader leader, Collection<UnderWay> seen) {
        var runs = seen.stream().collect(toMap(UnderWay::run, run -> run));
        return CURRENT
                .all(
                        tx.connection(),
                        row -> {
                            var id = new TypeId(row.getString(1));
                            var run = Objects.requireNonNull(runs.get(id));
                            var isCurrent = run.state() == RunState.of(row.getString(2))
                                    && run.number() == row.getInt(3)
                                    && (run.cancelRequested() || !row.getBoolean(4));
                            return isCurrent ? Optional.of(id) : Optional.<TypeId>empty();
                        },
                        leader.role(),
                        leader.epoch(),
                        List.copyOf(runs.keySet()))
                .stream()
                .flatMap(Optional::stream)
                .collect(toSet());
    }

    private static Candidate candidate(ResultSet row) throws SQLException {
        return new Candidate(
                new TypeId(row.getString(1)),
                new TypeId(row.getString(2)),
                row.getInt(3),
                Objects.requireNonNull(Prepared.instant(row, 4)),
                new Demand(row.getLong(5), row.getLong(6), row.getInt(7)));
    }
}
