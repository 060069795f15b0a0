-- What was decided and done, by whom. Only ever added to; each row's hash covers the one before it, and the team
-- knows the last, so that a row that was changed or taken away shows.
alter table team add column audit_seq bigint not null default 0;
alter table team add column audit_hash text not null default '';
create table audit (
  team_id text not null references team (id),
  seq bigint not null,
  happened_at bigint not null,
  -- Empty for the operator, and for somebody who is not signed in.
  member_id text not null,
  -- Who that was then: an address, or another name.
  who text not null,
  action text not null,
  -- What it was done to: the id of a connection, dataset, member.
  target text not null,
  -- What people call that.
  named text not null,
  outcome text not null,
  hash text not null,
  primary key (team_id, seq)
);
