-- The operator makes a team by inviting its first admin: such an invitation is by nobody in the team.
create table invitation_again (
  id text primary key,
  team_id text not null references team (id),
  role text not null,
  code_hash text not null unique,
  code blob not null,
  created_by text references member (id),
  created_at bigint not null,
  expires_at bigint not null,
  -- Null until it was used, or taken back.
  ended_at bigint
);
insert into invitation_again (id, team_id, role, code_hash, code, created_by, created_at, expires_at, ended_at)
  select id, team_id, role, code_hash, code, created_by, created_at, expires_at, ended_at from invitation;
drop table invitation;
alter table invitation_again rename to invitation;
create index invitation_team on invitation (team_id);
