-- The picker's search reads this alone, and no row.
create index catalog_object_search on catalog_object (connection_id, generation, schema_name, search_name, kind);
