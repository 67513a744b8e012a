package io.animus.kernel.store.postgres;

import static io.animus.kernel.store.postgres.generated.Tables.RUN;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.run.FailureCause;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunState;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** A run with values that a filter may stumble over; most of them come more than once. */
record SampleRun(
        TypeId id,
        TypeId project,
        RunState state,
        RunKind kind,
        @Nullable FailureCause cause,
        @Nullable Integer exitCode,
        int attempts,
        int priority,
        @Nullable String experiment,
        List<String> tags,
        @Nullable String requestedRef,
        String maker,
        Instant created,
        @Nullable Instant started,
        @Nullable Instant finished) {
    static final List<String> TEXTS = List.of(
            "a",
            "A",
            "b",
            "ab",
            "a'b",
            "a%",
            "a_",
            "\\",
            "é",
            "\uFFFD",
            "😀",
            "😀é",
            "",
            " ",
            "null",
            "' or '1'='1",
            "--",
            "{0}",
            "?");
    static final List<String> NAMES = List.of("a", "ab", "a-b", "b", "0");
    static final Instant START = Instant.parse("2026-01-01T00:00:00.000001Z");

    static SampleRun random(Random random, TypeId project, int place) {
        return new SampleRun(
                new TypeId("run_0" + project.value().substring(5, 15) + "%015d".formatted(place)),
                project,
                one(random, List.of(RunState.values())),
                one(random, List.of(RunKind.values())),
                orNull(random, one(random, List.of(FailureCause.values()))),
                orNull(random, random.nextInt(5) - 2),
                random.nextInt(4),
                random.nextInt(101),
                orNull(random, one(random, NAMES)),
                random.ints(random.nextInt(3), 0, TEXTS.size())
                        .mapToObj(TEXTS::get)
                        .toList(),
                orNull(random, one(random, TEXTS)),
                one(random, TEXTS) + "x",
                moment(random),
                orNull(random, moment(random)),
                orNull(random, moment(random)));
    }

    static Instant moment(Random random) {
        return START.plusNanos(1000L * random.nextInt(20));
    }

    static <T> T one(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static <T> @Nullable T orNull(Random random, T value) {
        return random.nextInt(4) == 0 ? null : value;
    }

    void insert(DSLContext sql) {
        var digest = new Digest("sha256:" + "0".repeat(64));
        sql.insertInto(RUN)
                .set(RUN.ID, id)
                .set(RUN.PROJECT_ID, project)
                .set(RUN.KIND, kind.word())
                .set(RUN.SPEC, new byte[0])
                .set(RUN.SPEC_DIGEST, digest)
                .set(RUN.COMPOSITION_DIGEST, digest)
                .set(RUN.EXPERIMENT, experiment == null ? null : new Name(experiment))
                .set(RUN.TAGS, tags.toArray(String[]::new))
                .set(RUN.REQUESTED_REF, requestedRef)
                .set(RUN.CREATED_AT, created)
                .set(RUN.CREATED_BY, new Principal(Principal.Kind.USER, maker))
                .set(RUN.MILLI_CPUS, 1L)
                .set(RUN.MEMORY_BYTES, 1L)
                .set(RUN.GPUS, 0)
                .set(RUN.TIMEOUT_SECONDS, 1)
                .set(RUN.PRIORITY, priority)
                .set(RUN.STATE, state.word())
                .set(RUN.QUEUED_AT, created)
                .set(RUN.ATTEMPTS, attempts)
                .set(RUN.ERROR_CLASS, cause == null ? null : cause.errorClass().word())
                .set(RUN.CAUSE, cause == null ? null : cause.name())
                .set(RUN.EXIT_CODE, exitCode)
                .set(RUN.STARTED_AT, started)
                .set(RUN.FINISHED_AT, finished)
                .execute();
    }

    /** What the field of a list with this name holds: a text, a whole number, a moment, texts, or nothing. */
    @Nullable Object value(String field) {
        return switch (field) {
            case "state" -> state.word();
            case "kind" -> kind.word();
            case "errorClass" -> cause == null ? null : cause.errorClass().word();
            case "cause" -> cause == null ? null : cause.name();
            case "exitCode" -> exitCode == null ? null : exitCode.longValue();
            case "attempts" -> (long) attempts;
            case "priority" -> (long) priority;
            case "experiment" -> experiment;
            case "tags" -> tags;
            case "requestedRef" -> requestedRef;
            case "rerunOf" -> null;
            case "createdBy.id" -> maker;
            case "createdAt" -> created;
            case "startedAt" -> started;
            case "finishedAt" -> finished;
            default -> throw new AssertionError(field);
        };
    }
}
