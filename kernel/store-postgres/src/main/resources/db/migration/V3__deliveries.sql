-- What leaves the hub: the audit log to sinks, domain events to webhooks. Cursors and states are moved by one leader at a time.

-- One row for each sink that was ever configured.
create table audit_sink (
    id id primary key,
    name text collate "C" not null unique check (name ~ '^[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62}$'),
    -- Empty: all of them.
    projects text[] not null,
    actions text[] not null,
    -- The highest leaf index up to which all is settled: delivered, refused for good or left out by the filter.
    cursor bigint not null default -1 check (cursor >= -1),
    -- Where a sink without acknowledgements starts again after a failure.
    rewind bigint not null default -1 check (rewind >= -1),
    state text not null check (state in ('running', 'waiting', 'held')),
    reason text,
    state_since timestamptz not null,
    delivered_at timestamptz,
    created_at timestamptz not null,
    version bigint not null default 1
) with (fillfactor = 50);

create table audit_dead_letter (
    sink_id id not null references audit_sink,
    leaf_index bigint not null check (leaf_index >= 0),
    reason text not null,
    refused_at timestamptz not null,
    -- Set while somebody wants it sent again.
    replay_wanted_at timestamptz,
    replays integer not null default 0,
    -- Why the last replay was refused, if it was.
    replay_reason text,
    replayed_at timestamptz,
    primary key (sink_id, leaf_index)
);
create index audit_dead_letter_wanted on audit_dead_letter (sink_id, leaf_index) where replay_wanted_at is not null;
create index audit_dead_letter_open on audit_dead_letter (sink_id) where replayed_at is null;

create table webhook_subscription (
    id id primary key,
    project_id id not null references project,
    url text not null check (length(url) <= 2000),
    events text[] not null check (cardinality(events) >= 1),
    -- The name of a secret, never the secret.
    secret text,
    description text,
    status text not null check (status in ('active', 'paused', 'deleted')),
    paused_reason text,
    created_at timestamptz not null,
    created_by principal not null,
    updated_at timestamptz not null,
    version bigint not null default 1,
    -- How often in a row its receiver did not take anything, and until when it is left alone.
    failures integer not null default 0,
    rests_until timestamptz,
    unique (project_id, id)
) with (fillfactor = 70);

create table delivery (
    id id primary key,
    project_id id not null,
    subscription_id id not null,
    event_id id not null,
    type text not null,
    subject text not null,
    occurred_at timestamptz not null,
    created_at timestamptz not null,
    -- From here on: what changes.
    state text not null check (state in ('pending', 'delivered', 'dead')),
    attempts integer not null default 0,
    -- Since it was made or replayed: what the wait depends on.
    tries integer not null default 0,
    due_at timestamptz not null,
    finished_at timestamptz,
    foreign key (project_id, subscription_id) references webhook_subscription (project_id, id),
    unique (subscription_id, event_id)
) with (fillfactor = 70);
create index delivery_of_subscription on delivery (subscription_id, id);
create index delivery_due on delivery (subscription_id, due_at, id) where state = 'pending';
create index delivery_dead on delivery (subscription_id, id) where state = 'dead';

create table delivery_attempt (
    delivery_id id not null references delivery on delete cascade,
    number integer not null check (number between 1 and 100),
    started_at timestamptz not null,
    milliseconds bigint not null check (milliseconds >= 0),
    outcome text not null check (outcome in ('delivered', 'postponed', 'refused')),
    -- 0: there was no answer.
    status integer not null,
    reason text,
    primary key (delivery_id, number)
);

create trigger immutable before update or truncate on delivery_attempt
    for each statement execute function refuse_change();
-- Attempts go when retention takes their delivery, and not otherwise.
create trigger kept before delete on delivery_attempt for each statement when (pg_trigger_depth() = 0)
    execute function refuse_change();
create trigger frozen before update of sink_id, leaf_index, reason, refused_at on audit_dead_letter
    for each statement execute function refuse_change();
create trigger kept before delete or truncate on audit_dead_letter for each statement execute function refuse_change();
create trigger frozen before update of id, name, created_at on audit_sink for each statement execute function refuse_change();
create trigger kept before delete or truncate on audit_sink for each statement execute function refuse_change();
create trigger frozen before update of id, project_id, subscription_id, event_id, type, subject, occurred_at, created_at
    on delivery for each statement execute function refuse_change();
create trigger kept before delete on delivery for each row when (old.state = 'pending') execute function refuse_change();
create trigger kept_all before truncate on delivery for each statement execute function refuse_change();
create trigger frozen before update of id, project_id, created_at, created_by on webhook_subscription
    for each statement execute function refuse_change();
create trigger kept before delete or truncate on webhook_subscription for each statement execute function refuse_change();

create function refuse_cursor_going_back() returns trigger language plpgsql as $$
begin
    raise exception 'the cursor of % never goes back', old.name using errcode = 'AN004';
end $$;
create trigger only_forward before update on audit_sink for each row when (new.cursor < old.cursor)
    execute function refuse_cursor_going_back();

grant select, insert on audit_sink, audit_dead_letter, webhook_subscription, delivery, delivery_attempt to ${runtimeRole};
grant update (projects, actions, cursor, rewind, state, reason, state_since, delivered_at, version) on audit_sink to ${runtimeRole};
grant update (replay_wanted_at, replays, replay_reason, replayed_at) on audit_dead_letter to ${runtimeRole};
grant update (url, events, secret, description, status, paused_reason, updated_at, version, failures, rests_until)
    on webhook_subscription to ${runtimeRole};
grant update (state, attempts, tries, due_at, finished_at) on delivery to ${runtimeRole};
grant delete on delivery to ${runtimeRole};
