-- E-mail: mailboxes, what they delivered raw, what was understood of it, and what is to leave.

alter table channel_accounts
    add column address     text,
    add column active      boolean not null default true,
    add column settings    jsonb not null default '{}',
    -- Passwords and tokens, sealed with the installation's key (core/sealing.py).
    add column sealed      bytea,
    add column health      jsonb not null default '{}',
    add column created_at  timestamptz not null default now();
create unique index channel_accounts_by_address on channel_accounts (workspace_id, channel, lower(address))
    where address is not null and active;

-- 'received': the sender's address as a mail gave it; 'mailbox': the sender's domain vouched for it, or a secret of ours
-- came back from it.
alter table identities
    drop constraint identities_verified_by_check,
    add constraint identities_verified_by_check check (verified_by in ('nothing', 'typed', 'received', 'mailbox', 'signed')),
    add column undeliverable_since  timestamptz,
    add column undeliverable_why    text;
drop index identities_proven;
create unique index identities_proven on identities (workspace_id, channel, address)
    where verified_by in ('received', 'mailbox', 'signed') or channel = 'widget';

-- How far each folder of a mailbox has been read.
create table folder_cursors (
    workspace_id        bigint not null,
    channel_account_id  bigint not null,
    folder              text not null,
    uid_validity        bigint not null,
    last_uid            bigint not null,
    -- When we first saw it: what is older is history.
    opened_at           timestamptz not null,
    -- Stored up to last_uid, marked as read or moved up to here.
    settled_uid         bigint not null default 0,
    -- The server numbered the folder anew: up to here mails may be known already under other numbers.
    anew_uid            bigint not null default 0,
    -- How far back history goes, and from where it is still read backwards; null when there is nothing left to read.
    history_since       timestamptz,
    backfill_uid        bigint,
    backfill_left       int not null default 0,
    backfill_done       int not null default 0,
    -- Mails that the server would not give: [{"uid", "said", "tries", "history"}].
    left_behind         jsonb not null default '[]',
    changed_at          timestamptz not null,
    primary key (workspace_id, channel_account_id, folder),
    foreign key (workspace_id, channel_account_id) references channel_accounts on delete cascade
);

-- Which process reads a mailbox: it says so every few seconds, and another takes over when it no longer does.
create table mailbox_readers (
    workspace_id        bigint not null,
    channel_account_id  bigint not null,
    holder              text not null,
    held_until          timestamptz not null,
    primary key (workspace_id, channel_account_id),
    foreign key (workspace_id, channel_account_id) references channel_accounts on delete cascade
);

-- Whatever came in, raw, before anybody tried to understand it.
create table deliveries (
    workspace_id        bigint not null,
    id                  bigint generated always as identity,
    channel_account_id  bigint not null,
    -- The delivering side's own name of it: a redelivery carries the same.
    source              text not null,
    hash                text not null,
    size                bigint not null,
    -- {"from", "to": [...], "folder"}: what the transport said, not the mail.
    envelope            jsonb not null default '{}',
    sent_by_us          boolean not null default false,
    history             boolean not null default false,
    status              text not null check (status in ('waiting', 'taken', 'quarantined', 'discarded')),
    -- What became of it: a message, a bounce or report noted at one, our own words known already, a repetition.
    outcome             text check (outcome in ('message', 'bounce', 'report', 'own', 'repeated')),
    failure             text,
    message_id          bigint,
    received_at         timestamptz not null,
    settled_at          timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, channel_account_id) references channel_accounts on delete cascade
);
create unique index deliveries_once on deliveries (workspace_id, channel_account_id, source);
create index deliveries_open on deliveries (workspace_id, status, id) where status in ('waiting', 'quarantined');

