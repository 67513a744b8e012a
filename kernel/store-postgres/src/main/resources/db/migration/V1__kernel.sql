-- The truth of the hub. Runs as the owner of the tables; the role that the hub works with gets its grants at the end and owns
-- nothing. Ids are TypeIDs, which sort by time of making, so a list "newest first" reads an index backwards.

-- Without counted repetitions such as {25} and without alternatives, which cost ten times the rest of an insert.
create domain id as text collate "C" check (value ~ '^[a-z][a-z_]*_[0-7][0-9a-hjkmnp-tv-z]*$'
    and octet_length(value) <= 89 and substr(value, octet_length(value) - 26, 1) = '_');
create domain name as text collate "C" check (value ~ '^[a-z0-9][a-z0-9-]{0,62}$');
create domain digest as text collate "C" check (value ~ '^sha256:[0-9a-f]*$' and octet_length(value) = 71);
-- kind:id, for example serviceAccount:sa_01jd…
create domain principal as text collate "C" check (strpos(value, ':') > 0
    and split_part(value, ':', 1) in ('user', 'group', 'serviceAccount', 'system', 'anonymous')
    and length(value) - strpos(value, ':') between 1 and 255);

-- Who may enter ------------------------------------------------------------------------------------------------------

create table service_account (
    id id primary key,
    name name not null unique,
    description text,
    system_roles text[] not null,
    created_at timestamptz not null,
    created_by principal not null
);

create table api_key (
    id id primary key,
    service_account_id id not null references service_account,
    description text,
    secret_hash bytea not null unique check (length(secret_hash) = 32),
    created_at timestamptz not null,
    created_by principal not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    version bigint not null default 1
);
create index api_key_of_service_account on api_key (service_account_id, id);

-- Projects -----------------------------------------------------------------------------------------------------------

create table project (
    id id primary key,
    name name not null unique,
    title text,
    description text,
    labels json not null,
    quota json not null,
    -- Copied out of the quota, for the scheduler.
    concurrent_runs integer not null check (concurrent_runs >= 0),
    network_classes text[] not null,
    -- By port, as technology.instance; a port that is not there is served by whichever plugin serves the address.
    plugins json not null,
    status text not null check (status in ('active', 'archived')),
    created_at timestamptz not null,
    created_by principal not null,
    updated_at timestamptz not null,
    version bigint not null default 1
);

create table role_binding (
    id id primary key,
    project_id id not null references project,
    subject principal not null,
    role text not null check (role in ('viewer', 'developer', 'maintainer', 'approver', 'owner', 'auditor')),
    -- The dataset or model that it is about; null for the whole project.
    object_id id check (object_id ~ '^(ds|mdl)_'),
    created_at timestamptz not null,
    created_by principal not null,
    unique nulls not distinct (project_id, subject, role, object_id),
    check (object_id is null or role not in ('owner', 'auditor'))
);
create index role_binding_of_subject on role_binding (subject, project_id);

-- Data ---------------------------------------------------------------------------------------------------------------

create table dataset (
    id id primary key,
    project_id id not null references project,
    name name not null,
    description text,
    tags text[] not null,
    -- Restricted: of the roles in the project only owner and auditor count.
    access text not null default 'project' check (access in ('project', 'restricted')),
    created_at timestamptz not null,
    created_by principal not null,
    version bigint not null default 1,
    unique (project_id, name),
    unique (project_id, id)
);
create index dataset_restricted on dataset (project_id) where access = 'restricted';

create table dataset_version (
    id id primary key,
    project_id id not null,
    dataset_id id not null,
    number integer not null check (number >= 1),
    digest digest not null,
    size bigint not null check (size >= 0),
    media_type text not null,
    source_uri text,
    columns json not null,
    statistics json,
    lineage_parents text[] not null,
    retention_class name not null,
    created_at timestamptz not null,
    created_by principal not null,
    foreign key (project_id, dataset_id) references dataset (project_id, id),
    unique (dataset_id, number),
    unique (dataset_id, digest),
    unique (project_id, id)
);
create index dataset_version_of_dataset on dataset_version (dataset_id, id);

