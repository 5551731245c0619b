-- Engines: when a training was last heard of, and what the language model may still cost today.

alter table models add column seen_at timestamptz;

create table language_model_days (
    workspace_id  bigint not null references workspaces on delete cascade,
    day           date not null,
    calls         int not null,
    primary key (workspace_id, day)
);
alter table language_model_days enable row level security;
alter table language_model_days force row level security;
create policy own_workspace on language_model_days using (
    (select current_setting('tugi.workspace', true) = '*')
    or workspace_id = (select nullif(nullif(current_setting('tugi.workspace', true), ''), '*')::bigint));
