-- Names of columns, for completing what is typed.
create table catalog_columns (
  connection_id text not null references connection (id) on delete cascade,
  schema_name text not null,
  object_name text not null,
  -- A JSON array, in the order of the columns.
  names text not null,
  primary key (connection_id, schema_name, object_name)
);
