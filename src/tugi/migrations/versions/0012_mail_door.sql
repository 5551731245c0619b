-- The key of a workspace's door for mail over HTTP is derived; counting up makes another one.

alter table workspaces add column mail_door int not null default 0;
