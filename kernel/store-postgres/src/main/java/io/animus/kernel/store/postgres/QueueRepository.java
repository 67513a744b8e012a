package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT;
import static io.animus.kernel.store.postgres.generated.Tables.ATTEMPT_START;
import static io.animus.kernel.store.postgres.generated.Tables.PROJECT;
import static io.animus.kernel.store.postgres.generated.Tables.RUN;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.DispatchOrder.Candidate;
import io.animus.kernel.domain.run.DispatchOrder.Demand;
import io.animus.kernel.domain.run.DispatchOrder.Room;
import io.animus.kernel.domain.run.Placement;
import io.animus.kernel.domain.run.RunState;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** What scheduler and reconciler ask of the runs, each at a cost that doesn't grow with the queue. */
public final class QueueRepository {
    private final DSLContext sql;

    QueueRepository(DSLContext sql) {
        this.sql = sql;
    }

    /**
     * A run that is under way.
     *
     * @param attempt its latest attempt, whose id is the dispatch id
     * @param number of that attempt
     * @param placement where the job of that attempt is
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
            @Nullable Instant started,
            Instant since,
            int timeoutSeconds,
            boolean cancelRequested) {
        /** The same, with its job where it was found. */
        public UnderWay foundAt(Placement there) {
            return new UnderWay(
                    run, project, state, attempt, number, there, started, since, timeoutSeconds, cancelRequested);
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
        return sql.resultQuery(
                        """
                        with recursive waiting (project_id) as (
                            (select project_id from run where state = 'queued'
                                order by project_id, priority desc, queued_at, id limit 1)
                            union all
                            select (select project_id from run where state = 'queued' and project_id > waiting.project_id
                                    order by project_id, priority desc, queued_at, id limit 1)
                            from waiting where waiting.project_id is not null
                        )
                        select project_id from waiting where project_id is not null""")
                .fetch(row -> new TypeId(row.get(0, String.class)));
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
        sql.select(
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
        var projects = open.stream().map(Entry::getKey).map(TypeId::value).toArray(String[]::new);
        var places = open.stream()
                .map(room -> Math.min(room.getValue().places(), most))
                .toArray(Integer[]::new);
        return sql.resultQuery(
                        """
                        select head.id, head.project_id, head.priority, head.queued_at, head.milli_cpus,
                            head.memory_bytes, head.gpus
                        from unnest({0}, {1}) as room (project_id, places)
                        cross join lateral (
                            select * from run
                            where run.project_id = room.project_id and run.state = 'queued' and run.queued_at <= {2}
                            order by run.priority desc, run.queued_at, run.id
                            limit room.places
                            for update skip locked) head""",
                        val(projects), val(places), val(now))
                .coerce(RUN.ID, RUN.PROJECT_ID, RUN.PRIORITY, RUN.QUEUED_AT, RUN.MILLI_CPUS, RUN.MEMORY_BYTES, RUN.GPUS)
                .fetch(QueueRepository::candidate);
    }

    /** All runs that are under way, oldest first, at most {@code most}. */
    public List<UnderWay> underWay(int most) {
        return sql.select(
                        RUN.ID,
                        RUN.PROJECT_ID,
                        RUN.STATE,
                        ATTEMPT.ID,
                        RUN.ATTEMPTS,
                        ATTEMPT.EXECUTOR,
                        ATTEMPT.DATA_PLANE,
                        ATTEMPT_START.STARTED_AT,
                        ATTEMPT.CREATED_AT,
                        RUN.TIMEOUT_SECONDS,
                        RUN.CANCEL_REQUESTED_AT)
                .from(RUN)
                .join(ATTEMPT)
                .on(ATTEMPT.RUN_ID.eq(RUN.ID).and(ATTEMPT.NUMBER.eq(RUN.ATTEMPTS)))
                .leftJoin(ATTEMPT_START)
                .on(ATTEMPT_START.ATTEMPT_ID.eq(ATTEMPT.ID))
                .where(RUN.STATE.in(RunRepository.ACTIVE))
                .orderBy(RUN.ID)
                .limit(most)
                .fetch(row -> new UnderWay(
                        row.value1(),
                        row.value2(),
                        RunState.of(row.value3()),
                        row.value4(),
                        row.value5(),
                        new Placement(row.value6(), row.value7()),
                        row.value8(),
                        row.value9(),
                        row.value10(),
                        row.value11() != null));
    }

    /** Whether {@code leader} still leads, and the run is as it was seen and nobody has asked to end it since. */
    public boolean isCurrent(Leader leader, UnderWay run) {
        return sql.resultQuery(
                        """
                                select exists (
                                    select from run join leader on leader.role = {0} and leader.epoch = {1}
                                    where run.id = {2} and run.state = {3} and run.attempts = {4}
                                        and (run.cancel_requested_at is null or {5}))""",
                        val(leader.role()),
                        val(leader.epoch()),
                        val(run.run().value()),
                        val(run.state().word()),
                        val(run.number()),
                        val(run.cancelRequested()))
                .fetchSingle()
                .get(0, Boolean.class);
    }

    private static Candidate candidate(Record row) {
        return new Candidate(
                row.get(RUN.ID),
                row.get(RUN.PROJECT_ID),
                row.get(RUN.PRIORITY),
                row.get(RUN.QUEUED_AT),
                new Demand(row.get(RUN.MILLI_CPUS), row.get(RUN.MEMORY_BYTES), row.get(RUN.GPUS)));
    }
}
