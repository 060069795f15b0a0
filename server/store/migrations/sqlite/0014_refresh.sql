-- How a dataset is refreshed. A row stands from the first time that somebody turned it on.
create table refresh (
  dataset_id text primary key references dataset (id) on delete cascade,
  team_id text not null references team (id),
  connection_id text not null references connection (id) on delete cascade,
  is_on bigint not null,
  -- JSON.
  schedule text not null,
  -- On whose behalf it runs, and since when: every so many hours are counted from then.
  set_by text not null references member (id),
  set_at bigint not null,
  -- When it is due by itself; null where it never is.
  next_at bigint,
  -- What the clock said when that was planned: one that says less now was put back.
  planned_at bigint not null,
  -- Somebody asked for a run now.
  asked_at bigint,
  asked_by text not null default '',
  -- Runs that failed, one after another.
  failures bigint not null default 0,
  -- Why nothing runs by itself: person, failures, credential or budget; empty where it does.
  halt text not null default '',
  halt_by text not null default '',
  halt_reason text not null default '',
  halt_at bigint not null default 0,
  -- Of the connection's way in, when that was refused: another one is tried again.
  halt_version bigint not null default 0,
  -- The run under way; empty where there is none. Its task counts the beat up; whoever sees it stand still takes the
  -- run for lost, by a clock that nobody can set.
  run_id text not null default '',
  fence bigint not null default 0,
  beat bigint not null default 0,
  -- What is served, if its connection still leads where it led.
  snapshot_id text not null default '',
  -- Of the address that starts a run from outside: as a digest to be found by, and sealed for whoever copies it.
  trigger_hash text not null default '',
  trigger_code blob,
  triggered_at bigint not null default 0
);
create index refresh_connection on refresh (connection_id);
create index refresh_due on refresh (next_at) where is_on = 1;
create index refresh_asked on refresh (asked_at) where asked_at is not null;
create index refresh_running on refresh (run_id) where run_id <> '';
create unique index refresh_trigger on refresh (trigger_hash) where trigger_hash <> '';

-- One attempt to rebuild a snapshot.
create table refresh_run (
  id text primary key,
  team_id text not null references team (id),
  dataset_id text not null references dataset (id) on delete cascade,
  connection_id text not null,
  -- schedule, person, trigger or command.
  cause text not null,
  -- Who pressed, where somebody did.
  asked_by text not null,
  -- running, cancelling, done, failed or lost.
  state text not null,
  fence bigint not null,
  due_at bigint not null,
  started_at bigint not null,
  duration_us bigint,
  row_count bigint not null default 0,
  -- Of the text that the source sent.
  byte_count bigint not null default 0,
  -- JSON, each empty when there is none: why it failed, how the columns changed.
  finding text not null default '',
  drift text not null default ''
);
create index refresh_run_dataset on refresh_run (dataset_id, started_at);

-- Objects that were written whole. A row outlives its dataset, so that its object is removed.
create table snapshot (
  id text primary key,
  team_id text not null,
  dataset_id text not null,
  connection_id text not null,
  -- Where the connection led; what it read elsewhere is not shown any more.
  purpose text not null,
  object_key text not null,
  -- JSON.
  columns text not null,
  row_count bigint not null,
  byte_count bigint not null,
  -- When the statement was sent that read it.
  taken_at bigint not null,
  -- When it took the place of the one before.
  switched_at bigint not null,
  -- When another one took its place; null where none did.
  retired_at bigint
);
create index snapshot_dataset on snapshot (dataset_id);

-- An answer of a dataset may come from its snapshot: which, and of when.
alter table query add column snapshot_id text not null default '';
alter table query add column taken_at bigint not null default 0;

-- How often a source may be asked in a day (UTC); 0 for as often as there is reason to.
alter table connection add column daily_budget bigint not null default 0;
create table source_use (
  connection_id text not null references connection (id) on delete cascade,
  -- Days since 1970.
  day bigint not null,
  count bigint not null,
  primary key (connection_id, day)
);