create table upload (
    id id primary key,
    project_id id not null,
    dataset_id id not null,
    digest digest not null,
    size bigint not null check (size >= 1),
    -- Everything else that the version will say, as it was declared.
    declaration json not null,
    dataset_version_id id references dataset_version,
    expires_at timestamptz not null,
    -- When it went on record that nothing became of it; some time after expires_at.
    expired_at timestamptz,
    created_at timestamptz not null,
    created_by principal not null,
    foreign key (project_id, dataset_id) references dataset (project_id, id),
    check (dataset_version_id is null or expired_at is null)
);
create index upload_undecided on upload (expires_at, id) where dataset_version_id is null and expired_at is null;

-- Environments -------------------------------------------------------------------------------------------------------

create table environment (
    id id primary key,
    project_id id not null references project,
    name name not null,
    description text,
    created_at timestamptz not null,
    created_by principal not null,
    unique (project_id, name),
    unique (project_id, id)
);

create table environment_version (
    id id primary key,
    project_id id not null,
    environment_id id not null,
    number integer not null check (number >= 1),
    -- Base images, resource defaults and limits, accelerators, network class, secret classes.
    definition json not null,
    created_at timestamptz not null,
    created_by principal not null,
    foreign key (project_id, environment_id) references environment (project_id, id),
    unique (environment_id, number),
    unique (project_id, id)
);
create index environment_version_of_environment on environment_version (environment_id, id);

create table environment_lock (
    id id primary key,
    project_id id not null,
    environment_id id not null,
    environment_version_id id not null,
    -- Images with digests, dependency locks, SBOM.
    content json not null,
    digest digest not null,
    created_at timestamptz not null,
    created_by principal not null,
    foreign key (project_id, environment_version_id) references environment_version (project_id, id),
    unique (project_id, id)
);
create index environment_lock_of_project on environment_lock (project_id, id);

-- Code ---------------------------------------------------------------------------------------------------------------

-- A commit that an SCM host has confirmed to exist. Commits don't change, so the answer holds for ever.
create table code_ref (
    project_id id not null references project,
    repository text not null,
    commit_sha text not null check (commit_sha ~ '^([0-9a-f]{40}|[0-9a-f]{64})$'),
    confirmed_at timestamptz not null,
    primary key (project_id, commit_sha, repository)
);

-- The archive of a commit's tree in the object store. The same commit gives the same archive.
create table source_archive (
    project_id id not null,
    repository text not null,
    commit_sha text not null,
    digest digest not null,
    size bigint not null,
    stored_at timestamptz not null,
    primary key (project_id, commit_sha, repository),
    foreign key (project_id, commit_sha, repository) references code_ref
);

-- What was installed, as far as a run, a decision or an event refers to it. A run has no reference to it that is checked: the
-- hub writes the row with the first event of a composition, and a check would cost each run one more look-up.
create table composition (
    digest digest primary key,
    content json not null,
    recorded_at timestamptz not null,
    check (digest = 'sha256:' || encode(sha256(convert_to(content::text, 'UTF8')), 'hex'))
);

-- Runs ---------------------------------------------------------------------------------------------------------------

