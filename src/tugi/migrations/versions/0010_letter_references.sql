-- Under row-level security an index serves only operators that leak nothing: "=" is one, "@>" on an array is not, and so
-- each letter that came had all letters of its workspace read. What a letter refers to has a row an id instead.

drop index letters_by_reference;
drop index outgoing_of_messages;
-- A reply carries one message.
create index outgoing_of_message on outgoing (workspace_id, (message_ids[1])) where kind = 'reply';
create index outgoing_continued on outgoing (workspace_id, created_at) where kind = 'continued';

create table letter_references (
    workspace_id   bigint not null,
    -- The Message-ID referred to, which may come later, as in history.
    letter_id      text not null,
    message_id     bigint not null,
    primary key (workspace_id, letter_id, message_id),
    foreign key (workspace_id, message_id) references letters on delete cascade
);
-- For the cascade.
create index letter_references_of_message on letter_references (workspace_id, message_id);

insert into letter_references (workspace_id, letter_id, message_id)
select distinct l.workspace_id, r, l.message_id from letters l cross join unnest(l.refers_to) as r where r <> '';
alter table letter_references enable row level security;
alter table letter_references force row level security;
create policy own_workspace on letter_references using (
    (select current_setting('tugi.workspace', true) = '*')
    or workspace_id = (select nullif(nullif(current_setting('tugi.workspace', true), ''), '*')::bigint));
