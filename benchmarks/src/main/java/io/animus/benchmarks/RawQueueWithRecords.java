package io.animus.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A loop over the queue that leaves all rows that the scheduler leaves, and decides nothing: one statement for each step. */
record RawQueueWithRecords(Connection hub, int batch) {
    private static final String RECORD =
            """
            , event%1$s as (
                insert into audit_event (id, leaf, at, project_id, action, resource_id, outcome)
                select uuidv7(), leaf.leaf, now(), moved.project_id, '%2$s', moved.id, 'success'
                from moved, leaf returning id),
            disclosure%1$s as (
                insert into audit_disclosure (event_id, actor, disclosures)
                select id, 'system:hub', leaf.disclosures from event%1$s, leaf
                returning event_id)""";

    private static final String LEAF =
            """
            with leaf as (
                select leaf, disclosures from audit_event join audit_disclosure on event_id = id
                where action = 'run.created' limit 1)""";

    private static final String TRANSITION =
            """
            , transition as (
                insert into run_transition (run_id, number, at, state, queued_at, attempt)
                select id, version, now(), state, queued_at, attempts from moved returning number)""";

    private static final String OUTBOX =
            """
            , outbox as (
                insert into outbox (id, project_id, type, subject, created_at)
                select 'evt_0%1$s' || substr(id, 7), project_id, '%2$s', id, now() from moved returning id)""";

    private static final String MOVED = " returning id, project_id, version, state, queued_at, attempts)";

    private static final String CLAIM = LEAF
            + """
            , moved as (
                update run set state = 'dispatching', attempts = attempts + 1, version = version + 1
                where id in (select id from run where state = 'queued' and queued_at <= now()
                    order by priority desc, queued_at, id limit ? for update skip locked)"""
            + MOVED
            + """
            , attempts as (
                insert into attempt (id, run_id, number, executor, data_plane, created_at)
                select 'att_00' || substr(id, 7), id, attempts, 'raw', 'raw', now() from moved returning id)"""
            + TRANSITION
            + RECORD.formatted("2", "run.dispatched")
            + " select id from moved";

    private static final String CONFIRM = LEAF
            + """
            , moved as (
                update run set state = 'running', started_at = now(), version = version + 1 where id = any (?)"""
            + MOVED
            + """
            , start as (
                insert into attempt_start (attempt_id, started_at, node)
                select 'att_00' || substr(id, 7), now(), 'raw' from moved returning node)"""
            + TRANSITION
            + RECORD.formatted("3", "run.started")
            + OUTBOX.formatted("3", "RunStarted")
            + " select id from moved";

    private static final String COMPLETE = LEAF
            + """
            , moved as (
                update run set state = 'succeeded', exit_code = 0, finished_at = now(), version = version + 1
                where id = any (?)"""
            + MOVED
            + """
            , ending as (
                insert into attempt_end (attempt_id, outcome, exit_code, finished_at)
                select 'att_00' || substr(id, 7), 'succeeded', 0, now() from moved returning outcome),
            files (name, kind, mark) as (values ('model.bin', 'file', '0'), ('log.jsonl', 'log', '1')),
            artifacts as (
                insert into artifact (id, project_id, run_id, attempt, name, kind, media_type, digest, size, retention_class,
                    created_at)
                select 'art_0' || mark || substr(id, 7), project_id, id, attempts, name, kind, 'application/octet-stream',
                    'sha256:' || repeat('0', 64), 5, 'standard', now()
                from moved, files returning id),
            edges as (
                insert into lineage_edge (project_id, from_id, relation, to_id)
                select project_id, id, 'produced', 'art_0' || mark || substr(id, 7) from moved, files returning to_id)"""
            + TRANSITION
            + RECORD.formatted("4", "run.succeeded")
            + RECORD.formatted("5", "artifact.created")
            + RECORD.formatted("6", "artifact.created")
            + OUTBOX.formatted("4", "RunFinished")
            + " select id from moved";

    /** Takes every queued run and ends it; returns how many that were. */
    long drain() throws SQLException {
        var done = 0L;
        try (var claim = hub.prepareStatement(CLAIM);
                var confirm = hub.prepareStatement(CONFIRM);
                var complete = hub.prepareStatement(COMPLETE)) {
            while (true) {
                claim.setInt(1, batch);
                var ids = new ArrayList<String>();
                try (var rows = claim.executeQuery()) {
                    while (rows.next()) {
                        ids.add(rows.getString(1));
                    }
                }
                if (ids.isEmpty()) {
                    return done;
                }
                for (var step : List.of(confirm, complete)) {
                    step.setArray(1, hub.createArrayOf("text", ids.toArray()));
                    step.executeQuery().close();
                }
                done += ids.size();
            }
        }
    }
}
