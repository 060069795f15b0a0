-- What AWS compares when Flitch assumes a role of the team's; made once, never changed.
alter table team add column external_id text not null default '';

-- How a connection signs in: string or iam. By IAM there is no secret.
alter table connection add column method text not null default 'string';
-- By IAM: the fields of the form, as JSON.
alter table connection add column iam text not null default '';
-- By IAM: the host that AWS told last, where none was typed.
alter table connection add column found_host text not null default '';
alter table connection add column found_port bigint not null default 0;

-- Credentials that AWS minted. Counted, and never kept themselves.
create table mint (
  id text primary key,
  team_id text not null references team (id),
  connection_id text not null references connection (id) on delete cascade,
  member_id text not null references member (id),
  -- The database user, as AWS named it.
  user_name text not null,
  minted_at bigint not null,
  expires_at bigint not null,
  took_us bigint not null
);
create index mint_connection on mint (connection_id, minted_at);
