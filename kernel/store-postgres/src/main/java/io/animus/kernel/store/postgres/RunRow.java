package io.animus.kernel.store.postgres;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.run.DispatchOrder.Demand;
import io.animus.kernel.domain.run.Run;
import io.animus.kernel.domain.run.RunKind;
import io.animus.kernel.domain.run.RunProgress;
import io.animus.kernel.domain.run.RunState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;

/** A row of table {@code run}, read without jOOQ. */
final class RunRow {
    /** In the order in which {@link #read} takes them. */
    static final String COLUMNS =
            "id, project_id, kind, spec, spec_digest, composition_digest, experiment, tags, requested_ref,"
                    + " rerun_of, created_at, created_by, priority, state, queued_at, attempts, cause, cause_detail, exit_code,"
                    + " cancel_requested_at, started_at, finished_at, version";

    /** In the order in which {@link #progress} takes them. */
    static final String PROGRESS = COLUMNS.substring(COLUMNS.indexOf("priority"));

    /** How many columns {@link #COLUMNS} are. */
    static final int WIDTH = 23;

    private RunRow() {}

    static Run read(ResultSet row) throws SQLException {
        var experiment = row.getString(7);
        var rerunOf = row.getString(10);
        return new Run(
                new TypeId(row.getString(1)),
                new TypeId(row.getString(2)),
                RunKind.of(row.getString(3)),
                row.getBytes(4),
                new Digest(row.getString(5)),
                new Digest(row.getString(6)),
                new Run.Labels(
                        experiment == null ? null : new Name(experiment),
                        Prepared.textsOf(row, 8),
                        row.getString(9),
                        rerunOf == null ? null : new TypeId(rerunOf)),
                new Made(Objects.requireNonNull(Prepared.instant(row, 11)), Principal.parse(row.getString(12))),
                progress(row, 13));
    }

    /** What the run needs, in the three columns behind. */
    static Demand demand(ResultSet row) throws SQLException {
        return new Demand(row.getLong(WIDTH + 1), row.getLong(WIDTH + 2), row.getInt(WIDTH + 3));
    }

    /** @param from the first of {@link #PROGRESS} */
    static RunProgress progress(ResultSet row, int from) throws SQLException {
        return new RunProgress(
                row.getInt(from),
                RunState.of(row.getString(from + 1)),
                Objects.requireNonNull(Prepared.instant(row, from + 2)),
                row.getInt(from + 3),
                RunRepository.failure(row.getString(from + 4), row.getString(from + 5)),
                row.getObject(from + 6, Integer.class),
                Prepared.instant(row, from + 7),
                Prepared.instant(row, from + 8),
                Prepared.instant(row, from + 9),
                row.getLong(from + 10));
    }
}
