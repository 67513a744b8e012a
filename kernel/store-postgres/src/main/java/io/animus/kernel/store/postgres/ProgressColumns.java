package io.animus.kernel.store.postgres;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.Failure;
import io.animus.kernel.domain.run.RunProgress;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How runs go, column by column, so that a statement reads the same for one run and for fifty. */
final class ProgressColumns {
    private ProgressColumns() {}

    /** The columns in the order in which {@link RunRepository#advance} names them, and the moment last. */
    static Object[] of(Map<TypeId, RunProgress> next, Instant now) {
        var rows = next.values();
        return new Object[] {
            Column.texts(next.keySet(), TypeId::value),
            Column.texts(rows, row -> row.state().word()),
            Column.times(rows, RunProgress::queuedAt),
            Column.integers(rows, RunProgress::attempts),
            Column.texts(rows, failure(failure -> failure.errorClass().word())),
            Column.texts(rows, failure(failure -> failure.cause().name())),
            Column.texts(rows, failure(Failure::detail)),
            Column.integers(rows, RunProgress::exitCode),
            Column.times(rows, RunProgress::cancelRequested),
            Column.times(rows, RunProgress::started),
            Column.times(rows, RunProgress::finished),
            Column.longs(rows, RunProgress::version),
            now
        };
    }

    private static Function<RunProgress, @Nullable String> failure(Function<Failure, String> word) {
        return row -> {
            var failure = row.failure();
            return failure == null ? null : word.apply(failure);
        };
    }
}