create table run (
    id id primary key,
    project_id id not null references project,
    kind text not null check (kind in ('development', 'production')),
    spec bytea not null,
    spec_digest digest not null,
    composition_digest digest not null,
    experiment name,
    tags text[] not null,
    requested_ref text,
    rerun_of id references run,
    created_at timestamptz not null,
    created_by principal not null,
    -- Copied out of the spec, for the scheduler.
    milli_cpus bigint not null,
    memory_bytes bigint not null,
    gpus integer not null,
    timeout_seconds integer not null,
    -- From here on: what changes.
    priority integer not null check (priority between 0 and 100),
    state text not null check (state in ('queued', 'dispatching', 'running', 'succeeded', 'failed', 'canceled', 'unknown', 'reconciling')),
    -- Not before this moment: in the future while an attempt after a failure isn't due yet.
    queued_at timestamptz not null,
    attempts integer not null default 0,
    error_class text,
    cause text,
    cause_detail text,
    exit_code integer,
    cancel_requested_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    version bigint not null default 1,
    unique (project_id, id)
) with (fillfactor = 85);
create index run_queue on run (project_id, priority desc, queued_at, id) where state = 'queued';
create index run_active on run (project_id) where state in ('dispatching', 'running', 'unknown', 'reconciling');
create index run_by_state on run (project_id, state, id);

create table run_input (
    run_id id not null,
    project_id id not null,
    name name not null,
    dataset_version_id id not null,
    primary key (run_id, name),
    foreign key (project_id, run_id) references run (project_id, id),
    foreign key (project_id, dataset_version_id) references dataset_version (project_id, id)
);
create index run_input_of_dataset_version on run_input (dataset_version_id);

-- One row for every state a run was ever in: what streams of run events are read from.
create table run_transition (
    run_id id not null references run,
    number integer not null check (number >= 1),
    at timestamptz not null,
    state text not null,
    queued_at timestamptz not null,
    attempt integer not null,
    exit_code integer,
    cause text,
    cause_detail text,
    primary key (run_id, number)
);

create table attempt (
    id id primary key,
    run_id id not null references run,
    number integer not null check (number >= 1),
    executor text not null,
    -- Where its job may be: an executor of another one can't tell what became of it.
    data_plane text not null,
    created_at timestamptz not null,
    unique (run_id, number)
);

-- What became of an attempt; written once.
create table attempt_start (
    attempt_id id primary key references attempt,
    started_at timestamptz not null,
    node text not null
);

create table attempt_end (
    attempt_id id primary key references attempt,
    outcome text not null check (outcome in ('succeeded', 'failed', 'canceled')),
    exit_code integer,
    error_class text,
    cause text,
    cause_detail text,
    finished_at timestamptz not null
);

create table artifact (
    id id primary key,
    project_id id not null,
    run_id id not null,
    attempt integer not null,
    name text not null,
    kind text not null check (kind in ('file', 'log', 'metrics', 'model', 'report')),
    media_type text not null,
    digest digest not null,
    size bigint not null check (size >= 0),
    retention_class name not null,
    created_at timestamptz not null,
    foreign key (project_id, run_id) references run (project_id, id),
    unique (run_id, attempt, name),
    unique (project_id, id)
);
create index artifact_of_run on artifact (run_id, id);

-- Models -------------------------------------------------------------------------------------------------------------

create table model (
    id id primary key,
    project_id id not null references project,
    name name not null,
    description text,
    tags text[] not null,
    created_at timestamptz not null,
    created_by principal not null,
    unique (project_id, name),
    unique (project_id, id)
);

create table model_version (
    id id primary key,
    project_id id not null,
    model_id id not null,
    number integer not null check (number >= 1),
    run_id id not null,
    model_card text not null,
    created_at timestamptz not null,
    created_by principal not null,
    foreign key (project_id, model_id) references model (project_id, id),
    foreign key (project_id, run_id) references run (project_id, id),
    unique (model_id, number),
    unique (project_id, id)
);
create index model_version_of_model on model_version (model_id, id);

create table model_version_artifact (
    model_version_id id not null,
    project_id id not null,
    artifact_id id not null,
    position integer not null,
    primary key (model_version_id, artifact_id),
    foreign key (project_id, model_version_id) references model_version (project_id, id),
    foreign key (project_id, artifact_id) references artifact (project_id, id)
);

