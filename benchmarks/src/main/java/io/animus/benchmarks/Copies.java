package io.animus.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Makes many runs of one, with all rows that come with a run, in the database itself. Their ids sort before that of any
 * real run and in the order in which they are made. Not safe for several threads.
 */
final class Copies {
    private static final String ID = "'run_00' || lpad(n::text, 24, '0')";

    private static final String RUN =
            """
            insert into run (id, project_id, kind, spec, spec_digest, composition_digest, experiment, tags, requested_ref,
                rerun_of, created_at, created_by, milli_cpus, memory_bytes, gpus, timeout_seconds, priority, state, queued_at,
                cancel_requested_at, finished_at, version)
            select %ID%, project_id, kind, spec, spec_digest, composition_digest, experiment, tags, requested_ref,
                rerun_of, created_at, created_by, milli_cpus, memory_bytes, gpus, timeout_seconds, priority, %REST%
            from run, generate_series(%FROM%, %TO%) n where id = '%TEMPLATE%'""";

    private static final String INPUT =
            """
            insert into run_input (run_id, project_id, name, dataset_version_id)
            select %ID%, project_id, name, dataset_version_id
            from run_input, generate_series(%FROM%, %TO%) n where run_id = '%TEMPLATE%'""";

    private static final String TRANSITION =
            """
            insert into run_transition (run_id, number, at, state, queued_at, attempt)
            select %ID%, %REST%, queued_at, attempt
            from run_transition, generate_series(%FROM%, %TO%) n where run_id = '%TEMPLATE%' and number = 1""";

    private static final String EDGE =
            """
            insert into lineage_edge (project_id, from_id, relation, to_id)
            select project_id, %ID%, relation, to_id
            from lineage_edge, generate_series(%FROM%, %TO%) n where from_id = '%TEMPLATE%'""";

    private static final String EVENT =
            """
            insert into audit_event (id, leaf, at, project_id, action, resource_id, outcome)
            select lpad(to_hex(n), 32, '0')::uuid, leaf, at, project_id, action, %ID%, outcome
            from audit_event, generate_series(%FROM%, %TO%) n where resource_id = '%TEMPLATE%' and action = 'run.created'""";

    private static final String DISCLOSURE =
            """
            insert into audit_disclosure (event_id, actor, disclosures)
            select lpad(to_hex(n), 32, '0')::uuid, actor, disclosures
            from audit_disclosure, generate_series(%FROM%, %TO%) n where event_id =
                (select id from audit_event where resource_id = '%TEMPLATE%' and action = 'run.created')""";

    private static final String OUTBOX =
            """
            insert into outbox (id, project_id, type, subject, created_at)
            select 'evt_00' || lpad(n::text, 24, '0'), project_id, type, %ID%, created_at
            from outbox, generate_series(%FROM%, %TO%) n where subject = '%TEMPLATE%' and type = 'RunCreated'""";

    private final Connection owner;
    private final String template;
    private long made;

    Copies(Connection owner, String template) {
        this.owner = owner;
        this.template = template;
    }

    /** The id of copy number {@code n}, from 1. */
    static String id(long n) {
        return "run_00" + String.format(Locale.ROOT, "%024d", n);
    }

    /** Adds runs that wait for their turn. */
    void addQueued(long count) throws SQLException {
        add(RUN, "'queued', clock_timestamp(), null, null, 1", count);
        add(INPUT, "", count);
        add(TRANSITION, "1, at, state", count);
        made += count;
    }

    /** Adds runs that were created and canceled, with all that creation leaves in any table. */
    void addCanceled(long count) throws SQLException {
        add(RUN, "'canceled', queued_at, queued_at, queued_at, 3", count);
        add(INPUT, "", count);
        add(TRANSITION, "1, at, 'queued'", count);
        add(TRANSITION, "2, at, 'queued'", count);
        add(TRANSITION, "3, at, 'canceled'", count);
        add(EDGE, "", count);
        add(EVENT, "", count);
        add(DISCLOSURE, "", count);
        add(OUTBOX, "", count);
        made += count;
    }

    private void add(String sql, String rest, long count) throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.executeUpdate(sql.replace("%ID%", ID)
                    .replace("%REST%", rest)
                    .replace("%FROM%", Long.toString(made + 1))
                    .replace("%TO%", Long.toString(made + count))
                    .replace("%TEMPLATE%", template));
        }
    }
}
