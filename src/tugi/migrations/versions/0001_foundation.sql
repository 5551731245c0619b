-- The foundation: people, knowledge, cases, the event log.
-- Every key starts with the workspace; row-level security repeats what each query already says.

create table workspaces (
    id               bigint generated always as identity primary key,
    name             text not null,
    widget_key       text not null unique,
    identity_secret  text not null,
    timezone         text not null default 'Europe/Tallinn',
    settings         jsonb not null default '{}',
    created_at       timestamptz not null
);

-- Taken last in each transaction: one gapless integer is every reader's cursor.
create table counters (
    workspace_id  bigint primary key references workspaces on delete cascade,
    event_number  bigint not null
) with (fillfactor = 50);

create table case_counters (
    workspace_id  bigint primary key references workspaces on delete cascade,
    case_number   bigint not null
) with (fillfactor = 50);

create table events (
    workspace_id  bigint not null references workspaces on delete cascade,
    number        bigint not null,
    kind          text not null,
    at            timestamptz not null,
    actor_kind    text not null check (actor_kind in ('customer', 'agent', 'robot', 'system')),
    actor_id      bigint,
    case_id       bigint,
    data          jsonb not null default '{}',
    primary key (workspace_id, number)
);
create index events_of_case on events (workspace_id, case_id, number) where case_id is not null;