-- A message that came or goes as a letter: what it has beyond its text.
create table letters (
    workspace_id   bigint not null,
    message_id     bigint not null,
    delivery_id    bigint,
    -- Its Message-ID without brackets (RFC 5322); made from its bytes where the sender gave none.
    letter_id      text not null,
    refers_to      text[] not null default '{}',
    subject        text not null default '',
    sender         jsonb not null,
    reply_to       jsonb not null default '[]',
    recipients     jsonb not null default '[]',
    copies         jsonb not null default '[]',
    quoted_text    text not null default '',
    html           text,
    automatic      text,
    trust          jsonb not null default '{}',
    -- By what it came to its case: token, own_id, reference, new.
    joined_by      text,
    sent_at        timestamptz,
    primary key (workspace_id, message_id),
    foreign key (workspace_id, message_id) references messages on delete cascade
);
create index letters_by_id on letters (workspace_id, letter_id);
-- An answer may come before what it answers, as history does.
create index letters_by_reference on letters using gin (refers_to);

create table participants (
    workspace_id  bigint not null,
    case_id       bigint not null,
    address       text not null,
    name          text,
    primary key (workspace_id, case_id, address),
    foreign key (workspace_id, case_id) references cases on delete cascade
);

-- Where a letter's HTML shows one of its files by "cid:" (RFC 2392).
alter table attachments add column content_id text;

-- Messages moved from one case to another, and moves that are only proposed. Each can be undone.
create table case_joins (
    workspace_id  bigint not null,
    id            bigint generated always as identity,
    kind          text not null check (kind in ('join', 'split', 'proposal')),
    from_case_id  bigint not null,
    to_case_id    bigint not null,
    message_ids   bigint[] not null default '{}',
    why           text not null,
    state         text not null check (state in ('open', 'done', 'undone', 'dismissed')),
    agent_id      bigint,
    -- What was where, and how both cases stood before and after: all that undoing needs.
    undo          jsonb not null default '{}',
    created_at    timestamptz not null,
    settled_at    timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, from_case_id) references cases on delete cascade,
    foreign key (workspace_id, to_case_id) references cases on delete cascade
);
create index case_joins_of_case on case_joins (workspace_id, from_case_id, id);
create index case_joins_to_case on case_joins (workspace_id, to_case_id, id);

-- The outbox: what is to leave through a channel that has to be asked to carry it.
create table outgoing (
    workspace_id        bigint not null,
    id                  bigint generated always as identity,
    channel_account_id  bigint not null,
    case_id             bigint not null,
    -- reply: one message. continued: messages of a chat whose customer went away.
    kind                text not null check (kind in ('reply', 'continued')),
    message_ids         bigint[] not null,
    letter_id           text not null,
    -- {"to": [{"email", "name"}], "cc": [...]}
    recipients          jsonb not null,
    automatic           boolean not null default false,
    state               text not null check (state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
    not_before          timestamptz not null,
    -- Whoever is sending it now holds it until then; afterwards its fate is unknown.
    held_until          timestamptz,
    attempts            int not null default 0,
    first_tried_at      timestamptz,
    -- How often its fate was unknown.
    lost                int not null default 0,
    -- What the other side said last.
    answer              text,
    created_at          timestamptz not null,
    settled_at          timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, case_id) references cases on delete cascade
);
create unique index outgoing_once on outgoing (workspace_id, letter_id);
create index outgoing_due on outgoing (not_before, id) where state in ('queued', 'sending', 'unknown');
create index outgoing_of_case on outgoing (workspace_id, case_id, id);
create index outgoing_of_messages on outgoing using gin (message_ids);

-- Automatic mails to an address, so that none gets more than one a day.
create table automatic_mails (
    workspace_id  bigint not null references workspaces on delete cascade,
    address       text not null,
    at            timestamptz not null,
    primary key (workspace_id, address)
);

do $$
declare
    name text;
begin
    foreach name in array array[
        'folder_cursors', 'mailbox_readers', 'deliveries', 'letters', 'participants', 'case_joins', 'outgoing',
        'automatic_mails'
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
