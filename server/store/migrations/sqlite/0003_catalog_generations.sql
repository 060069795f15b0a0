-- A list of many thousands is written in small transactions and appears at once: only the rows of the connection's
-- own generation show. The list is read anew by the next check.
drop table catalog_object;
create table catalog_object (
  connection_id text not null references connection (id) on delete cascade,
  -- Which read wrote it.
  generation bigint not null,
  schema_name text not null,
  name text not null,
  -- Lower-cased, for the search.
  search_name text not null,
  kind text not null,
  is_readable bigint not null,
  primary key (connection_id, generation, schema_name, name)
);
delete from catalog_schema;
alter table connection add column catalog_generation bigint not null default 0;
update connection set catalog_read_at = null;
