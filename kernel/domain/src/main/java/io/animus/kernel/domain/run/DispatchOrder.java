package io.animus.kernel.domain.run;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.project.Quota;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Decides which queued runs are dispatched next. A pure function: the same queue gives the same order.
 *
 * <p>High priority goes first; within a priority the project that has the fewest runs under way, then the run that waits
 * longest, then the lower id. Within a project nothing overtakes: a run that doesn't fit into the quota holds back those
 * behind it, so that a large one isn't starved by small ones.
 */
public final class DispatchOrder {
    private static final Comparator<Candidate> WITHIN_PROJECT = Comparator.comparingInt(Candidate::priority)
            .reversed()
            .thenComparing(Candidate::queuedAt)
            .thenComparing(Candidate::run);

    private DispatchOrder() {}

    /** A run that waits, and what it needs. */
    public record Candidate(TypeId run, TypeId project, int priority, Instant queuedAt, Demand demand) {}

    /** What a run takes of its project's quota, besides one place. */
    public record Demand(long milliCpus, long memoryBytes, int gpus) {}

    /**
     * What is left of a project's quota.
     *
     * @param active how many of its runs are under way
     * @param places how many more may be
     */
    public record Room(int active, int places, Demand left) {
        /** The quota while no run is under way. */
        public static Room whole(Quota quota) {
            var all = new Demand(quota.cpu().amount(), quota.memory().amount(), quota.gpu());
            return new Room(0, quota.concurrentRuns(), all);
        }

        /** Whether a run that needs this may start. */
        public boolean fits(Demand demand) {
            return places > 0
                    && demand.milliCpus() <= left.milliCpus()
                    && demand.memoryBytes() <= left.memoryBytes()
                    && demand.gpus() <= left.gpus();
        }

        Room without(Demand demand) {
            return new Room(
                    active + 1,
                    places - 1,
                    new Demand(
                            left.milliCpus() - demand.milliCpus(),
                            left.memoryBytes() - demand.memoryBytes(),
                            left.gpus() - demand.gpus()));
        }
    }

    /**
     * The runs to dispatch now, in order.
     *
     * @param candidates in any order
     * @param rooms for each project of a candidate; a project without one gets nothing
     * @param most how many at the most
     */
    public static List<Candidate> choose(List<Candidate> candidates, Map<TypeId, Room> rooms, int most) {
        var queues = new HashMap<TypeId, List<Candidate>>();
        candidates.stream().sorted(WITHIN_PROJECT).forEach(candidate -> queues.computeIfAbsent(
                        candidate.project(), project -> new ArrayList<>())
                .add(candidate));
        var left = new HashMap<>(rooms);
        var position = new HashMap<TypeId, Integer>();
        var blocked = new HashSet<TypeId>();
        var chosen = new ArrayList<Candidate>();
        while (chosen.size() < most) {
            Candidate best = null;
            for (var queue : queues.entrySet()) {
                var project = queue.getKey();
                var next = position.getOrDefault(project, 0);
                if (blocked.contains(project) || next >= queue.getValue().size()) {
                    continue;
                }
                var head = queue.getValue().get(next);
                var room = left.get(project);
                if (room == null || !room.fits(head.demand())) {
                    blocked.add(project);
                } else if (best == null || isBefore(head, room, best, left.getOrDefault(best.project(), room))) {
                    best = head;
                }
            }
            if (best == null) {
                return chosen;
            }
            var taken = best;
            chosen.add(taken);
            position.merge(taken.project(), 1, Integer::sum);
            left.computeIfPresent(taken.project(), (project, room) -> room.without(taken.demand()));
        }
        return chosen;
    }

    private static boolean isBefore(Candidate one, Room oneRoom, Candidate other, Room otherRoom) {
        if (one.priority() != other.priority()) {
            return one.priority() > other.priority();
        }
        if (oneRoom.active() != otherRoom.active()) {
            return oneRoom.active() < otherRoom.active();
        }
        return WITHIN_PROJECT.compare(one, other) < 0;
    }
}