-- The stage of a model version is that of its last change; draft where there is none.
create table stage_change (
    model_version_id id not null references model_version,
    number integer not null check (number between 1 and 3),
    from_stage text not null,
    to_stage text not null,
    changed_at timestamptz not null,
    changed_by principal not null,
    reason text,
    audit_event_id id not null,
    primary key (model_version_id, number),
    check ((from_stage, to_stage) in (('draft', 'validated'), ('validated', 'approved'), ('approved', 'deprecated'),
        ('draft', 'deprecated'), ('validated', 'deprecated')))
);

create table lineage_edge (
    project_id id not null references project,
    from_id text collate "C" not null,
    relation text not null check (relation in ('derived_from', 'trained_on', 'produced', 'built_from', 'version_of')),
    to_id text collate "C" not null,
    primary key (project_id, from_id, relation, to_id)
);
create index lineage_edge_to on lineage_edge (project_id, to_id);

-- The ids of restricted datasets and of what shows what they hold: each with the dataset that it takes a role on to see it.
create view guarded as
    select dataset.id, dataset.id as dataset_id from dataset where dataset.access = 'restricted'
    union all
    select version.id, dataset.id
        from dataset_version version join dataset on dataset.id = version.dataset_id
        where dataset.access = 'restricted'
    union all
    select input.run_id, dataset.id
        from run_input input join dataset_version version on version.id = input.dataset_version_id
        join dataset on dataset.id = version.dataset_id
        where dataset.access = 'restricted'
    union all
    select artifact.id, dataset.id
        from artifact join run_input input on input.run_id = artifact.run_id
        join dataset_version version on version.id = input.dataset_version_id
        join dataset on dataset.id = version.dataset_id
        where dataset.access = 'restricted'
    union all
    select made.id, dataset.id
        from model_version made join run_input input on input.run_id = made.run_id
        join dataset_version version on version.id = input.dataset_version_id
        join dataset on dataset.id = version.dataset_id
        where dataset.access = 'restricted';

-- Machinery ----------------------------------------------------------------------------------------------------------

create table idempotency_key (
    scope text collate "C" not null,
    key text collate "C" not null,
    request_digest digest not null,
    status integer not null,
    body bytea not null,
    location text,
    created_at timestamptz not null,
    primary key (scope, key)
);
create index idempotency_key_by_age on idempotency_key (created_at);

create table outbox (
    id id primary key,
    tx xid8 not null default pg_current_xact_id(),
    project_id id,
    type text not null,
    subject text not null,
    created_at timestamptz not null
);
create index outbox_order on outbox (tx, id);

create table leader (
    role text primary key,
    epoch bigint not null,
    node text not null,
    since timestamptz not null
);

-- Audit: see docs/audit. The tree over these rows is built by the sequencer. Ids of events are here without their prefix,
-- as the uuid that a TypeID spells: of every event they are stored three times, and in five indexes.
create table audit_event (
    id uuid primary key,
    tx xid8 not null default pg_current_xact_id(),
    leaf bytea not null check (length(leaf) <= 16384),
    -- Derived from the leaf, for reading by filter.
    at timestamptz not null,
    project_id id,
    action text not null,
    resource_id text,
    outcome text not null
);
-- The sequencer reads whole transactions.
create index audit_event_order on audit_event (tx);
create index audit_event_of_project on audit_event (project_id, id) where project_id is not null;
create index audit_event_of_resource on audit_event (hashtext(resource_id), id) where resource_id is not null;

-- Salts and values behind the hashes in a leaf. Retention may erase a row; the leaf stays provable. No reference to
-- audit_event: one statement writes both, neither is ever deleted, and checking it costs more than writing the row.
create table audit_disclosure (
    event_id uuid primary key,
    -- For looking up events by whoever acted; null once that was erased.
    actor principal,
    -- An array of [salt, path, value]. What is handed out is a third longer: docs/audit/leaf.md.
    disclosures json not null,
    -- Details that are too large for the leaf's limit, as an array; of most events there are none.
    detached json
);
create index audit_disclosure_of_actor on audit_disclosure (hashtext(actor), event_id);

