-- Queries: what was asked of a source, by whom, and how it ended. Previews were kept for minutes; they are made anew.
drop table query;
create table query (
  id text primary key,
  team_id text not null references team (id),
  member_id text not null references member (id),
  connection_id text not null references connection (id) on delete cascade,
  -- The dataset that was asked, where it was not a typed statement.
  dataset_id text references dataset (id) on delete cascade,
  purpose text not null,
  statement text not null,
  -- All that stood in the editor, where only a part of it was run.
  typed text not null default '',
  state text not null,
  queued_at bigint not null,
  started_at bigint,
  duration_us bigint,
  alive_until bigint not null,
  -- Who asked for its end; empty when nobody did.
  cancelled_by text not null default '',
  row_count bigint not null default 0,
  byte_count bigint not null default 0,
  -- JSON, each empty when there is none: the result's columns, the limit that ended it, why it failed, what the server
  -- said beside it, how it was kept read-only.
  result_columns text not null default '',
  cut text not null default '',
  finding text not null default '',
  notices text not null default '',
  kept_read_only text not null default '',
  name text not null default '',
  is_shared bigint not null default 0
);
create index query_member on query (team_id, member_id, queued_at);
create index query_dataset on query (dataset_id, queued_at);
create index query_connection on query (connection_id);
-- What runs or waits is little among all that ever ran.
create index query_live on query (team_id) where state in ('waiting', 'running', 'cancelling');

-- A result in pages of some hundred rows. Each is sealed: it is the customer's data.
create table result_page (
  -- The query's id and the number of its first row, so that their order is the rows'.
  id text primary key,
  query_id text not null references query (id) on delete cascade,
  first_row bigint not null,
  row_count bigint not null,
  sealed bytea not null
);
create unique index result_page_rows on result_page (query_id, first_row);

-- The columns of a dataset, as its newest read told them, in JSON; empty before the first.
alter table dataset add column known_columns text not null default '';
