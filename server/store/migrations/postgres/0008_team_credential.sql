-- The one credential that a team's connections may share is a row of its own kind: it is tested, edited and sealed as a
-- connection is, and read through nothing but the connections that lean on it.
alter table connection add column is_credential bigint not null default 0;
-- The credential that a connection signs in with, in place of a secret of its own. Where it leads is written in the
-- connection too, and changed together with the credential; a secret is lent only where both say the same.
alter table connection add column credential_id text not null default '';
create unique index connection_credential on connection (team_id) where is_credential = 1 and is_draft = 0;
create index connection_leaning on connection (credential_id) where credential_id <> '';

-- A dry run of a credential's replacement, a draft, over everything that leans on the credential.
create table rotation (
  id text primary key,
  team_id text not null references team (id),
  -- The draft as it was when the run began; an edited one is run again.
  draft_id text not null references connection (id) on delete cascade,
  draft_updated_at bigint not null,
  credential_id text not null references connection (id) on delete cascade,
  credential_updated_at bigint not null,
  outcome text not null,
  -- Why nothing could be tried, as JSON.
  finding text not null,
  started_at bigint not null,
  alive_until bigint not null
);
create index rotation_draft on rotation (draft_id, started_at);

create table rotation_line (
  rotation_id text not null references rotation (id) on delete cascade,
  dataset_id text not null references dataset (id) on delete cascade,
  state text not null,
  finding text not null,
  primary key (rotation_id, dataset_id)
);
