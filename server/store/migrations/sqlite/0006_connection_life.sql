-- A connection can rest (paused), or be cut off with its secret gone (disconnected). Its datasets stay.
alter table connection add column state text not null default 'live';
-- Why it was paused, by whom and when.
alter table connection add column state_reason text not null default '';
alter table connection add column state_by text not null default '';
alter table connection add column state_at bigint not null default 0;
-- A draft that edits a connection takes its place once it is saved.
alter table connection add column replaces_id text not null default '';
-- By IAM: the cluster's admin, as AWS told it with the host.
alter table connection add column found_admin text not null default '';
