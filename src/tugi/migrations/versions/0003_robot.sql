-- The robot as a team-mate: what it may do, on what evidence, which versions of it there were, what it
-- would have done, and what it could learn.

-- One row a workspace; what is missing in `settings` has its default (desk/answering/policy.py).
create table robot_policies (
    workspace_id  bigint primary key references workspaces on delete cascade,
    settings      jsonb not null
);

-- A topic is a knowledge entry seen as what the robot may do with it. level null: the policy's default.
create table topics (
    workspace_id    bigint not null,
    entry_id        bigint not null,
    risk            text not null default 'normal' check (risk in ('low', 'normal', 'high')),
    level           text check (level in ('off', 'suggest', 'click', 'audit', 'own')),
    channel_levels  jsonb not null default '{}',
    demoted_at      timestamptz,
    demoted_why     text,
    proposed        text check (proposed in ('click', 'audit', 'own')),
    proposed_at     timestamptz,
    primary key (workspace_id, entry_id),
    foreign key (workspace_id, entry_id) references entries on delete cascade
);

create table topic_changes (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    entry_id      bigint not null,
    channel       text,
    from_level    text not null,
    to_level      text not null,
    actor_kind    text not null,
    actor_id      bigint,
    why           text not null,
    evidence      jsonb,
    created_at    timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, entry_id) references entries on delete cascade
);
create index topic_changes_of_entry on topic_changes (workspace_id, entry_id, id);

