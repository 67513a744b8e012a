package io.animus.kernel.domain.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.DispatchOrder.Candidate;
import io.animus.kernel.domain.run.DispatchOrder.Demand;
import io.animus.kernel.domain.run.DispatchOrder.Room;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DispatchOrderTest {
    private static final int SCHEDULES = 100_000;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Demand SMALL = new Demand(1000, 1 << 20, 0);
    private static final Comparator<Candidate> QUEUE = Comparator.<Candidate, Integer>comparing(run -> -run.priority())
            .thenComparing(Candidate::queuedAt)
            .thenComparing(run -> run.run().value());

    private final TypeId a = project(1);
    private final TypeId b = project(2);

    /** A queue, what is free, and how many may go. */
    private record Schedule(List<Candidate> candidates, Map<TypeId, Room> rooms, int most) {
        List<Candidate> chosen() {
            return DispatchOrder.choose(candidates, rooms, most);
        }
    }

    @Test
    void neverInvertsAPriorityNorExceedsAQuotaNorFavoursAProject() {
        var random = new Random(1);
        for (var i = 0; i < SCHEDULES; i++) {
            var schedule = schedule(random);
            var chosen = schedule.chosen();
            assertThat(violations(schedule, chosen)).as("%s", schedule).isEmpty();
        }
    }

    @Test
    void givesTheSameAnswerForAnyOrderOfTheCandidates() {
        var random = new Random(2);
        for (var i = 0; i < 1000; i++) {
            var schedule = schedule(random);
            var shuffled = new ArrayList<>(schedule.candidates());
            Collections.shuffle(shuffled, random);

            assertThat(new Schedule(shuffled, schedule.rooms(), schedule.most()).chosen())
                    .isEqualTo(schedule.chosen());
        }
    }

    @Test
    void takesTurnsBetweenProjectsOfTheSamePriority() {
        var candidates = new ArrayList<Candidate>();
        IntStream.range(0, 100).forEach(i -> candidates.add(candidate(i, a, 50, i, SMALL)));
        IntStream.range(0, 3).forEach(i -> candidates.add(candidate(1000 + i, b, 50, 1000 + i, SMALL)));

        var chosen = DispatchOrder.choose(candidates, Map.of(a, room(0, 50), b, room(0, 50)), 6);

        assertThat(chosen).extracting(Candidate::project).containsExactly(a, b, a, b, a, b);
    }

    @Test
    void letsNothingOvertakeALargeRunOfItsProject() {
        var large = candidate(1, a, 50, 0, new Demand(64_000, 1 << 20, 0));
        var small = candidate(2, a, 50, 1, SMALL);
        var other = candidate(3, b, 10, 2, SMALL);

        var chosen = DispatchOrder.choose(List.of(small, large, other), Map.of(a, room(1, 9), b, room(0, 9)), 9);

        assertThat(chosen).containsExactly(other);
    }

    @Test
    void givesNothingToAProjectWithoutRoom() {
        var one = candidate(1, a, 50, 0, SMALL);

        assertThat(DispatchOrder.choose(List.of(one), Map.of(), 9)).isEmpty();
        assertThat(DispatchOrder.choose(List.of(one), Map.of(a, room(4, 0)), 9)).isEmpty();
        assertThat(DispatchOrder.choose(List.of(one), Map.of(a, room(5, -1)), 9))
                .as("a quota that was lowered below what runs")
                .isEmpty();
    }

    /** Plays the choice again, step by step, and says what is wrong with it. */
    private static List<String> violations(Schedule schedule, List<Candidate> chosen) {
        var wrong = new ArrayList<String>();
        var queues = new HashMap<TypeId, List<Candidate>>();
        schedule.candidates().stream().sorted(QUEUE).forEach(run -> queues.computeIfAbsent(
                        run.project(), p -> new ArrayList<>())
                .add(run));
        var left = new HashMap<>(schedule.rooms());
        for (var run : chosen) {
            var heads = heads(queues, left);
            if (!heads.contains(run)) {
                wrong.add(run.run() + " overtook in its project, or does not fit");
                return wrong;
            }
            heads.stream()
                    .filter(head -> head.priority() > run.priority())
                    .forEach(head -> wrong.add(head.run() + " has a higher priority than " + run.run()));
            heads.stream()
                    .filter(head -> head.priority() == run.priority())
                    .filter(head -> active(left, head) < active(left, run))
                    .forEach(head -> wrong.add(head.run() + " is of a project that has less than " + run.run()));
            queues.getOrDefault(run.project(), new ArrayList<>()).remove(0);
            left.computeIfPresent(run.project(), (project, room) -> after(room, run.demand()));
        }
        if (chosen.size() < schedule.most() && !heads(queues, left).isEmpty()) {
            wrong.add("left out " + heads(queues, left));
        }
        return wrong;
    }

    private static List<Candidate> heads(Map<TypeId, List<Candidate>> queues, Map<TypeId, Room> left) {
        return queues.values().stream()
                .filter(queue -> !queue.isEmpty())
                .map(queue -> queue.get(0))
                .filter(head -> left.containsKey(head.project()) && fits(left.get(head.project()), head.demand()))
                .toList();
    }

    private static boolean fits(Room room, Demand demand) {
        return room.places() >= 1
                && room.left().milliCpus() >= demand.milliCpus()
                && room.left().memoryBytes() >= demand.memoryBytes()
                && room.left().gpus() >= demand.gpus();
    }

    private static Room after(Room room, Demand demand) {
        var left = new Demand(
                room.left().milliCpus() - demand.milliCpus(),
                room.left().memoryBytes() - demand.memoryBytes(),
                room.left().gpus() - demand.gpus());
        return new Room(room.active() + 1, room.places() - 1, left);
    }

    private static int active(Map<TypeId, Room> left, Candidate run) {
        var room = left.get(run.project());
        return room == null ? 0 : room.active();
    }

    private static Schedule schedule(Random random) {
        var projects = IntStream.rangeClosed(1, 1 + random.nextInt(5))
                .mapToObj(DispatchOrderTest::project)
                .toList();
        var rooms = new HashMap<TypeId, Room>();
        for (var project : projects) {
            if (random.nextInt(10) > 0) {
                var left = new Demand(random.nextInt(8) * 1000L, random.nextInt(8) * 1024L, random.nextInt(3));
                rooms.put(project, new Room(random.nextInt(5), random.nextInt(6) - 1, left));
            }
        }
        var candidates = IntStream.range(0, random.nextInt(20))
                .mapToObj(i -> candidate(
                        i,
                        projects.get(random.nextInt(projects.size())),
                        random.nextInt(4) * 25,
                        random.nextInt(4),
                        new Demand(random.nextInt(4) * 1000L, random.nextInt(4) * 1024L, random.nextInt(2))))
                .toList();
        return new Schedule(candidates, rooms, random.nextInt(12));
    }

    private static Candidate candidate(int number, TypeId project, int priority, int second, Demand demand) {
        return new Candidate(id(Run.PREFIX, number), project, priority, START.plusSeconds(second), demand);
    }

    private static Room room(int active, int places) {
        return new Room(active, places, new Demand(16_000, 1L << 30, 0));
    }

    private static TypeId project(int number) {
        return id("prj", number);
    }

    private static TypeId id(String prefix, int number) {
        return TypeId.of(prefix, new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L + number));
    }
}
