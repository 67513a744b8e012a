-- The Merkle log over audit_event: docs/audit/format.md. Written by the sequencer alone, of which one works at a time.

-- One row. Who moves the log says with which epoch it leads; a leader that woke up late has an older one and moves nothing.
create table audit_log (
    only_one boolean primary key default true check (only_one),
    hub_id id not null,
    origin text not null,
    -- Transaction ids mean something in one database system only, so the cursor does too.
    system_identifier bigint not null,
    -- Whether the log came here from another database system: then events before the cursor may have greater ids.
    rebased boolean not null default false,
    epoch bigint not null default 0,
    size bigint not null default 0 check (size >= 0),
    frontier bytea not null default '' check (length(frontier) % 32 = 0),
    -- The last transaction whose events are in the log.
    cursor_tx xid8 not null default '0'
);

-- The sequencer copies the id out of audit_event; to check a reference again costs as much as the rest.
create table audit_leaf (
    leaf_index bigint primary key check (leaf_index >= 0),
    event_id uuid not null unique,
    hash bytea not null check (length(hash) = 32)
);

-- Hashes of whole subtrees of 256^level leaves. 256 in a row, here or in audit_leaf, are a tile.
create table audit_subtree (
    level smallint not null check (level between 1 and 7),
    position bigint not null check (position >= 0),
    hash bytea not null check (length(hash) = 32),
    primary key (level, position)
);

create table audit_checkpoint (
    size bigint primary key check (size >= 0),
    root bytea not null check (length(root) = 32),
    -- The signed note, without what witnesses added.
    note text not null,
    signed_at timestamptz not null
);
create index audit_checkpoint_by_time on audit_checkpoint (signed_at);

create table audit_cosignature (
    size bigint not null references audit_checkpoint,
    line text not null,
    witness text not null,
    cosigned_at timestamptz not null,
    imported_at timestamptz not null,
    primary key (size, line)
);

-- Public keys alone. The last one signs, from the first checkpoint on that covers the event of its rotation.
create table audit_key (
    number integer primary key check (number >= 1),
    vkey text not null unique,
    -- Of the rotation; no reference, because events are written last in their transaction.
    event_id id,
    made_at timestamptz not null,
    check ((number = 1) = (event_id is null))
);

-- The lives of hub processes. Each numbers its events from 1; who finds one silent closes it: docs/audit/format.md, 7.
create table audit_node (
    node text collate "C" primary key,
    -- Events with a number above settled have greater ids than this.
    after_id id not null,
    settled bigint not null default 0,
    heartbeat_seconds integer not null check (heartbeat_seconds > 0),
    started_at timestamptz not null,
    seen_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);
create index audit_node_open on audit_node (node) where ended_at is null;

do $$
declare
    immutable text;
begin
    foreach immutable in array array['audit_leaf', 'audit_subtree', 'audit_checkpoint', 'audit_cosignature', 'audit_key'] loop
        execute format('create trigger immutable before update or delete or truncate on %I '
            'for each statement execute function refuse_change()', immutable);
    end loop;
end $$;

create function refuse_going_back() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log only grows, under the leader''s epoch' using errcode = 'AN003';
end $$;
create trigger only_forward before update on audit_log for each row
    when (new.size < old.size or new.epoch < old.epoch or new.hub_id <> old.hub_id or new.origin <> old.origin
        or (new.size = old.size and new.frontier <> old.frontier))
    execute function refuse_going_back();
create trigger kept before delete or truncate on audit_log for each statement execute function refuse_change();

create function refuse_living_again() returns trigger language plpgsql as $$
begin
    raise exception 'node % has ended', old.node using errcode = 'AN004';
end $$;
create trigger over before update on audit_node for each row when (old.ended_at is not null)
    execute function refuse_living_again();
create trigger kept before delete or truncate on audit_node for each statement execute function refuse_change();

grant select, insert on audit_node, audit_log, audit_leaf, audit_subtree, audit_checkpoint, audit_cosignature, audit_key to ${runtimeRole};
grant update (system_identifier, rebased, epoch, size, frontier, cursor_tx) on audit_log to ${runtimeRole};
grant update (after_id, settled, seen_at, ended_at) on audit_node to ${runtimeRole};
