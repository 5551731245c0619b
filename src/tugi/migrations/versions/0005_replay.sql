-- A replay goes on with the robot it began with, and looks at one channel where that is asked; a lesson knows which
-- robot there was before it, so that its effect can be told.

alter table replays
    add column channel text,
    add column model_hash text;
alter table lessons
    add column before_hash text;
