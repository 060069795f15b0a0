-- An object of the catalog is known by its names, so that what was ticked is found again in a newer list. The list
-- is read anew by the next check.
drop table catalog_object;
create table catalog_object (
  connection_id text not null references connection (id) on delete cascade,
  schema_name text not null,
  name text not null,
  -- Lower-cased, for the search.
  search_name text not null,
  kind text not null,
  is_readable bigint not null,
  primary key (connection_id, schema_name, name)
);
delete from catalog_schema;
update connection set catalog_read_at = null;

-- Findings are written in another form now; checks and previews are short-lived, and made anew.
delete from check_run;
delete from query;
update connection set catalog_finding = '', form_fault = '';
