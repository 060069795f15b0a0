-- A team and the people in it. An e-mail address is unique in the installation.
create table team (
  id text primary key,
  name text not null,
  created_at bigint not null
);

-- One row at most: whoever writes it made the first team. Two servers that try at once meet here.
create table founding (
  id bigint primary key,
  team_id text not null references team (id)
);

create table member (
  id text primary key,
  team_id text not null references team (id),
  email text not null unique,
  password_hash text not null,
  role text not null,
  created_at bigint not null
);

-- The token itself is never stored, only its digest.
create table session (
  token_hash text primary key,
  member_id text not null references member (id),
  created_at bigint not null,
  seen_at bigint not null
);
create index session_member on session (member_id);

-- A draft (is_draft = 1) is a tested or half-filled form; only its author sees it. A draft whose string could not
-- be read has an empty host.
create table connection (
  id text primary key,
  team_id text not null references team (id),
  author_id text not null references member (id),
  name text not null,
  is_draft bigint not null,
  host text not null,
  port bigint not null,
  database_name text not null,
  user_name text not null,
  tls_mode text not null,
  tls_name text not null,
  ca_certificate text not null,
  secret blob,
  form_fault text not null,
  -- A digest of everything a check tests; a check of another purpose says nothing about this row.
  purpose text not null,
  created_at bigint not null,
  updated_at bigint not null,
  catalog_read_at bigint,
  catalog_is_cut bigint not null,
  -- A catalog read is under way until this moment, unless its task renews it.
  catalog_reading_until bigint not null,
  -- Why the last read failed, as JSON; empty when it did not.
  catalog_finding text not null
);
create index connection_team on connection (team_id);

-- A check lives as long as its task renews alive_until; one that ran out was interrupted.
create table check_run (
  id text primary key,
  team_id text not null references team (id),
  connection_id text not null references connection (id) on delete cascade,
  outcome text not null,
  -- What was tested, as it stood then.
  purpose text not null,
  target text not null,
  started_at bigint not null,
  duration_us bigint,
  alive_until bigint not null
);
create index check_run_connection on check_run (connection_id, started_at);

create table check_stage (
  check_id text not null references check_run (id) on delete cascade,
  place bigint not null,
  stage text not null,
  state text not null,
  findings text not null,
  duration_us bigint,
  primary key (check_id, place)
);

-- What a connection offers, as last read.
create table catalog_schema (
  connection_id text not null references connection (id) on delete cascade,
  name text not null,
  is_usable bigint not null,
  is_unlisted bigint not null,
  primary key (connection_id, name)
);

create table catalog_object (
  id text primary key,
  connection_id text not null references connection (id) on delete cascade,
  schema_name text not null,
  name text not null,
  -- Lower-cased, for the search.
  search_name text not null,
  kind text not null,
  is_readable bigint not null
);
create index catalog_object_place on catalog_object (connection_id, schema_name, name);

create table dataset (
  id text primary key,
  team_id text not null references team (id),
  connection_id text not null references connection (id),
  schema_name text not null,
  name text not null,
  kind text not null,
  created_by text not null references member (id),
  created_at bigint not null,
  unique (connection_id, schema_name, name)
);
create index dataset_team on dataset (team_id);

-- A read-only statement and its result. The result is sealed: it is the customer's data.
create table query (
  id text primary key,
  team_id text not null references team (id),
  member_id text not null references member (id),
  dataset_id text not null references dataset (id) on delete cascade,
  state text not null,
  statement text not null,
  started_at bigint not null,
  duration_us bigint,
  alive_until bigint not null,
  result blob,
  finding text not null
);
create index query_dataset on query (dataset_id, started_at);