-- Locks on the door --------------------------------------------------------------------------------------------------

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is immutable: % refused', tg_table_name, tg_op using errcode = 'AN001';
end $$;

do $$
declare
    immutable text;
begin
    foreach immutable in array array['dataset_version', 'environment_version', 'environment_lock', 'code_ref', 'source_archive', 'run_input',
        'run_transition', 'attempt', 'attempt_start', 'attempt_end', 'artifact', 'model_version', 'model_version_artifact',
        'stage_change', 'lineage_edge', 'composition', 'audit_event'] loop
        execute format('create trigger immutable before update or delete or truncate on %I '
            'for each statement execute function refuse_change()', immutable);
    end loop;
end $$;

-- Values are erased, never replaced, and not without an event that says so in the same transaction. What the events of hub
-- processes and of the log itself say is needed to judge the log, and stays.
create function refuse_more_than_erasure() returns trigger language plpgsql as $$
begin
    if new.event_id <> old.event_id or (new.actor is not null and new.actor is distinct from old.actor)
        or exists (select value::text from json_array_elements(new.disclosures)
            except all select value::text from json_array_elements(old.disclosures))
        or exists (select value::text from json_array_elements(new.detached)
            except all select value::text from json_array_elements(old.detached))
        or exists (select from audit_event where id = old.event_id and action ~ '^(node|log)\.') then
        raise exception 'values of % may only be erased', old.event_id using errcode = 'AN007';
    end if;
    return new;
end $$;
create trigger only_less before update on audit_disclosure for each row execute function refuse_more_than_erasure();
create trigger kept before delete or truncate on audit_disclosure for each statement execute function refuse_change();

create function refuse_unrecorded_erasure() returns trigger language plpgsql as $$
begin
    if not exists (select from audit_event where tx = pg_current_xact_id() and action = 'audit.erased') then
        raise exception 'an erasure without an event that records it' using errcode = 'AN007';
    end if;
    return null;
end $$;
create constraint trigger on_record after update on audit_disclosure deferrable initially deferred
    for each row execute function refuse_unrecorded_erasure();

-- A run's frozen part never changes, and a final state is final.
create trigger frozen before update of id, project_id, kind, spec, spec_digest, composition_digest, experiment, tags,
    requested_ref, rerun_of, created_at, created_by, milli_cpus,
    memory_bytes, gpus, timeout_seconds on run for each statement execute function refuse_change();
create trigger kept before delete or truncate on run for each statement execute function refuse_change();

create function refuse_leaving_final_state() returns trigger language plpgsql as $$
begin
    raise exception 'run % is %: a final state never changes', old.id, old.state using errcode = 'AN002';
end $$;
create trigger final before update on run for each row
    when (old.state in ('succeeded', 'failed', 'canceled')) execute function refuse_leaving_final_state();

-- Grants of the role that the hub works with -------------------------------------------------------------------------

grant usage on schema public to ${runtimeRole};
grant select, insert on all tables in schema public to ${runtimeRole};
grant update (last_used_at, revoked_at, version) on api_key to ${runtimeRole};
grant update (title, description, labels, quota, concurrent_runs, network_classes, plugins, status, updated_at, version)
    on project to ${runtimeRole};
grant delete on role_binding to ${runtimeRole};
grant update (access, version) on dataset to ${runtimeRole};
grant update (dataset_version_id, expired_at) on upload to ${runtimeRole};
grant update (priority, state, queued_at, attempts, error_class, cause, cause_detail, exit_code,
    cancel_requested_at, started_at, finished_at, version) on run to ${runtimeRole};
grant update (actor, disclosures, detached) on audit_disclosure to ${runtimeRole};
grant delete on idempotency_key, outbox to ${runtimeRole};
grant update (epoch, node, since) on leader to ${runtimeRole};