create table idempotency_keys (
    workspace_id  bigint not null,
    actor         text not null,
    key           text not null,
    request_hash  text not null,
    status        int,
    response      bytea,
    created_at    timestamptz not null,
    primary key (workspace_id, actor, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

create table files (
    workspace_id  bigint not null references workspaces on delete cascade,
    hash          text not null,
    size          bigint not null,
    created_at    timestamptz not null,
    primary key (workspace_id, hash)
);

-- people --------------------------------------------------------------------

create table agents (
    workspace_id   bigint not null references workspaces on delete cascade,
    id             bigint generated always as identity,
    email          text not null,
    name           text not null,
    password_hash  text,
    role           text not null check (role in ('owner', 'lead', 'agent')),
    language       text not null default 'en',
    available      boolean not null default true,
    active         boolean not null default true,
    seen_at        timestamptz,
    created_at     timestamptz not null,
    primary key (workspace_id, id)
);
create unique index agents_by_email on agents (lower(email));

create table sessions (
    token_hash    text primary key,
    workspace_id  bigint not null,
    agent_id      bigint not null,
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    foreign key (workspace_id, agent_id) references agents on delete cascade
);
create index sessions_of_agent on sessions (workspace_id, agent_id);

create table sign_in_attempts (
    email      text not null,
    address    text not null,
    at         timestamptz not null
);
create index sign_in_attempts_recent on sign_in_attempts (email, address, at);

create table teams (
    workspace_id  bigint not null references workspaces on delete cascade,
    id            bigint generated always as identity,
    name          text not null,
    primary key (workspace_id, id)
);
create unique index teams_by_name on teams (workspace_id, lower(name));

create table team_members (
    workspace_id  bigint not null,
    team_id       bigint not null,
    agent_id      bigint not null,
    primary key (workspace_id, team_id, agent_id),
    foreign key (workspace_id, team_id) references teams on delete cascade,
    foreign key (workspace_id, agent_id) references agents on delete cascade
);

create table customers (
    workspace_id  bigint not null references workspaces on delete cascade,
    id            bigint generated always as identity,
    name          text,
    name_given_by_customer boolean not null default false,
    language      text,
    page          jsonb,
    seen_at       timestamptz,
    created_at    timestamptz not null,
    primary key (workspace_id, id)
);

create table identities (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    customer_id   bigint not null,
    channel       text not null,
    address       text not null,
    verified_by   text not null check (verified_by in ('nothing', 'typed', 'signed')),
    created_at    timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);
-- A typed address proves nothing, so many may type the same one; what the shop signed is one person.
create unique index identities_proven on identities (workspace_id, channel, address) where verified_by = 'signed' or channel = 'widget';
create index identities_of_customer on identities (workspace_id, customer_id);

create table customer_notes (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    customer_id   bigint not null,
    agent_id      bigint not null,
    text          text not null,
    created_at    timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);
create index customer_notes_of_customer on customer_notes (workspace_id, customer_id);

-- knowledge -----------------------------------------------------------------

create table entries (
    workspace_id  bigint not null references workspaces on delete cascade,
    id            bigint generated always as identity,
    key           text not null,
    policy        text not null check (policy in ('answer', 'suggest', 'people')),
    valid_from    date,
    valid_until   date,
    version       int not null default 1,
    archived      boolean not null default false,
    updated_at    timestamptz not null,
    primary key (workspace_id, id)
);
create unique index entries_by_key on entries (workspace_id, key);

create table entry_texts (
    workspace_id  bigint not null,
    entry_id      bigint not null,
    language      text not null,
    title         text not null,
    answer        text not null,
    search        tsvector not null,
    primary key (workspace_id, entry_id, language),
    foreign key (workspace_id, entry_id) references entries on delete cascade
);
create index entry_texts_search on entry_texts using gin (search);

create table entry_examples (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    entry_id      bigint not null,
    language      text not null,
    text          text not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, entry_id) references entries on delete cascade
);
create index entry_examples_of_entry on entry_examples (workspace_id, entry_id);

-- cases ---------------------------------------------------------------------

create table channel_accounts (
    workspace_id  bigint not null references workspaces on delete cascade,
    id            bigint generated always as identity,
    channel       text not null,
    name          text not null,
    primary key (workspace_id, id)
);

create table cases (
    workspace_id   bigint not null references workspaces on delete cascade,
    id             bigint generated always as identity,
    number         bigint not null,
    customer_id    bigint not null,
    channel        text not null,
    subject        text not null default '',
    language       text,
    status         text not null check (status in
                   ('new', 'open', 'waiting_customer', 'waiting_internal', 'snoozed', 'resolved', 'closed', 'spam', 'merged')),
    handler        text not null check (handler in ('robot', 'queue', 'agent')),
    assignee_id    bigint,
    team_id        bigint,
    robot_paused   boolean not null default false,
    robot_turns    int not null default 0,
    hand_over_reason text,
    snoozed_until  timestamptz,
    merged_into    bigint,
    preview        text not null default '',
    preview_from   text,
    waiting_since  timestamptz,
    active_at      timestamptz not null,
    created_at     timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
);
create unique index cases_by_number on cases (workspace_id, number);
create index cases_of_customer on cases (workspace_id, customer_id, id);
create index cases_open on cases (workspace_id, active_at desc, id desc)
    where status in ('new', 'open', 'waiting_customer', 'waiting_internal');
create index cases_unassigned on cases (workspace_id, active_at desc, id desc)
    where status in ('new', 'open', 'waiting_customer', 'waiting_internal') and assignee_id is null and handler = 'queue';
create index cases_of_assignee on cases (workspace_id, assignee_id, active_at desc, id desc)
    where status in ('new', 'open', 'waiting_customer', 'waiting_internal') and assignee_id is not null;
create index cases_of_robot on cases (workspace_id, active_at desc, id desc)
    where status in ('new', 'open', 'waiting_customer', 'waiting_internal') and handler = 'robot';
create index cases_resolved on cases (workspace_id, active_at desc, id desc) where status in ('resolved', 'closed');
create index cases_snoozed on cases (workspace_id, active_at desc, id desc) where status = 'snoozed';
create index cases_to_wake on cases (workspace_id, snoozed_until, id) where status = 'snoozed';

create table threads (
    workspace_id        bigint not null,
    id                  bigint generated always as identity,
    channel_account_id  bigint not null,
    external_id         text not null,
    case_id             bigint not null,
    created_at          timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create index threads_by_external_id on threads (workspace_id, channel_account_id, external_id);

create table contacts (
    workspace_id     bigint not null,
    id               bigint generated always as identity,
    case_id          bigint not null,
    channel          text not null,
    opened_at        timestamptz not null,
    first_answer_at  timestamptz,
    resolved_at      timestamptz,
    robot_outcome    text not null default 'not_involved' check (robot_outcome in
                     ('not_involved', 'assisted', 'answered_unconfirmed', 'confirmed', 'handed_over', 'abandoned')),
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create index contacts_of_case on contacts (workspace_id, case_id, id);

create table verdicts (
    workspace_id   bigint not null,
    id             bigint generated always as identity,
    case_id        bigint not null,
    message_id     bigint not null,
    kind           text not null check (kind in ('answer', 'ask', 'suggest', 'hand_over', 'stay_silent')),
    entry_id       bigint,
    reason         text,
    probability    real,
    language       text,
    why            jsonb not null,
    model_version  text,
    ms             real,
    created_at     timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
-- A question is decided once, however often its job runs.
create unique index verdicts_once on verdicts (workspace_id, case_id, message_id);

create table messages (
    workspace_id        bigint not null,
    id                  bigint generated always as identity,
    case_id             bigint not null,
    contact_id          bigint not null,
    channel_account_id  bigint not null,
    external_id         text not null,
    author_kind         text not null check (author_kind in ('customer', 'agent', 'robot')),
    author_id           bigint,
    text                text not null,
    language            text,
    status              text not null check (status in ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown')),
    failure             text,
    page                jsonb,
    choices             jsonb,
    chosen_entry_id     bigint,
    entry_id            bigint,
    verdict_id          bigint,
    feedback            text check (feedback in ('up', 'down')),
    created_at          timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
-- However often a channel delivers it, a message is stored once.
create unique index messages_once on messages (workspace_id, channel_account_id, external_id);
create index messages_of_case on messages (workspace_id, case_id, id);
create index messages_of_entry on messages (workspace_id, entry_id, created_at) where entry_id is not null;

create table attachments (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    hash          text not null,
    name          text not null,
    media_type    text not null,
    size          bigint not null,
    width         int,
    height        int,
    uploaded_by   text not null,
    message_id    bigint,
    created_at    timestamptz not null,
    primary key (workspace_id, id)
);
create index attachments_of_message on attachments (workspace_id, message_id) where message_id is not null;

create table notes (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    case_id       bigint not null,
    agent_id      bigint not null,
    client_id     text not null,
    text          text not null,
    created_at    timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create unique index notes_once on notes (workspace_id, client_id);
create index notes_of_case on notes (workspace_id, case_id, id);

-- How far each side has read: 0 is the customer, otherwise an agent.
create table readings (
    workspace_id  bigint not null,
    case_id       bigint not null,
    reader_id     bigint not null,
    message_id    bigint not null,
    at            timestamptz not null,
    primary key (workspace_id, case_id, reader_id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);

-- answering -----------------------------------------------------------------

create table suggestions (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    case_id       bigint not null,
    verdict_id    bigint not null,
    entry_id      bigint not null,
    text          text not null,
    language      text not null,
    status        text not null check (status in ('offered', 'sent', 'edited', 'dismissed', 'outdated')),
    agent_id      bigint,
    created_at    timestamptz not null,
    settled_at    timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create index suggestions_of_case on suggestions (workspace_id, case_id, id);

create table models (
    workspace_id       bigint not null references workspaces on delete cascade,
    id                 bigint generated always as identity,
    knowledge_hash     text not null,
    engine             text not null,
    file_hash          text,
    status             text not null check (status in ('training', 'ready', 'failed')),
    failure            text,
    entries            int not null default 0,
    examples           int not null default 0,
    created_at         timestamptz not null,
    ready_at           timestamptz,
    primary key (workspace_id, id)
);
create index models_latest on models (workspace_id, id desc);

do $$
declare
    name text;
begin
    -- Programs run as this role, so that row-level security holds whoever owns the database.
    if not exists (select from pg_roles where rolname = 'tugi_app') then
        begin
            create role tugi_app nologin nosuperuser nobypassrls;
        exception when insufficient_privilege or duplicate_object then
            null;
        end;
    end if;
    foreach name in array array[
        'counters', 'case_counters', 'events', 'idempotency_keys', 'files', 'agents', 'sessions', 'teams', 'team_members', 'customers',
        'identities', 'customer_notes', 'entries', 'entry_texts', 'entry_examples', 'channel_accounts', 'cases',
        'threads', 'contacts', 'verdicts', 'messages', 'attachments', 'notes', 'readings', 'suggestions', 'models'
    ] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format(
            -- In sub-selects, so that the setting is read once a query and not once a row.
            'create policy own_workspace on %I using ((select current_setting(''tugi.workspace'', true) = ''*'') '
            'or workspace_id = (select nullif(nullif(current_setting(''tugi.workspace'', true), ''''), ''*'')::bigint))',
            name);
    end loop;
    alter table workspaces enable row level security;
    alter table workspaces force row level security;
    create policy own_workspace on workspaces using (
        (select current_setting('tugi.workspace', true) = '*')
        or id = (select nullif(nullif(current_setting('tugi.workspace', true), ''), '*')::bigint));
end
$$;
