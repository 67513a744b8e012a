-- How strict the hub is about who made a plugin: what was proposed, and what was decided. The last decision counts; the last
-- proposal alone can still be confirmed.
create table trust_proposal (
    number integer primary key check (number >= 1),
    id id not null unique,
    mode text not null check (mode in ('enforce', 'warn', 'off')),
    reason text not null check (length(reason) between 1 and 1000),
    proposed_at timestamptz not null,
    proposed_by principal not null,
    -- From here on: what changes, once.
    decided_at timestamptz,
    decided_by principal,
    check ((decided_at is null) = (decided_by is null)),
    -- One alone can make the hub stricter, and nothing else.
    check (mode = 'enforce' or decided_by is null or decided_by <> proposed_by)
);

create trigger frozen before update of number, id, mode, reason, proposed_at, proposed_by on trust_proposal
    for each statement execute function refuse_change();
create trigger final before update on trust_proposal for each row when (old.decided_at is not null)
    execute function refuse_change();
create trigger kept before delete or truncate on trust_proposal for each statement execute function refuse_change();

grant select, insert on trust_proposal to ${runtimeRole};
grant update (decided_at, decided_by) on trust_proposal to ${runtimeRole};
