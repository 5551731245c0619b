-- A letter that ends its worker must not be tried for ever.

-- How often it has been begun to be read without anybody hearing how that ended.
alter table deliveries add column attempts smallint not null default 0;

-- pgqueuer counts what a job asks for, not how many workers it has outlived: a job taken over from one that is silent
-- says so in its headers.
create function job_taken_over() returns trigger language plpgsql as $$
begin
    new.headers := coalesce(new.headers, '{}') || '{"taken_over": true}';
    return new;
end
$$;
create trigger job_taken_over before update on pgqueuer for each row
    when (old.status = 'picked' and new.status = 'picked' and old.queue_manager_id is distinct from new.queue_manager_id)
    execute function job_taken_over();
