-- An invitation opens once, for seven days. Its code is stored as a digest to be found by, and sealed for the admin who
-- copies the link.
create table invitation (
  id text primary key,
  team_id text not null references team (id),
  role text not null,
  code_hash text not null unique,
  code blob not null,
  created_by text not null references member (id),
  created_at bigint not null,
  expires_at bigint not null,
  -- Null until it was used, or taken back.
  ended_at bigint
);
create index invitation_team on invitation (team_id);

-- A removed member stays, as what others see of them; the address is free again.
alter table member add column removed_at bigint;
