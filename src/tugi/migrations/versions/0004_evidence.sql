-- Who put an item of the review queue aside, and what a verdict was about even when it was no answer.
alter table review_items add column skipped_by bigint[] not null default '{}';
alter table verdicts
    add column first_entry_id bigint generated always as ((why -> 'candidates' -> 0 ->> 'entry_id')::bigint) stored,
    add column first_probability real generated always as ((why -> 'candidates' -> 0 ->> 'probability')::real) stored;
create index verdicts_lately on verdicts (workspace_id, created_at, first_entry_id);
create index judgements_of_verdict on judgements (workspace_id, verdict_id);
create index messages_of_verdict on messages (workspace_id, verdict_id) where verdict_id is not null;