-- Evidence: who judged which decision of the robot, and how.
create table judgements (
    workspace_id    bigint not null references workspaces on delete cascade,
    id              bigint generated always as identity,
    verdict_id      bigint not null,
    case_id         bigint not null,
    message_id      bigint not null,
    customer_id     bigint not null,
    entry_id        bigint,
    answer_hash     text,
    language        text,
    channel         text not null,
    probability     real,
    source          text not null check (source in ('sent', 'edited', 'rejected', 'review', 'solved', 'not_solved', 'repeat')),
    label           text not null check (label in ('right', 'wrong_entry', 'hand_over', 'wrong_tone')),
    truth_entry_id  bigint,
    agent_id        bigint,
    distance        real,
    drawn           text not null check (drawn in ('work', 'random', 'risk', 'signal')),
    weight          real not null default 1,
    role            text not null check (role in ('certify', 'teach')),
    set_aside       text,
    created_at      timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create unique index judgements_once on judgements (workspace_id, verdict_id, source, coalesce(agent_id, 0));
create index judgements_of_entry on judgements (workspace_id, entry_id, id);
create index judgements_of_case on judgements (workspace_id, case_id);

create table review_items (
    workspace_id   bigint not null,
    id             bigint generated always as identity,
    verdict_id     bigint not null,
    case_id        bigint not null,
    message_id     bigint not null,
    drawn          text not null check (drawn in ('random', 'risk', 'signal')),
    chance         real not null,
    judges_wanted  int not null default 1,
    created_at     timestamptz not null,
    done_at        timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create unique index review_items_once on review_items (workspace_id, verdict_id);
create index review_items_open on review_items (workspace_id, id) where done_at is null;

create table certificates (
    workspace_id    bigint not null references workspaces on delete cascade,
    id              bigint generated always as identity,
    scope           text not null check (scope in ('risk', 'language', 'topic')),
    risk            text not null,
    language        text,
    entry_id        bigint,
    model_id        bigint not null,
    target          real not null,
    confidence      real not null,
    threshold       real,
    cases           int not null,
    answered        int not null,
    errors          int not null,
    bound           real,
    needed          int not null,
    evidence_from   timestamptz,
    evidence_to     timestamptz,
    scores          jsonb not null,
    status          text not null check (status in ('in_force', 'insufficient', 'voided', 'replaced')),
    void_reason     text,
    created_at      timestamptz not null,
    ended_at        timestamptz,
    primary key (workspace_id, id)
);
create index certificates_current on certificates (workspace_id, status, id desc);

-- Versions of the robot: knowledge, model, calibration, cuts and levels as they were, restorable.
create table versions (
    workspace_id    bigint not null references workspaces on delete cascade,
    id              bigint generated always as identity,
    number          int not null,
    name            text not null default '',
    model_id        bigint not null,
    snapshot_hash   text not null,
    made_for        text not null,
    restored_from   int,
    actor_kind      text not null,
    actor_id        bigint,
    created_at      timestamptz not null,
    primary key (workspace_id, id)
);
create unique index versions_by_number on versions (workspace_id, number);

-- The vector of a customer's question, so that replays, certificates and likeness need not compute it again.
create table question_vectors (
    workspace_id  bigint not null,
    message_id    bigint not null,
    case_id       bigint not null,
    variant       text not null,
    vector        bytea not null,
    primary key (workspace_id, variant, message_id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create index question_vectors_of_case on question_vectors (workspace_id, case_id);

create table replays (
    workspace_id  bigint not null references workspaces on delete cascade,
    id            bigint generated always as identity,
    name          text not null default '',
    status        text not null check (status in ('waiting', 'running', 'done', 'cancelled', 'failed')),
    failure       text,
    version_id    bigint,
    draft         jsonb not null default '{}',
    wanted        int not null,
    total         int not null default 0,
    done          int not null default 0,
    position      bigint,
    summary       jsonb,
    agent_id      bigint,
    created_at    timestamptz not null,
    ended_at      timestamptz,
    primary key (workspace_id, id)
);

create table replay_items (
    workspace_id    bigint not null,
    replay_id       bigint not null,
    message_id      bigint not null,
    case_id         bigint not null,
    language        text,
    channel         text not null,
    kind            text not null,
    reason          text,
    entry_id        bigint,
    choices         bigint[],
    probability     real,
    among           real,
    truth           text not null check (truth in ('judged', 'sent', 'inferred', 'none', 'unknown')),
    truth_entry_id  bigint,
    outcome         text not null check (outcome in ('right', 'wrong', 'unknown')),
    primary key (workspace_id, replay_id, message_id),
    foreign key (workspace_id, replay_id) references replays on delete cascade,
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create index replay_items_of_case on replay_items (workspace_id, case_id);

-- What could be learned. Nothing of it reaches a customer before a person accepts it.
create table lessons (
    workspace_id  bigint not null references workspaces on delete cascade,
    id            bigint generated always as identity,
    kind          text not null check (kind in ('example', 'wording', 'entry')),
    key           text not null,
    entry_id      bigint,
    language      text not null,
    title         text not null default '',
    content       jsonb not null,
    sources       bigint[] not null,
    contacts      int not null,
    customers     int not null,
    agents        int not null,
    status        text not null check (status in ('open', 'accepted', 'rejected', 'outdated')),
    effect        jsonb,
    agent_id      bigint,
    created_at    timestamptz not null,
    settled_at    timestamptz,
    primary key (workspace_id, id)
);
create unique index lessons_once on lessons (workspace_id, key);
create index lessons_open on lessons (workspace_id, contacts desc, id) where status = 'open';

-- After a question about one entry, how often the same customer asks about another.
create table follow_ups (
    workspace_id   bigint not null,
    entry_id       bigint not null,
    next_entry_id  bigint not null,
    share          real not null,
    count          int not null,
    primary key (workspace_id, entry_id, next_entry_id),
    foreign key (workspace_id, entry_id) references entries on delete cascade
);

create table summaries (
    workspace_id  bigint not null,
    case_id       bigint not null,
    message_id    bigint not null,
    language      text not null,
    text          text not null,
    written_by    text not null,
    created_at    timestamptz not null,
    primary key (workspace_id, case_id, language),
    foreign key (workspace_id, case_id) references cases on delete cascade
);

alter table suggestions
    add column awaits_click boolean not null default false,
    add column reason text,
    add column distance real,
    add column message_id bigint,
    add column drafted_by text,
    add column sources jsonb;
alter table messages
    add column approved_by bigint,
    add column follow_ups jsonb,
    add column also_entry_ids bigint[];
-- How far a training has come, for the screen: 0 to 1.
alter table models add column progress real not null default 0;

-- private answers -----------------------------------------------------------

create table orders (
    workspace_id   bigint not null references workspaces on delete cascade,
    id             bigint generated always as identity,
    number         text not null,
    email          text,
    customer_ref   text,
    status         text not null check (status in ('received', 'paid', 'packing', 'sent', 'ready_for_pickup', 'delivered', 'returned', 'cancelled')),
    carrier        text,
    tracking_code  text,
    tracking_url   text,
    expected_on    date,
    lines          jsonb not null default '[]',
    placed_at      timestamptz not null,
    updated_at     timestamptz not null,
    primary key (workspace_id, id)
);
create unique index orders_by_number on orders (workspace_id, lower(number));
create index orders_of_email on orders (workspace_id, lower(email), placed_at desc);

-- One-time codes to a known address: 6 digits, 5 tries, 10 minutes.
create table proof_codes (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    case_id       bigint not null,
    customer_id   bigint not null,
    email         text not null,
    code_hash     text not null,
    order_number  text not null,
    tries         int not null default 0,
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    settled       text check (settled in ('proved', 'spent', 'expired', 'replaced')),
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create index proof_codes_of_customer on proof_codes (workspace_id, customer_id, created_at desc);
create index proof_codes_of_email on proof_codes (workspace_id, lower(email), created_at desc);

do $$
declare
    name text;
begin
    foreach name in array array[
        'robot_policies', 'topics', 'topic_changes', 'judgements', 'review_items', 'certificates', 'versions',
        'question_vectors', 'replays', 'replay_items', 'lessons', 'follow_ups', 'summaries', 'orders', 'proof_codes'
    ] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format(
            'create policy own_workspace on %I using ((select current_setting(''tugi.workspace'', true) = ''*'') '
            'or workspace_id = (select nullif(nullif(current_setting(''tugi.workspace'', true), ''''), ''*'')::bigint))',
            name);
    end loop;
end
$$;
