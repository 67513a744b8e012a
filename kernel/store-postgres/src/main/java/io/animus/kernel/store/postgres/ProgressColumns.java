package io.animus.kernel.store.postgres;

import static org.jooq.impl.DSL.val;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.run.RunProgress;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jooq.QueryPart;
import org.jspecify.annotations.Nullable;

/** How runs go, column by column, so that a statement reads the same for one run and for fifty. */
final class ProgressColumns {
    private final Map<TypeId, RunProgress> rows;

    private ProgressColumns(Map<TypeId, RunProgress> rows) {
        this.rows = rows;
    }

    /** The columns in the order in which {@link RunRepository#advance} names them, and the moment last. */
    static QueryPart[] of(Map<TypeId, RunProgress> rows, Instant now) {
        var all = new ProgressColumns(rows);
        return new QueryPart[] {
            val(rows.keySet().stream().map(TypeId::value).toArray(String[]::new)),
            all.column(String[]::new, row -> row.state().word()),
            all.column(Instant[]::new, RunProgress::queuedAt),
            all.column(Integer[]::new, RunProgress::attempts),
            all.column(
                    String[]::new,
                    row -> row.failure() == null
                            ? null
                            : row.failure().errorClass().word()),
            all.column(
                    String[]::new,
                    row -> row.failure() == null ? null : row.failure().cause().name()),
            all.column(
                    String[]::new,
                    row -> row.failure() == null ? null : row.failure().detail()),
            all.column(Integer[]::new, RunProgress::exitCode),
            all.column(Instant[]::new, RunProgress::cancelRequested),
            all.column(Instant[]::new, RunProgress::started),
            all.column(Instant[]::new, RunProgress::finished),
            all.column(Long[]::new, RunProgress::version),
            val(now)
        };
    }

    private <T> QueryPart column(IntFunction<T[]> array, Function<RunProgress, @Nullable T> value) {
        return Column.of(rows.values(), array, value);
    }
}
