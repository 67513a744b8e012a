-- Which object stores got an object, as technology.instance: the last one is asked for it. An object without a row is in the first store there is: so it was before
-- projects could be bound to a store, and so it is for projects that are not.
create table stored_object (
    project_id id not null references project,
    digest digest not null,
    store text not null check (store ~ '^[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62}$'),
    stored_at timestamptz not null,
    primary key (project_id, digest, store)
);
create trigger immutable before update or delete or truncate on stored_object for each statement execute function refuse_change();

-- Where the content is put; null for the first store. It stays there whatever the project is bound to meanwhile.
alter table upload add column store text check (store ~ '^[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62}$');

grant select, insert on stored_object to ${runtimeRole};
