-- A language in which judged answers are worse than promised: there the robot only suggests.

alter table certificates add column held_back boolean not null default false;
